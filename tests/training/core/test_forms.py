"""The flat description of spec fields that forms and documents are made from."""

import pytest

from training.spec import KINDS, parse_spec
from training.spec.forms import Bounds, Field, fields, flattened, nested, value_at, warnings_for

SFT = {"kind": "sft", "model": "m", "data": {"train": "t.jsonl"}}


def field(kind: str, path: str) -> Field:
    return next(one for one in fields(kind) if one.path == path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_what_a_form_shows(kind: str) -> None:
    shown = fields(kind)
    assert len({one.path for one in shown}) == len(shown)
    for one in shown:
        assert one.title, one.path
        assert len(one.help) > 5, one.path
        assert (one.type == "choice") == bool(one.choices), one.path
        assert not one.is_required or one.basic, f"{one.path} must be given, so the short form needs it"
    assert any(one.basic for one in shown)


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_are_those_of_the_spec(kind: str) -> None:
    """A form sent back unchanged gives the spec that the required fields alone give."""
    required = {one.path: "x" for one in fields(kind) if one.is_required}
    plain = parse_spec({"kind": kind, **nested(required)})
    for one in fields(kind):
        assert one.is_required or value_at(plain, one.path) == one.default, one.path
    filled = {one.path: one.default for one in fields(kind) if not one.is_required}
    assert parse_spec({"kind": kind, **nested({**required, **filled})}) == plain


def test_bounds_and_types_are_read_from_the_spec() -> None:
    rate = field("sft", "optim.learning_rate")
    assert (rate.type, rate.is_optional, rate.bounds) == ("number", True, Bounds(above=0, most=1))
    assert str(rate.bounds) == "above 0 to 1"
    assert str(field("sft", "optim.max_steps").bounds) == "from 1 to 10,000,000"
    assert field("sft", "adaptation.method").choices[:2] == ("full", "lora")
    assert field("sft", "data.train").names == "file"
    assert field("evaluate", "choices").type == "list"
    assert field("sft", "packing").type == "boolean"


def test_unusual_values_are_questioned() -> None:
    spec = parse_spec({**SFT, "optim": {"learning_rate": 0.9}, "adaptation": {"rank": 1024}})
    assert dict(warnings_for(spec)) == {
        "optim.learning_rate": "Learning rate 0.9 is above the usual range of 1e-06 to 0.05.",
        "adaptation.rank": "Rank 1,024 is above the usual range of 4 to 128.",
    }
    assert warnings_for(parse_spec(SFT)) == []


def test_nested_and_flattened_are_each_others_reverse() -> None:
    flat = {"kind": "sft", "data.train": "t", "optim.batch_size": 8, "choices": ["a", "b"]}
    assert nested(flat) == {"kind": "sft", "data": {"train": "t"}, "optim": {"batch_size": 8}, "choices": ["a", "b"]}
    assert flattened(nested(flat)) == flat
