"""Grids: lists in the place of one value."""

from typing import Any

import pytest

from training.grid import MAX_JOBS, count, expand
from training.spec import SpecFaults

SFT: dict[str, Any] = {"kind": "sft", "model": "m", "data": {"train": "t.jsonl"}}


def test_a_plain_spec_is_one_job() -> None:
    (point,) = expand(SFT)
    assert count(SFT) == 1
    assert point.label == ""
    assert point.spec.kind == "sft"


def test_every_combination_once_with_the_last_list_fastest() -> None:
    raw = {**SFT, "seed": [0, 1, 1], "optim": {"learning_rate": [0.001, 0.01], "batch_size": 4}}
    assert count(raw) == 4
    assert [point.label for point in expand(raw)] == [
        "seed=0, optim.learning_rate=0.001",
        "seed=0, optim.learning_rate=0.01",
        "seed=1, optim.learning_rate=0.001",
        "seed=1, optim.learning_rate=0.01",
    ]
    assert raw["seed"] == [0, 1, 1]


def test_a_field_that_is_a_list_varies_by_lists() -> None:
    raw = {"kind": "evaluate", "model": "m", "data": {"test": "t"}, "metric": "choice"}
    assert count({**raw, "choices": ["a", "b"]}) == 1
    assert count({**raw, "choices": [["a", "b"], ["a", "c"]]}) == 2


def test_too_many_jobs_says_how_many() -> None:
    raw = {**SFT, "seed": list(range(13)), "optim": {"batch_size": [1, 2, 3, 4, 5]}}
    assert count(raw) == 65 > MAX_JOBS
    with pytest.raises(SpecFaults, match=r"asks for 65 jobs: 13 \(seed\) x 5 \(optim.batch_size\); at most 64"):
        expand(raw)


def test_faults_of_all_combinations_at_once() -> None:
    raw = {**SFT, "seed": [-1, 0], "optim": {"learning_rate": [3, 0.001]}}
    with pytest.raises(SpecFaults) as caught:
        expand(raw)
    assert [fault.path for fault in caught.value.faults] == ["seed", "optim.learning_rate"]


@pytest.mark.parametrize("raw", [{**SFT, "seed": []}, {"kind": "no"}, [], {**SFT, "unknown": [1, 2]}])
def test_what_is_no_grid_is_refused(raw: Any) -> None:
    with pytest.raises(SpecFaults):
        expand(raw)
