"""A figure's text makes the same figure again; a moved figure keeps its spread and stays within its limits."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi.quantity import Beta, Empirical, Fixed, Quantity, Range, Triangular
from webapp.business.calculator.spreads import Limits, Unreadable, moved, quantity_of, same, text_of

amounts = st.floats(0.001, 1e9).map(lambda value: float(f"{value:.6g}"))
three = st.lists(amounts, min_size=3, max_size=3).map(sorted)
quantities = st.one_of(
    amounts.map(lambda value: Fixed(value=value)),
    three.map(lambda ends: Range(low=ends[0], high=ends[2])),
    three.map(lambda ends: Range(low=ends[0], high=ends[2], shape="lognormal")),
    three.map(lambda ends: Triangular(low=ends[0], mode=ends[1], high=ends[2])),
    st.tuples(st.integers(0, 500), st.integers(1, 500)).map(
        lambda pair: Beta(successes=min(pair), trials=max(pair)),
    ),
)


@given(quantities, quantities)
def test_a_text_makes_its_figure_again(quantity: Quantity, base: Quantity) -> None:
    text = text_of(quantity, base)
    if same(quantity, base):
        assert text == ""
    else:
        assert same(quantity_of(text, base), quantity)


@given(quantities, amounts)
def test_a_moved_figure_has_the_new_mean(base: Quantity, centre: float) -> None:
    if isinstance(base, Beta):
        centre = min(centre, 1.0)
        assert abs(moved(base, centre).mean - centre) <= 1 / (base.trials + 1)
    else:
        assert moved(base, centre).mean == pytest.approx(centre, rel=1e-9)


@given(quantities, st.floats(0, 1))
def test_a_moved_share_stays_a_share(base: Quantity, centre: float) -> None:
    found = moved(base, centre, Limits(0.0, 1.0))
    low, high = found.support
    assert 0 <= low <= high <= 1
    if not isinstance(base, Beta) and not (isinstance(base, Range) and base.shape == "lognormal"):
        assert found.mean == pytest.approx(centre, abs=1e-9)


def test_the_spread_moves_in_proportion() -> None:
    found = quantity_of("12", Range(low=5, high=7))
    assert isinstance(found, Range)
    assert (found.low, found.high) == (10, 14)
    assert found.provenance.kind == "assumed"


def test_values_that_were_seen_move_as_well() -> None:
    assert moved(Empirical(values=(1.0, 2.0, 3.0)), 4.0).support == (2.0, 6.0)


@pytest.mark.parametrize(
    "text", ["abc", "1..", "..", "1..2..3..4", "9..5", "-1/4", "5/4", "1/0", "nan", "1e999", "0..5ln", "1!!", "9" * 99]
)
def test_a_text_that_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        quantity_of(text, Fixed(value=1.0))


@given(st.text(max_size=40), quantities)
def test_any_text_makes_a_figure_or_is_refused(text: str, base: Quantity) -> None:
    with contextlib.suppress(Unreadable):
        assert math.isfinite(quantity_of(text, base).mean)
