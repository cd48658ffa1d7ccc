"""The whole job on a tiny model: what it leaves, stop and resume, adapters, bad data."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from peft import LoraConfig, PeftModel, PromptTuningConfig, get_peft_model

from tests.training.sft.tiny import save_tiny_model, tiny_llama
from training.events import EventType, read_events
from training.faults import BadData, BadSpec, Cancelled
from training.jobs.evaluate import run as evaluate
from training.models.load import load_adapted
from training.result import Result
from training.run import Run
from training.spec import EvaluateSpec

# peft 0.21 asks transformers by an old name
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

LABELS = ("heart", "lung", "skin")
CPU = torch.device("cpu")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return save_tiny_model(tmp_path / "model")


def chat(question: str, answer: str) -> dict[str, Any]:
    system = {"role": "system", "content": "Name one of heart, lung, skin."}
    return {
        "prompt": [system, {"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
    }


def rows_of(count: int) -> list[dict[str, Any]]:
    return [chat(f"question {number}", LABELS[number % 3]) for number in range(count)]


def run_job(folder: Path, model: Path, rows: Sequence[object], **fields: Any) -> tuple[Run, Result]:
    data = folder / "test.jsonl"
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    spec = EvaluateSpec.parse(
        {"model": str(model), "precision": "fp32", "device": "cpu", **fields, "data": {"test": str(data)}}
    )
    run = Run(folder / "job", spec)
    return run, evaluate(spec, run)


def predictions_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "job/artifacts/predictions.jsonl").read_text("utf-8").splitlines()]


def test_choice_leaves_what_the_contract_names(tmp_path: Path, model: Path) -> None:
    run, result = run_job(tmp_path, model, rows_of(9), metric="choice", choices=list(LABELS))
    rows = predictions_of(tmp_path)
    assert [row["index"] for row in rows] == list(range(9))
    for row in rows:
        assert set(row) == {"index", "prompt", "expected", "predicted", "correct", "choice_loglik"}
        assert list(row["choice_loglik"]) == list(LABELS)
        assert row["predicted"] == max(LABELS, key=lambda label: float(row["choice_loglik"][label]))
        assert row["correct"] == (row["predicted"] == row["expected"])
    right = sum(row["correct"] for row in rows)
    main = result.measurements[0]
    assert (main.metric, main.value, main.n) == ("choice", right / 9, 9)
    assert main.low is not None
    assert main.high is not None
    assert main.low < main.value < main.high
    content = result.to_json()
    json.dumps(content, allow_nan=False)
    for name in ("choice", "evaluate_seconds", "tokens", "tokens_per_second", "flops", "peak_memory_bytes"):
        assert content[name] == content["metrics"][name]
    matrix = result.details["confusion"]["matrix"]
    assert sum(map(sum, matrix)) == 9
    assert sum(matrix[at][at] for at in range(3)) == right
    steps = [event for event in read_events(run.folder / "events.jsonl") if event["type"] == EventType.STEP]
    assert steps[-1]["items_done"] == steps[-1]["items_total"] == 9
    assert steps[-1]["eta_seconds"] == 0
    assert result.artifacts[0].path == "artifacts/predictions.jsonl"
    assert result.provenance["model_digest"]


def test_choices_are_found_in_the_rows(tmp_path: Path, model: Path) -> None:
    _, result = run_job(tmp_path, model, rows_of(4), metric="choice")
    assert result.details["choices"] == sorted(LABELS)


@pytest.mark.parametrize(
    ("rows", "fields", "message"),
    [
        (rows_of(3), {"choices": ["heart", "lung"]}, "not among the choices"),
        (rows_of(1), {}, "only one answer"),
        ([chat("q", f"answer {number}") for number in range(1001)], {}, "1001 different answers"),
    ],
)
def test_choices_that_do_not_fit_the_rows(
    tmp_path: Path, model: Path, rows: list[object], fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadData, match=message):
        run_job(tmp_path, model, rows, metric="choice", **fields)


def test_written_answers_are_judged(tmp_path: Path, model: Path) -> None:
    rows = [{"prompt": "naïve 心臓 🫀 question", "completion": "x"}, {"prompt": "b", "completion": "y"}, chat("q", "z")]
    _, first = run_job(tmp_path, model, rows, metric="exact", max_new_tokens=5)
    written = [row["predicted"] for row in predictions_of(tmp_path)]
    # the same rows, now expecting what the model writes: every answer is right
    known = [{**row, "completion": text} for row, text in zip(rows, written, strict=True) if text]
    assert known
    _, second = run_job(tmp_path / "again", model, known, metric="exact", max_new_tokens=5)
    assert second.metrics["exact"] == 1
    assert first.metrics["items"] == 3


def test_f1_and_perplexity_have_bootstrap_intervals(tmp_path: Path, model: Path) -> None:
    _, result = run_job(tmp_path / "f1", model, rows_of(6), metric="f1", max_new_tokens=3)
    main = result.measurements[0]
    assert main.low is not None
    assert main.high is not None
    assert 0 <= main.low <= main.value <= main.high <= 1
    assert result.details["metric"] == "f1"
    assert "confusion" not in result.details

    _, result = run_job(tmp_path / "ppl", model, [*rows_of(6), {"text": "plain text"}], metric="perplexity")
    main = result.measurements[0]
    rows = predictions_of(tmp_path / "ppl")
    assert {row["predicted"] for row in rows} == {None}
    loss = -sum(row["loglik_nats"] for row in rows) / sum(row["tokens"] for row in rows)
    assert main.value == pytest.approx(torch.tensor(loss).exp().item(), rel=1e-5)
    assert main.low is not None
    assert main.high is not None
    assert main.low < main.value < main.high


def test_a_text_of_one_token_cannot_be_scored(tmp_path: Path, model: Path) -> None:
    with pytest.raises(BadData, match="no token to score"):
        run_job(tmp_path, model, [{"prompt": "x" * 600, "completion": "y"}], metric="perplexity")


def test_prompts_longer_than_the_context_are_cut_and_told(tmp_path: Path, model: Path) -> None:
    run, result = run_job(
        tmp_path, model, [{"prompt": "x" * 2000, "completion": "y"}], metric="exact", max_new_tokens=4
    )
    assert result.details["cut_prompts"] == 1
    codes = [event["code"] for event in read_events(run.folder / "events.jsonl") if event["type"] == "warning"]
    assert "prompt_cut" in codes


def test_answers_that_end_at_once_are_empty_and_wrong(tmp_path: Path) -> None:
    silent = tiny_llama()
    with torch.no_grad():
        silent.model.norm.weight.zero_()  # all logits equal: the first token number wins
    folder = save_tiny_model(tmp_path / "model")
    silent.generation_config.eos_token_id = [0, 1]
    cast(Any, silent).save_pretrained(folder)
    run, result = run_job(tmp_path, folder, rows_of(3), metric="normalised")
    assert [row["predicted"] for row in predictions_of(tmp_path)] == ["", "", ""]
    assert result.metrics["normalised"] == 0
    assert result.details["empty_answers"] == 3
    assert any(event.get("code") == "empty_answers" for event in read_events(run.folder / "events.jsonl"))


@pytest.mark.parametrize("metric", ["choice", "exact", "perplexity"])
def test_a_stopped_evaluation_goes_on_and_ends_the_same(tmp_path: Path, model: Path, metric: str) -> None:
    fields = {"metric": metric, "batch_tokens": 16, "max_new_tokens": 3}
    _, whole = run_job(tmp_path / "whole", model, rows_of(12), **fields)

    data = tmp_path / "part" / "test.jsonl"
    data.parent.mkdir()
    data.write_bytes((tmp_path / "whole/test.jsonl").read_bytes())
    spec = EvaluateSpec.parse(
        {"model": str(model), "precision": "fp32", "device": "cpu", **fields, "data": {"test": str(data)}}
    )
    run = Run(tmp_path / "part/job", spec, watch=lambda event: run.stop.set() if event["type"] == "step" else None)
    with pytest.raises(Cancelled):
        evaluate(spec, run)
    file = run.artifacts / "predictions.jsonl"
    answered = len(file.read_text().splitlines())
    assert 0 < answered < 12
    with file.open("a") as torn:
        torn.write('{"index": 11, "expec')

    resumed = Run(tmp_path / "part/job", spec)
    result = evaluate(spec, resumed)
    assert [row["index"] for row in predictions_of(tmp_path / "part")] == list(range(12))
    assert result.measurements[0].value == pytest.approx(whole.measurements[0].value, rel=1e-6)
    assert cast(int, result.metrics["tokens"]) >= cast(int, whole.metrics["tokens"])
    again = evaluate(spec, Run(tmp_path / "part/job", spec))  # nothing is left to do
    assert again.measurements[0] == result.measurements[0]


def test_predictions_of_other_data_are_not_taken_over(tmp_path: Path, model: Path) -> None:
    run_job(tmp_path, model, rows_of(6), metric="choice")
    _, result = run_job(tmp_path, model, rows_of(6)[::-1], metric="choice")
    assert [row["expected"] for row in predictions_of(tmp_path)] == [LABELS[number % 3] for number in range(6)][::-1]
    assert result.metrics["items"] == 6


def save_lora(model: Path, folder: Path) -> torch.Tensor:
    base, _ = load_adapted(str(model), None, dtype=torch.float32, device=CPU)
    torch.manual_seed(3)
    adapted = get_peft_model(
        base, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
    ).eval()
    adapted.save_pretrained(folder)
    with torch.no_grad():
        logits: torch.Tensor = adapted(input_ids=torch.tensor([[5, 6, 7, 8]])).logits
    return logits


def test_a_lora_adapter_is_merged_and_changes_the_answers(tmp_path: Path, model: Path) -> None:
    expected = save_lora(model, tmp_path / "adapter")
    merged, _ = load_adapted(str(model), str(tmp_path / "adapter"), dtype=torch.float32, device=CPU)
    assert not isinstance(merged, PeftModel)
    with torch.no_grad():
        assert torch.allclose(merged(input_ids=torch.tensor([[5, 6, 7, 8]])).logits, expected, atol=1e-4)
    run_job(tmp_path / "base", model, rows_of(4), metric="choice")
    run_job(tmp_path / "tuned", model, rows_of(4), metric="choice", adapter=str(tmp_path / "adapter"))
    base, tuned = predictions_of(tmp_path / "base"), predictions_of(tmp_path / "tuned")
    assert [row["choice_loglik"] for row in base] != [row["choice_loglik"] for row in tuned]


def test_a_soft_prompt_is_evaluated(tmp_path: Path, model: Path) -> None:
    base, _ = load_adapted(str(model), None, dtype=torch.float32, device=CPU)
    config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=6, token_dim=32, num_layers=2)
    get_peft_model(base, config).save_pretrained(tmp_path / "adapter")
    _, result = run_job(tmp_path, model, rows_of(4), metric="choice", adapter=str(tmp_path / "adapter"))
    assert result.metrics["items"] == 4


def test_adapters_that_do_not_fit(tmp_path: Path, model: Path) -> None:
    with pytest.raises(BadSpec, match="is not an adapter"):
        run_job(tmp_path, model, rows_of(2), adapter=str(tmp_path / "none"))
    with pytest.raises(BadSpec, match="is not an adapter") as caught:
        run_job(tmp_path, model, rows_of(2), adapter=str(model))
    assert caught.value.remedy == "Name it as model, without an adapter."
    save_lora(model, tmp_path / "adapter")
    weights = tmp_path / "adapter" / "adapter_model.safetensors"
    weights.rename(weights.with_name("adapter_model.bin"))
    with pytest.raises(BadSpec, match=r"no adapter_model\.safetensors"):
        run_job(tmp_path, model, rows_of(2), adapter=str(tmp_path / "adapter"))


def test_a_bad_pattern_ends_before_the_model_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(BadSpec, match="pattern cannot be read"):
        run_job(tmp_path, tmp_path / "no model", rows_of(2), metric="regex", pattern="(")
