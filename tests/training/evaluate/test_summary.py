"""Measurements and tables from predictions, by hand."""

import math
from typing import Any

import pytest

from training.metrics import METRICS
from training.metrics.rules import normalise
from training.metrics.summary import label_tables, measure


def judged(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"expected": expected, "predicted": predicted, "correct": normalise(predicted) == expected}
        for expected, predicted in pairs
    ]


def test_tables_by_hand() -> None:
    rows = judged(("a1", "A1."), ("a1", "b1"), ("b1", "b1"), ("b1", "prose"))
    tables = label_tables(rows, None, normalise)
    assert tables["confusion"] == {
        "expected": ["a1", "b1"],
        "predicted": ["a1", "b1", "(other)"],
        "matrix": [[1, 1, 0], [0, 1, 1]],
    }
    a, b = tables["labels"]
    assert (a["precision"], a["recall"], a["f1"]) == (1, 1 / 2, pytest.approx(2 / 3))
    assert (b["precision"], b["recall"], b["f1"]) == (1 / 2, 1 / 2, 1 / 2)
    assert tables["macro_f1"] == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_a_choice_that_never_occurs_has_no_recall() -> None:
    tables = label_tables(judged(("a1", "a1"), ("a1", "b1")), ["a1", "b1", "c1"], normalise)
    assert [row["recall"] for row in tables["labels"]] == [1 / 2, None, None]
    assert [row["precision"] for row in tables["labels"]] == [1, 0, None]
    assert tables["macro_f1"] == pytest.approx(2 / 3)


def test_answers_that_are_no_labels_have_no_tables() -> None:
    assert label_tables(judged(("x", "x"), ("y", "y")), None, normalise) == {}
    many = judged(*((f"label {number % 51}", "x") for number in range(200)))
    assert label_tables(many, None, normalise) == {}


def test_perplexity_is_the_exponential_of_the_mean_loss_a_token() -> None:
    rows: list[dict[str, Any]] = [{"loglik_nats": -2.0, "tokens": 1}, {"loglik_nats": -4.0, "tokens": 5}]
    found = measure(METRICS["perplexity"], rows, seed=0)
    assert found.value == pytest.approx(math.exp(1.0))
    assert found.low == pytest.approx(math.exp(0.8))  # only the second item drawn
    assert found.high == pytest.approx(math.exp(2.0))  # only the first
    endless = measure(METRICS["perplexity"], [{"loglik_nats": -1e9, "tokens": 1}] * 2, seed=0)
    assert math.isfinite(endless.value)
