"""The same path with no site: `python -m training run`, as the specs in the documentation read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from training.data.samples import write_sample
from training.home import state_folder

from .product import MODEL, SOURCE

pytestmark = [pytest.mark.training, pytest.mark.alone]

VALIDATION_ROWS = 16


def run(folder: Path, name: str, spec: dict[str, object], out: str) -> dict[str, object]:
    (folder / f"{name}.json").write_text(json.dumps(spec))
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(SOURCE), "UPLIFT_HOME": str(state_folder())}
    subprocess.run(
        [sys.executable, "-m", "training", "run", f"{name}.json", "--out", out],
        cwd=folder,
        env=environment,
        check=True,
        timeout=600,
    )
    result: dict[str, object] = json.loads((folder / out / "result.json").read_text())
    return result


def test_train_then_evaluate(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "training", "prepare", MODEL], cwd=SOURCE, check=True)
    write_sample("medical-coding", tmp_path / "rows")
    validation = tmp_path / "rows/validation.jsonl"
    validation.write_text("".join(validation.read_text().splitlines(keepends=True)[:VALIDATION_ROWS]))
    sft = {
        "kind": "sft",
        "model": MODEL,
        "data": {"train": "rows/train.jsonl", "validation": "rows/validation.jsonl"},
        "adaptation": {"method": "lora", "rank": 16},
        "optim": {"learning_rate": 0.001, "batch_size": 8, "max_steps": 3},
        "eval_every_steps": 3,
        "seed": 0,
    }
    trained = run(tmp_path, "sft", sft, "run1")
    for name in ("train_seconds", "train_tokens", "trainable_parameters", "flops", "peak_memory_bytes"):
        assert float(str(trained[name])) > 0
    evaluate = {
        "kind": "evaluate",
        "model": MODEL,
        "adapter": "run1/artifacts/adapter",
        "data": {"test": "rows/test.jsonl", "max_rows": 12},
        "metric": "exact",
        "max_new_tokens": 8,
    }
    measured = run(tmp_path, "evaluate", evaluate, "run2")
    first = measured["measurements"][0]  # type: ignore[index]
    assert (first["metric"], first["n"]) == ("exact", 12)
    assert first["low"] <= first["value"] <= first["high"]
    rows = [json.loads(line) for line in (tmp_path / "run2/artifacts/predictions.jsonl").read_text().splitlines()]
    assert {"index", "prompt", "expected", "predicted", "correct"} <= set(rows[0])
    assert len(rows) == 12
