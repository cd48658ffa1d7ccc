"""SmolLM2 on real diagnosis texts, through the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from training.catalogue import DEFAULT_MODEL, is_whole_model
from training.data.samples import DEPARTMENTS, medical_coding
from training.home import models_folder

ROOT = Path(__file__).resolve().parents[3]
MODEL = models_folder() / DEFAULT_MODEL
ROWS = 8

pytestmark = [pytest.mark.training, pytest.mark.alone]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    if not is_whole_model(MODEL):
        pytest.fail(f"prepare the base model first: python -m training prepare {DEFAULT_MODEL}")
    return [dict(row) for row in list(medical_coding()["test"])[:ROWS]]


def run_command(folder: Path, rows: list[dict[str, Any]], **fields: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """`result.json` and the predictions of a run with the spec written as DESIGN shows it."""
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    spec = {"kind": "evaluate", "model": str(MODEL), "data": {"test": "test.jsonl"}, "precision": "fp32", **fields}
    (folder / "spec.json").write_text(json.dumps(spec))
    done = subprocess.run(
        [sys.executable, "-m", "training", "run", "spec.json", "--out", "out"],
        cwd=folder,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = (folder / "out/artifacts/predictions.jsonl").read_text(encoding="utf-8").splitlines()
    return json.loads((folder / "out/result.json").read_text()), [json.loads(line) for line in lines]


def test_choices_equal_a_plain_loop(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    choices = sorted(DEPARTMENTS.values())
    result, predictions = run_command(tmp_path, rows, metric="choice", choices=choices)
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()
    for row, prediction in list(zip(rows, predictions, strict=True))[:2]:
        prompt = tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)
        given = tokenizer(prompt, add_special_tokens=False)["input_ids"]
        for choice in choices:
            ids = torch.tensor([tokenizer(prompt + choice, add_special_tokens=False)["input_ids"]])
            with torch.no_grad():
                chances = model(ids).logits[0].log_softmax(-1)
            wanted = sum(float(chances[at - 1, ids[0, at]]) for at in range(len(given), ids.shape[1]))
            assert prediction["choice_loglik"][choice] == pytest.approx(wanted, abs=1e-3)
    (main, *_) = result["measurements"]
    assert main["n"] == ROWS
    assert main["low"] <= main["value"] <= main["high"]


def test_written_answers_equal_stock_generate(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    _, predictions = run_command(tmp_path, rows[:3], metric="normalised", max_new_tokens=6)
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()
    for row, prediction in zip(rows, predictions, strict=False):
        text = tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)
        given = tokenizer(text, add_special_tokens=False, return_tensors="pt")
        written = model.generate(**given, max_new_tokens=6, do_sample=False)[0, given["input_ids"].shape[1] :]
        assert prediction["predicted"] == tokenizer.decode(written, skip_special_tokens=True).strip()
