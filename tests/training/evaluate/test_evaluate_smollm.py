"""SmolLM2 on real diagnosis texts, as the job's process runs it."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from training.catalogue import DEFAULT_MODEL, is_whole_model
from training.data.samples import DEPARTMENTS, medical_coding
from training.faults import ExitStatus
from training.home import models_folder
from training.process import run_job

MODEL = models_folder() / DEFAULT_MODEL
ROWS = 8

pytestmark = [pytest.mark.training, pytest.mark.alone]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    if not is_whole_model(MODEL):
        pytest.fail(f"prepare the base model first: python -m training prepare {DEFAULT_MODEL}")
    return [dict(row) for row in list(medical_coding()["test"])[:ROWS]]


@pytest.fixture(scope="module")
def stock() -> tuple[Any, Any]:
    """Tokenizer and model as transformers gives them."""
    return AutoTokenizer.from_pretrained(MODEL), AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()


def run_spec(folder: Path, rows: list[dict[str, Any]], **fields: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """`result.json` and the predictions of a run with the spec written as DESIGN shows it."""
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    spec = {"kind": "evaluate", "model": str(MODEL), "data": {"test": "test.jsonl"}, "precision": "fp32", **fields}
    (folder / "spec.json").write_text(json.dumps(spec))
    assert run_job(folder / "spec.json", folder / "out") is ExitStatus.DONE
    lines = (folder / "out/artifacts/predictions.jsonl").read_text(encoding="utf-8").splitlines()
    return json.loads((folder / "out/result.json").read_text()), [json.loads(line) for line in lines]


def test_choices_equal_a_plain_loop(tmp_path: Path, rows: list[dict[str, Any]], stock: tuple[Any, Any]) -> None:
    choices = sorted(DEPARTMENTS.values())
    result, predictions = run_spec(tmp_path, rows, metric="choice", choices=choices)
    tokenizer, model = stock
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


def test_written_answers_equal_stock_generate(
    tmp_path: Path, rows: list[dict[str, Any]], stock: tuple[Any, Any]
) -> None:
    _, predictions = run_spec(tmp_path, rows[:3], metric="normalised", max_new_tokens=6)
    tokenizer, model = stock
    for row, prediction in zip(rows, predictions, strict=False):
        text = tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)
        given = tokenizer(text, add_special_tokens=False, return_tensors="pt")
        written = model.generate(**given, max_new_tokens=6, do_sample=False)[0, given["input_ids"].shape[1] :]
        assert prediction["predicted"] == tokenizer.decode(written, skip_special_tokens=True).strip()
