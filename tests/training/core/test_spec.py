"""Specs: the plain examples of the contract, faults all at once, and messages that say what is allowed."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.spec import KINDS, EvaluateSpec, SftSpec, SpecFaults, parse_spec

SFT: dict[str, Any] = {"kind": "sft", "model": "m", "data": {"train": "t.jsonl"}}
EVALUATE: dict[str, Any] = {"kind": "evaluate", "model": "m", "data": {"test": "t.jsonl"}}


def faults(raw: object) -> dict[str, str]:
    with pytest.raises(SpecFaults) as caught:
        parse_spec(raw)
    return {fault.path: fault.message for fault in caught.value.faults}


def faults_or_none(raw: object) -> dict[str, str]:
    try:
        parse_spec(raw)
    except SpecFaults as error:
        return {fault.path: fault.message for fault in error.faults}
    return {}


def test_the_plainest_specs() -> None:
    sft = parse_spec(
        {
            **{"kind": "sft", "model": "smollm2-135m-instruct"},
            "data": {"train": "train.jsonl", "validation": "valid.jsonl"},
            "adaptation": {"method": "lora", "rank": 16},
            "optim": {"learning_rate": 0.001, "batch_size": 8, "max_steps": 50},
            "seed": 0,
        }
    )
    assert isinstance(sft, SftSpec)
    assert (sft.learning_rate, sft.adaptation.scale, sft.optim.max_steps) == (0.001, 2.0, 50)
    exact = parse_spec({**EVALUATE, "adapter": "run1/artifacts/adapter", "metric": "exact", "max_new_tokens": 8})
    assert isinstance(exact, EvaluateSpec)
    choice = parse_spec({**EVALUATE, "metric": "choice", "choices": ["heart", "lung"]})
    assert isinstance(choice, EvaluateSpec)
    assert choice.choices == ["heart", "lung"]


def test_faults_of_every_sort_come_at_once() -> None:
    """Missing, unknown, out of range, wrong type, not among the choices, not finite, and between fields."""
    raw = {
        **SFT,
        "data": {"validation": 3},
        "optim": {"learning_rate": 3, "batch_size": 0, "epochs": float("inf"), "momentum": 0.9},
        "adaptation": {"method": "magic"},
        "precision": "fp8",
        "early_stopping": {"patience": "soon"},
        "budget": {"max_usd": 5},
    }
    found = faults(raw)
    assert set(found) == {
        *("data.train", "data.validation", "optim.learning_rate", "optim.batch_size", "optim.epochs"),
        *("optim.momentum", "adaptation.method", "precision", "early_stopping.patience", "budget.max_usd"),
    }
    assert found["data.train"] == "is required"
    assert found["optim.momentum"] == "is not a field of this kind"
    assert found["optim.learning_rate"] == "must be less than or equal to 1, not 3"
    assert "'lora'" in found["adaptation.method"]


def test_faults_between_fields_come_with_the_others() -> None:
    raw = {**SFT, "seed": -1, "early_stopping": {"patience": 2}, "budget": {"max_usd": 5}}
    assert set(faults(raw)) == {"seed", "early_stopping.patience", "budget.max_usd"}


def test_a_mended_fault_does_not_count_twice() -> None:
    """The pattern is too short and missing for its metric: one fault for one field."""
    assert list(faults({**EVALUATE, "metric": "regex", "pattern": ""})) == ["pattern"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"metric": "regex"}, "pattern"),
        ({"pattern": "a"}, "pattern"),
        ({"choices": ["a", "b"]}, "choices"),
        ({"metric": "choice", "choices": ["a", "a"]}, "choices"),
        ({"metric": "choice", "choices": ["a"]}, "choices"),
    ],
)
def test_fields_that_do_not_go_together(fields: dict[str, Any], path: str) -> None:
    assert list(faults({**EVALUATE, **fields})) == [path]


def test_qlora_says_what_it_needs() -> None:
    raw = {**SFT, "adaptation": {"method": "qlora"}, "device": "cpu"}
    assert "CUDA" in faults(raw)["adaptation.method"]


@pytest.mark.parametrize("raw", [None, [], "sft", 3, {}, {"kind": "dance"}, {"kind": None}, {"kind": ["sft"]}])
def test_what_is_no_spec(raw: object) -> None:
    assert list(faults(raw)) in (["spec"], ["kind"])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_value_in_any_field_is_answered_with_faults(kind: str, value: object) -> None:
    for name in KINDS[kind].spec.model_fields:
        if name == "kind":
            continue
        named = faults_or_none({**(SFT if kind == "sft" else EVALUATE), name: value})
        assert {path.split(".")[0] for path in named} <= {name, *_paths_between_fields}


_paths_between_fields = ("early_stopping", "adaptation", "budget", "pattern", "choices")


@pytest.mark.parametrize("raw", [SFT, EVALUATE])
def test_a_spec_survives_json(raw: dict[str, Any]) -> None:
    spec = parse_spec(raw)
    assert parse_spec(json.loads(json.dumps(spec.model_dump(mode="json")))) == spec


def test_a_part_that_is_no_object_hides_no_fault_between_fields() -> None:
    raw = {**SFT, "data": 3, "optim": [], "budget": {"max_usd": 5}}
    assert set(faults(raw)) == {"data", "optim", "budget.max_usd"}
