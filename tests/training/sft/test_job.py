"""The sft job from spec to result, on a tiny model."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from tests.training.sft.job import Job
from tests.training.sft.tiny import tiny_llama, tiny_tokenizer
from training.disk import folder_digest
from training.events import Event
from training.faults import BadData, BadSpec, Cancelled, JobFault, OverBudget
from training.models.adapt import require_qlora
from training.models.save import merge_adapter

pytestmark = [
    pytest.mark.training,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

CURVE = Path(__file__).with_name("tiny_curve.json")


def test_lora_learns_and_leaves_what_it_says(job: Job) -> None:
    result = job.run("lora", job.spec())
    losses = job.losses("lora")
    assert list(losses) == list(range(1, 13))
    assert losses[12] < losses[1]
    evals = job.events("lora", "eval")
    assert [event["step"] for event in evals] == [6, 12]
    assert evals[-1]["rows"] == 9
    numbers = result.to_json()
    assert numbers["steps"] == 12
    assert numbers["validation_loss_nats"] == evals[-1]["validation_loss_nats"]
    assert numbers["computed_tokens"] < numbers["train_tokens"]
    assert 0 < numbers["trainable_parameters"] < numbers["total_parameters"]
    assert numbers["flops"] > 0
    measured = {entry["metric"]: entry for entry in numbers["measurements"]}
    loss = measured["validation_loss"]
    assert loss["low"] < loss["value"] < loss["high"]
    assert loss["n"] == 9
    assert {"train_seconds", "train_flops", "peak_memory", "trainable_parameters"} <= measured.keys()
    for entry in numbers["artifacts"]:
        assert folder_digest(job.folder / "lora" / entry["path"]) == entry["sha256"]
    assert {"spec_sha256", "data_sha256", "model_digest", "code_version", "libraries", "machine"} <= numbers[
        "provenance"
    ].keys()
    json.dumps(numbers, allow_nan=False)


def test_step_events_carry_the_promised_fields(job: Job) -> None:
    job.run("lora", job.spec())
    promised = {
        *("step", "total_steps", "loss_nats", "learning_rate", "grad_norm", "tokens_per_second", "tokens_seen"),
        *("peak_memory_bytes", "eta_seconds", "epoch"),
    }
    for event in job.events("lora", "step"):
        assert promised <= event.keys()
    sample = job.events("lora", "sample")[0]
    assert sample["prompt"] == "2+0"
    assert sample["expected"] == "2"
    assert isinstance(sample["completion"], str)


def test_first_batch_shows_what_is_learned(job: Job) -> None:
    job.run("lora", job.spec())
    rows = json.loads((job.folder / "lora/artifacts/first_batch.json").read_text())["rows"]
    assert len(rows) == 4
    for row in rows:
        text = "".join(token["token"] for token in row["tokens"])
        learned = "".join(token["token"] for token in row["tokens"] if token["learned"])
        assert text.startswith("<system>Add.<end><user>")
        assert learned.endswith("<end>")
        assert text == text[: -len(learned)] + learned
        assert learned.removesuffix("<end>").isdigit()


def test_validation_items_come_worst_first(job: Job) -> None:
    job.run("lora", job.spec())
    lines = (job.folder / "lora/artifacts/validation_items.jsonl").read_text().splitlines()
    items = [json.loads(line) for line in lines]
    assert len(items) == 9
    assert [item["loss_nats"] for item in items] == sorted((item["loss_nats"] for item in items), reverse=True)
    assert {"index", "prompt", "completion", "loss_nats", "n_tokens"} == items[0].keys()


@pytest.mark.parametrize("method", ["lora", "dora", "ia3", "prompt"])
def test_adapter_is_a_standard_one(job: Job, method: str) -> None:
    """What stock peft loads gives the validation loss that the job measured."""
    result = job.run(method, job.spec(adaptation={"method": method, "prompt_tokens": 3}, loss_on="all"))
    folder = job.folder / method / "artifacts/adapter"
    assert {"adapter_config.json", "adapter_model.safetensors"} == {path.name for path in folder.iterdir()}
    base = AutoModelForCausalLM.from_pretrained(job.model, dtype=torch.float32)
    stock = PeftModel.from_pretrained(base, folder).eval()
    tokenizer = tiny_tokenizer()
    total, count = 0.0, 0
    for line in (job.folder / "validation.jsonl").read_text().splitlines():
        row = json.loads(line)
        text = tokenizer.apply_chat_template(row["prompt"] + row["completion"], tokenize=False)
        ids = torch.tensor([tokenizer(text, add_special_tokens=False)["input_ids"]])
        with torch.no_grad():
            logits = stock(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, -ids.shape[1] : -1]
        total += float(torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum"))
        count += ids.shape[1] - 1
    assert total / count == pytest.approx(result.metrics["validation_loss_nats"], abs=1e-5)


def test_full_leaves_a_whole_model(job: Job) -> None:
    result = job.run("full", job.spec(adaptation={"method": "full"}, optim={"learning_rate": 0.003}))
    assert result.metrics["trainable_parameters"] == result.metrics["total_parameters"]
    folder = job.folder / "full/artifacts/model"
    assert not list(folder.glob("*.bin"))
    tuned = AutoModelForCausalLM.from_pretrained(folder)
    base = AutoModelForCausalLM.from_pretrained(job.model)
    assert not torch.equal(tuned.lm_head.weight, base.lm_head.weight)


def test_merged_adapter_answers_as_the_adapter_does(job: Job) -> None:
    job.run("lora", job.spec())
    adapter = job.folder / "lora/artifacts/adapter"
    merge_adapter(str(job.model), str(adapter), job.folder / "merged")
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        merged = AutoModelForCausalLM.from_pretrained(job.folder / "merged")(ids).logits
        base = AutoModelForCausalLM.from_pretrained(job.model)
        adapted = PeftModel.from_pretrained(base, adapter)(ids).logits
    torch.testing.assert_close(merged, adapted, atol=1e-4, rtol=1e-4)


def test_a_soft_prompt_cannot_be_merged(job: Job) -> None:
    job.run("prompt", job.spec(adaptation={"method": "prompt", "prompt_tokens": 2}))
    with pytest.raises(BadSpec, match="soft prompt"):
        merge_adapter(str(job.model), str(job.folder / "prompt/artifacts/adapter"), job.folder / "merged")
    assert not (job.folder / "merged").exists()


def stop_at(step: int) -> Any:
    def on_event(event: Event, stop: Any) -> None:
        if event["type"] == "step" and event["step"] == step:
            stop.set()

    return on_event


@pytest.mark.parametrize("changes", [{}, {"adaptation": {"method": "full"}}, {"adaptation": {"dropout": 0.3}}])
def test_a_resumed_curve_continues_the_old_one(job: Job, changes: dict[str, Any]) -> None:
    """Cancelled twice and resumed: losses, weights and counts are those of the undisturbed run, exactly."""
    spec = job.spec(**changes)
    whole = job.run("whole", spec)
    for step in (5, 8):
        with pytest.raises(Cancelled):
            job.run("parts", spec, on_event=stop_at(step))
        assert job.events("parts", "checkpoint")[-1]["step"] == step
    parts = job.run("parts", spec)
    assert [event["step"] for event in job.events("parts", "step")] == list(range(1, 13))
    assert job.losses("parts") == job.losses("whole")
    assert [event["resumed_from_step"] for event in job.events("parts") if "resumed_from_step" in event] == [5, 8]
    for name in ("validation_loss_nats", "train_tokens", "flops", "steps", "train_loss_nats"):
        assert parts.metrics[name] == whole.metrics[name]
    kind = "model/model" if changes.get("adaptation", {}).get("method") == "full" else "adapter/adapter_model"
    files = [load_file(job.folder / name / f"artifacts/{kind}.safetensors") for name in ("whole", "parts")]
    assert all(torch.equal(files[0][name], files[1][name]) for name in files[0])


def test_same_spec_and_seed_give_the_same_result(job: Job) -> None:
    job.run("one", job.spec())
    job.run("two", job.spec())
    job.run("other", job.spec(seed=4))
    assert job.losses("one") == job.losses("two")
    assert job.losses("one") != job.losses("other")


def test_the_curve_is_the_committed_one(job: Job) -> None:
    """Pins training: a change of arithmetic shows here. The file holds the losses of this very spec."""
    job.run("lora", job.spec())
    committed = json.loads(CURVE.read_text())["loss_nats"]
    assert list(job.losses("lora").values()) == pytest.approx(committed, abs=2e-4)


def test_accumulation_gives_the_curve_of_the_large_batch(job: Job) -> None:
    job.run("one", job.spec(optim={"batch_size": 8}))
    job.run("eight", job.spec(optim={"batch_size": 1, "gradient_accumulation": 8}))
    assert list(job.losses("one").values()) == pytest.approx(list(job.losses("eight").values()), abs=1e-4)


def test_padded_rows_give_the_curve_of_packed_ones(job: Job) -> None:
    job.run("packed", job.spec())
    job.run("padded", job.spec(packing=False))
    assert list(job.losses("packed").values()) == pytest.approx(list(job.losses("padded").values()), abs=1e-4)


def test_epochs_end_with_the_last_row(job: Job) -> None:
    """35 rows in steps of 8: two epochs are 70 rows, nine steps, the last of them of 6 rows."""
    result = job.run("epochs", job.spec(optim={"batch_size": 8, "max_steps": None, "epochs": 2}))
    assert result.metrics["steps"] == 9
    assert result.metrics["epochs"] == 2.0


def test_early_stop_keeps_the_best_weights(job: Job) -> None:
    spec = job.spec(
        optim={"learning_rate": 1.0, "max_steps": 200, "max_grad_norm": 1000.0, "schedule": "constant"},
        early_stopping={"patience": 2},
        eval_every_steps=1,
        sample_prompts=0,
    )
    result = job.run("early", spec)
    evals = job.events("early", "eval")
    assert result.details["stopped_early"]
    assert result.metrics["steps"] < 200
    best = min(evals[:-1], key=lambda event: event["validation_loss_nats"])
    assert result.metrics["best_step"] == best["step"]
    assert evals[-1]["validation_loss_nats"] == pytest.approx(best["validation_loss_nats"], abs=1e-5)


def test_budget_ends_with_a_checkpoint(job: Job) -> None:
    spec = job.spec(budget={"max_minutes": 1e-6})
    with pytest.raises(OverBudget):
        job.run("budget", spec)
    assert job.run("budget", job.spec()).metrics["steps"] == 12


def test_only_the_newest_checkpoints_are_kept(job: Job) -> None:
    job.run("lora", job.spec(checkpoint_every_steps=2))
    left = sorted(path.name for path in (job.folder / "lora/checkpoints").iterdir())
    assert left == ["step-000000010", "step-000000012"]


def test_a_loss_that_is_no_number_fails_with_what_to_change(job: Job) -> None:
    model: Any = tiny_llama()
    with torch.no_grad():
        model.model.norm.weight[0] = float("nan")
    model.save_pretrained(job.folder / "broken")
    tiny_tokenizer().save_pretrained(job.folder / "broken")
    with pytest.raises(JobFault, match="not finite at step 1") as caught:
        job.run("diverges", job.spec(model=str(job.folder / "broken")))
    assert "learning_rate" in caught.value.remedy


def test_all_labels_masked_is_bad_data(job: Job) -> None:
    with pytest.raises(BadData, match="All labels are masked"):
        job.run("masked", job.spec(max_tokens=8))


def test_rows_without_labels_are_left_out_with_a_warning(job: Job) -> None:
    row = {"prompt": [{"role": "user", "content": "x" * 60}], "completion": [{"role": "assistant", "content": "y"}]}
    with (job.folder / "train.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")
    job.run("cut", job.spec(max_tokens=50))
    assert [event["code"] for event in job.events("cut", "warning") if event["code"] == "labels_masked"] == [
        "labels_masked"
    ]


def test_qlora_needs_a_gpu_and_says_so() -> None:
    with pytest.raises(BadSpec, match="qlora needs a CUDA device"):
        require_qlora(torch.device("cpu"))


def test_an_evaluation_that_a_stop_cut_off_is_made_up_for(job: Job) -> None:
    """Stopped at the first token of step 6's sample: the resumed job evaluates step 6 before it goes on."""

    def on_event(event: Event, stop: Any) -> None:
        if event["type"] == "step" and event["step"] == 6:
            stop.set()

    with pytest.raises(Cancelled):
        job.run("lora", job.spec(), on_event=on_event)
    assert job.events("lora", "eval") == []
    job.run("lora", job.spec())
    assert [event["step"] for event in job.events("lora", "eval")] == [6, 12]


def test_a_stop_while_saving_leaves_a_checkpoint_of_the_last_step(job: Job) -> None:
    def on_event(event: Event, stop: Any) -> None:
        if event["type"] == "eval" and event["step"] == 12:
            stop.set()

    with pytest.raises(Cancelled):
        job.run("lora", job.spec(), on_event=on_event)
    assert job.events("lora", "checkpoint")[-1]["step"] == 12
    assert not (job.folder / "lora/artifacts/adapter").exists()
    assert job.run("lora", job.spec()).metrics["steps"] == 12
    assert list(job.losses("lora")) == list(range(1, 13))


def test_a_stop_within_an_evaluation_repeats_it(job: Job) -> None:
    def on_event(event: Event, stop: Any) -> None:
        if event["type"] == "eval" and event["step"] == 6:
            stop.set()

    with pytest.raises(Cancelled):
        job.run("lora", job.spec(), on_event=on_event)
    job.run("lora", job.spec())
    assert [event["step"] for event in job.events("lora", "sample")] == [6]
