"""Multiple choice by log-likelihood: lm-eval beside this project, on the same items.

    python benchmarks/evaluate_vs_lm_eval.py                 # 200 items of the sample *medical coding*
    python benchmarks/evaluate_vs_lm_eval.py --items 60

lm-eval 0.4 runs its hf backend with batch 16 on a task made of the same rows: the chat template's text as context,
the eight labels as continuations. Each runs in its own process, one after the other: in fp32 for agreement (every
log-likelihood within 0.001 nats, the same choice on every item), and at the precision that this project chooses by
itself for time (one run where that is fp32). Timed is the evaluation alone, from rows to results; model loading and
imports are in neither figure, and are printed as whole processes. Exit status 1 if the target or the agreement is
missed.
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

TARGET = 0.15
"""Largest share of lm-eval's seconds at the precision chosen by itself."""

LOGLIK_TOLERANCE_NATS = 1e-3
PEER_BATCH = 16


def main() -> int:
    """Run all, print the table and the JSON; returns the exit status."""
    options = parse()
    if options.peer:
        return run_peer(options)
    folder = Path(options.folder or tempfile.mkdtemp(prefix="evaluate-vs-lm-eval-"))
    choices = prepare(folder, options)
    found = {"fp32": compare(folder, "fp32", choices, options)}
    found["auto"] = found["fp32"] if auto_is_fp32() else compare(folder, "auto", choices, options)
    agrees = found["fp32"]["largest_difference_nats"] <= LOGLIK_TOLERANCE_NATS and found["fp32"]["same_choice"] == 1.0
    is_fast = found["auto"]["ratio"] <= TARGET
    report(found)
    print(
        f"agreement in fp32: {'held' if agrees else 'NOT HELD'}; target {TARGET}: {'held' if is_fast else 'NOT HELD'}"
    )
    print(json.dumps({"items": options.items, "target": TARGET, "agrees": agrees, "held": agrees and is_fast, **found}))
    return 0 if agrees and is_fast else 1


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--folder", help="keeps what both leave; a temporary folder if left out")
    parser.add_argument("--peer", choices=["fp32", "auto"], help=argparse.SUPPRESS)
    return parser.parse_args()


def auto_is_fp32() -> bool:
    """Whether this project computes in fp32 here by itself, so that one run answers both questions."""
    import torch

    from training.models.load import choose_dtype

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return choose_dtype("auto", device) is torch.float32


def prepare(folder: Path, options: argparse.Namespace) -> list[str]:
    """Rows and lm-eval's task in `folder`; returns the choices."""
    from transformers import AutoTokenizer

    from training.data.samples import medical_coding
    from training.models.provision import prepare as prepare_model

    model = prepare_model(options.model)
    rows: list[Any] = list(medical_coding()["test"])[: options.items]
    choices = sorted({row["completion"][0]["content"] for row in rows})
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "test.jsonl", rows)
    tokenizer = AutoTokenizer.from_pretrained(model)
    write_lines(
        folder / "items.jsonl",
        [
            {
                "context": tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True),
                "gold": choices.index(row["completion"][0]["content"]),
            }
            for row in rows
        ],
    )
    (folder / "task").mkdir(exist_ok=True)
    (folder / "task" / "routing.yaml").write_text(task(folder / "items.jsonl", choices))
    return choices


def task(items: Path, choices: list[str]) -> str:
    """lm-eval's description of the task."""
    return f"""task: routing
dataset_path: json
dataset_kwargs:
  data_files:
    test: {items}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{context}}}}"
doc_to_target: gold
doc_to_choice: {json.dumps(choices)}
target_delimiter: ""
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
"""


def write_lines(path: Path, rows: list[Any]) -> None:
    """JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def compare(folder: Path, precision: str, choices: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Both at one precision, and how far their log-likelihoods lie apart."""
    peer = time_peer(folder, precision, options)
    ours = time_ours(folder, precision, choices, options)
    pairs = list(zip(peer.pop("logliks"), ours.pop("logliks"), strict=True))
    same = [theirs.index(max(theirs)) == own.index(max(own)) for theirs, own in pairs]
    return {
        "lm_eval": peer,
        "uplift": ours,
        "ratio": ours["seconds"] / peer["seconds"],
        "ratio_process": ours["process_seconds"] / peer["process_seconds"],
        "largest_difference_nats": max(abs(a - b) for theirs, own in pairs for a, b in zip(theirs, own, strict=True)),
        "same_choice": sum(same) / len(same),
    }


def environment() -> dict[str, str]:
    """No hub and no telemetry: the same for both."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    return {**os.environ, **offline}


def time_ours(folder: Path, precision: str, choices: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """This project, through its own command."""
    spec = {
        "kind": "evaluate",
        "model": options.model,
        "data": {"test": str(folder / "test.jsonl")},
        "metric": "choice",
        "choices": choices,
        "precision": precision,
    }
    spec_file, out = folder / f"uplift-{precision}.spec.json", Path(tempfile.mkdtemp(dir=folder))
    spec_file.write_text(json.dumps(spec))
    began = time.monotonic()
    command = [sys.executable, "-m", "training", "run", str(spec_file), "--out", str(out)]
    subprocess.run(command, check=True, cwd=SOURCE, env=environment(), stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    result = json.loads((out / "result.json").read_text())
    lines = (out / "artifacts" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    logliks = [[json.loads(line)["choice_loglik"][choice] for choice in choices] for line in lines]
    return {
        "seconds": result["evaluate_seconds"],
        "process_seconds": seconds,
        "accuracy": result["choice"],
        "peak_memory_bytes": result["peak_memory_bytes"],
        "logliks": logliks,
    }


def time_peer(folder: Path, precision: str, options: argparse.Namespace) -> dict[str, Any]:
    """lm-eval in a process of its own."""
    command = [sys.executable, __file__, "--peer", precision, "--folder", str(folder), "--model", options.model]
    began = time.monotonic()
    subprocess.run(command, check=True, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    answer: dict[str, Any] = json.loads((folder / f"lm-eval-{precision}.json").read_text())
    return {**answer, "process_seconds": seconds}


def run_peer(options: argparse.Namespace) -> int:
    """The child that runs lm-eval; the model is loaded beforehand, as for us."""
    import resource

    import lm_eval
    import torch
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from training.models.load import choose_dtype, model_folder

    folder, device = Path(options.folder), torch.device("cuda" if torch.cuda.is_available() else "cpu")
    source = model_folder(options.model)
    model: Any = AutoModelForCausalLM.from_pretrained(source, dtype=choose_dtype(options.peer, device))
    tokenizer = AutoTokenizer.from_pretrained(source)
    tasks = TaskManager(include_path=str(folder / "task"), include_defaults=False)
    peer = HFLM(pretrained=model.to(device), tokenizer=tokenizer, batch_size=PEER_BATCH, device=str(device))
    began = time.monotonic()
    found = lm_eval.simple_evaluate(
        model=peer, tasks=["routing"], task_manager=tasks, log_samples=True, bootstrap_iters=0
    )
    seconds = time.monotonic() - began
    samples = sorted(found["samples"]["routing"], key=lambda sample: sample["doc_id"])
    answer = {
        "seconds": seconds,
        "accuracy": found["results"]["routing"]["acc,none"],
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "logliks": [[float(response[0][0]) for response in sample["resps"]] for sample in samples],
    }
    (folder / f"lm-eval-{options.peer}.json").write_text(json.dumps(answer))
    return 0


def report(found: dict[str, dict[str, Any]]) -> None:
    """The table."""
    titles = f"{'seconds':>10}{'process s':>11}{'peak GB':>9}{'accuracy':>10}{'ratio':>8}"
    print(f"{'precision':11}{'who':9}{titles}")
    for precision, entry in found.items():
        for who in ("lm_eval", "uplift"):
            ran = entry[who]
            figures = f"{ran['seconds']:10.2f}{ran['process_seconds']:11.1f}{ran['peak_memory_bytes'] / 1e9:9.2f}"
            ratio = f"{entry['ratio']:8.3f}" if who == "uplift" else ""
            print(f"{precision:11}{who:9}{figures}{ran['accuracy']:10.3f}{ratio}")
        print(
            f"{'':11}whole process {entry['ratio_process']:.2f}; log-likelihoods differ by at most "
            f"{entry['largest_difference_nats']:.5f} nats; same choice on {entry['same_choice']:.1%}"
        )


if __name__ == "__main__":
    sys.exit(main())
