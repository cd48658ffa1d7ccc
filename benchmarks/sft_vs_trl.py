"""Supervised fine-tuning: stock trl beside this project, on the same work.

    python benchmarks/sft_vs_trl.py                      # LoRA and full, 50 steps of 8
    python benchmarks/sft_vs_trl.py --steps 10 --methods lora

Both train on the rows of the sample *medical coding*, in the same order, with the same batch, steps, learning
rate, schedule, clipping and LoRA settings; everything else of trl's SFTTrainer is its default. Where this project
computes in float32 because the processor is slower in bfloat16, trl runs twice: with its default (bfloat16 autocast)
for the target of time, and in float32 for the comparison of losses, as rounding alone moves a short full fine-tuning
by more than the tolerance. Each runs in its own process, one after the other. What they leave is scored by another
process: stock transformers and peft in fp32 over the padded validation rows. The ratios of training-loop seconds are
printed beside the target, and that of whole processes (imports and loading included); exit status 1 if a target or
the loss tolerance is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))

TARGETS = {"lora": 0.3, "full": 0.5}
"""Largest share of trl's training-loop seconds."""

LOSS_TOLERANCE = 0.02
LEARNING_RATES = {"lora": 1e-3, "full": 5e-5}
RANK = 16
TRL, TRL_FP32, UPLIFT = "trl", "trl fp32", "uplift"


def main() -> int:
    """Run all, print the table and the JSON; returns the exit status."""
    options = parse()
    if options.child:
        return {TRL: train_with_trl, TRL_FP32: train_with_trl, "score": score}[options.child](options)
    folder = Path(options.folder or tempfile.mkdtemp(prefix="sft-vs-trl-"))
    prepare(folder, options)
    found = {method: compare(folder, method, options) for method in options.methods.split(",")}
    report(found)
    (folder / "sft_vs_trl.json").write_text(json.dumps(found, indent=1))
    print(json.dumps(found))
    return 0 if all(entry["held"] for entry in found.values()) else 1


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--methods", default="lora,full")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--validation-rows", type=int, default=200)
    parser.add_argument("--folder", help="keeps what both leave; a temporary folder if left out")
    parser.add_argument("--child", choices=[TRL, TRL_FP32, "score"], help=argparse.SUPPRESS)
    parser.add_argument("--method", help=argparse.SUPPRESS)
    parser.add_argument("--trained", help=argparse.SUPPRESS)
    return parser.parse_args()


def prepare(folder: Path, options: argparse.Namespace) -> None:
    """The rows in `folder`: the training rows already in the order in which the job takes them."""
    from training.batches.order import DataOrder
    from training.data.rows import read_rows
    from training.data.samples import write_sample
    from training.models.provision import prepare as prepare_model

    prepare_model(options.model)
    write_sample("medical-coding", folder / "sample")
    rows = list(read_rows(folder / "sample" / "train.jsonl"))
    order = DataOrder(rows=len(rows), step_rows=options.batch_size, seed=0)
    taken = [rows[row] for step in range(options.steps) for row in order.rows_of_step(step)]
    write_rows(folder / "train.jsonl", rows)
    write_rows(folder / "in_order.jsonl", taken)
    write_rows(
        folder / "validation.jsonl", list(read_rows(folder / "sample" / "validation.jsonl", options.validation_rows))
    )


def write_rows(path: Path, rows: list[Any]) -> None:
    """JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def compare(folder: Path, method: str, options: argparse.Namespace) -> dict[str, Any]:
    """Train both ways, score both, and put the figures side by side."""
    ran = {TRL: child(folder, options, TRL, method)}
    if computes_in_float32():
        ran[TRL_FP32] = child(folder, options, TRL_FP32, method)
    ran[UPLIFT] = train_with_uplift(folder, method, options)
    for entry in ran.values():
        entry["validation_loss_nats"] = child(folder, options, "score", method, trained=entry["trained"])["loss_nats"]
    ours, stock, alike = ran[UPLIFT], ran[TRL], ran.get(TRL_FP32, ran[TRL])
    ratio = ours["train_seconds"] / stock["train_seconds"]
    difference = ours["validation_loss_nats"] / alike["validation_loss_nats"] - 1
    return {
        "steps": options.steps,
        "batch_size": options.batch_size,
        "ran": ran,
        "ratio_train": ratio,
        "ratio_train_alike": ours["train_seconds"] / alike["train_seconds"],
        "ratio_process": ours["process_seconds"] / stock["process_seconds"],
        "target": TARGETS.get(method),
        "loss_difference": difference,
        "held": abs(difference) <= LOSS_TOLERANCE and ratio <= TARGETS.get(method, 1.0),
    }


def computes_in_float32() -> bool:
    """Whether this project's `auto` precision is float32 on this machine."""
    import torch

    from training.models.load import choose_dtype

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return choose_dtype("auto", device) is torch.float32


def child(folder: Path, options: argparse.Namespace, what: str, method: str, trained: str = "") -> dict[str, Any]:
    """Run this file as another process; returns what it wrote, with its whole time."""
    answer = folder / f"{what}-{method}.json"
    command = [sys.executable, __file__, "--child", what, "--method", method, "--folder", str(folder)]
    command += ["--model", options.model, "--steps", str(options.steps), "--batch-size", str(options.batch_size)]
    began = time.monotonic()
    subprocess.run([*command, "--trained", trained], check=True, env=environment())
    found: dict[str, Any] = json.loads(answer.read_text())
    return {**found, "process_seconds": time.monotonic() - began}


def environment() -> dict[str, str]:
    """No hub, and threads that sleep while they wait: the same for both, so that other load decides little."""
    same = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_WAIT_POLICY": "PASSIVE"}
    return {**os.environ, **same}


def train_with_uplift(folder: Path, method: str, options: argparse.Namespace) -> dict[str, Any]:
    """This project, through its own command."""
    out = folder / f"uplift-{method}"
    spec = {
        "kind": "sft",
        "model": options.model,
        "data": {"train": str(folder / "train.jsonl")},
        "adaptation": {"method": method, "rank": RANK},
        "optim": {
            "learning_rate": LEARNING_RATES[method],
            "batch_size": options.batch_size,
            "max_steps": options.steps,
        },
        "seed": 0,
    }
    (folder / f"uplift-{method}.spec.json").write_text(json.dumps(spec))
    command = [sys.executable, "-m", "training", "run", str(folder / f"uplift-{method}.spec.json"), "--out", str(out)]
    began = time.monotonic()
    subprocess.run(command, check=True, cwd=SOURCE, env=environment())
    seconds = time.monotonic() - began
    result = json.loads((out / "result.json").read_text())
    return {
        "train_seconds": result["train_seconds"],
        "process_seconds": seconds,
        "peak_memory_bytes": result["peak_memory_bytes"],
        "trained": str(out / "artifacts" / ("model" if method == "full" else "adapter")),
    }


def train_with_trl(options: argparse.Namespace) -> int:
    """Stock trl with its defaults, except for what both share; no reports and no checkpoints."""
    import resource

    import datasets
    import torch
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    from training.models.load import model_folder

    folder = Path(options.folder)
    datasets.disable_progress_bars()
    rows = [json.loads(line) for line in (folder / "in_order.jsonl").read_text(encoding="utf-8").splitlines()]
    out = folder / f"{options.child}-{options.method}"
    trainer = SFTTrainer(
        model=str(model_folder(options.model)),
        args=SFTConfig(
            output_dir=str(out),
            max_steps=options.steps,
            per_device_train_batch_size=options.batch_size,
            learning_rate=LEARNING_RATES[options.method],
            train_sampling_strategy="sequential",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            seed=0,
            use_cpu=not torch.cuda.is_available(),
            bf16=options.child == TRL,
        ),
        train_dataset=datasets.Dataset.from_list(rows),
        peft_config=None
        if options.method == "full"
        else LoraConfig(task_type="CAUSAL_LM", r=RANK, lora_alpha=2 * RANK, target_modules="all-linear"),
    )
    began = time.monotonic()
    trainer.train()
    seconds = time.monotonic() - began
    trainer.save_model(str(out))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    answer = {"train_seconds": seconds, "peak_memory_bytes": peak, "trained": str(out)}
    (folder / f"{options.child}-{options.method}.json").write_text(json.dumps(answer))
    return 0


def score(options: argparse.Namespace) -> int:
    """Mean loss a completion token over the validation rows: stock transformers and peft, fp32, one row at a time."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from training.models.load import model_folder

    folder = Path(options.folder)
    tokenizer = AutoTokenizer.from_pretrained(model_folder(options.model))
    base = options.trained if options.method == "full" else model_folder(options.model)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    if options.method != "full":
        model = PeftModel.from_pretrained(model, options.trained)
    model.eval()
    total, count = 0.0, 0
    for line in (folder / "validation.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        prompt = tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True)["input_ids"]
        ids = torch.tensor([tokenizer.apply_chat_template(row["prompt"] + row["completion"])["input_ids"]])
        with torch.no_grad():
            logits = model(ids).logits[0, len(prompt) - 1 : -1]
        labels = ids[0, len(prompt) :]
        total += float(torch.nn.functional.cross_entropy(logits, labels, reduction="sum"))
        count += labels.numel()
    (folder / f"score-{options.method}.json").write_text(json.dumps({"loss_nats": total / count, "tokens": count}))
    return 0


def report(found: dict[str, dict[str, Any]]) -> None:
    """The table."""
    titles = f"{'train s':>10}{'process s':>11}{'peak GB':>9}{'loss nats':>11}{'ratio':>8}{'target':>8}"
    print(f"\n{'method':8}{'who':10}{titles}")
    for method, entry in found.items():
        for who, ran in entry["ran"].items():
            figures = f"{ran['train_seconds']:10.1f}{ran['process_seconds']:11.1f}{ran['peak_memory_bytes'] / 1e9:9.2f}"
            ratio = f"{entry['ratio_train']:8.2f}{entry['target']:8.2f}" if who == UPLIFT else ""
            print(f"{method:8}{who:10}{figures}{ran['validation_loss_nats']:11.4f}{ratio}")
        print(
            f"{'':8}against the same number format {entry['ratio_train_alike']:.2f}, whole process "
            f"{entry['ratio_process']:.2f}, loss differs by {entry['loss_difference']:.2%}: "
            f"{'held' if entry['held'] else 'NOT HELD'}"
        )


if __name__ == "__main__":
    sys.exit(main())
