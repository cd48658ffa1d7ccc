"""Measures of cash flows against published numbers, by hand, and by their laws."""

import math
from collections.abc import Callable
from typing import Any

import numpy_financial
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import roi

approx = pytest.approx

money = st.floats(-1e9, 1e9, allow_nan=False).map(lambda amount: round(amount, 2))
flow_lists = st.lists(money, min_size=1, max_size=40)
rates = st.floats(-0.5, 2.0)


def test_npv_by_hand() -> None:
    """-100 now, +60 after 1 and 2 periods, 20%: -100 + 60/1.2 + 60/1.44 = -8.3333."""
    assert roi.npv(0.2, [-100, 60, 60]) == approx(-8.333333, abs=1e-6)


def test_npv_of_numpy_financials_documentation() -> None:
    """numpy-financial 1.0, documentation of `npv`."""
    assert roi.npv(0.08, [-40_000, 5_000, 8_000, 12_000, 30_000]) == approx(3065.22267, abs=5e-6)


def test_npv_of_the_green_book() -> None:
    """HM Treasury, The Green Book: -100 now, 30 in each of five years, 3.5%."""
    assert roi.npv(0.035, [-100, 30, 30, 30, 30, 30]) == approx(35.45157, abs=5e-6)


def test_npv_of_a_total_economic_impact_study() -> None:
    """Forrester, The Total Economic Impact of SalesLoft: 10%, three years, first column undiscounted."""
    costs = roi.npv(0.1, [53_150, 666_715, 636_772, 647_783])
    benefits = roi.npv(0.1, [0, 1_606_511, 3_061_331, 4_229_760])
    assert round(costs) == 1_672_201
    assert round(benefits) == 7_168_371
    assert round(benefits - costs) == 5_496_170
    assert round((benefits - costs) / costs, 2) == 3.29


@pytest.mark.parametrize(("years", "percent"), [(5, 8.663), (4, -2.124), (2, -44.351)])
def test_irr_of_microsofts_page(years: int, percent: float) -> None:
    """Microsoft support, IRR function, its example."""
    rate = roi.irr([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000][: years + 1])
    assert rate is not None
    assert 100 * rate == approx(percent, abs=5e-4)


@pytest.mark.parametrize(("years", "reinvest", "percent"), [(5, 0.12, 12.6094), (3, 0.12, -4.8045), (5, 0.14, 13.4759)])
def test_mirr_of_microsofts_page(years: int, reinvest: float, percent: float) -> None:
    """Microsoft support, MIRR function, its example: loan at 10%."""
    rate = roi.mirr([-120_000, 39_000, 30_000, 21_000, 37_000, 46_000][: years + 1], 0.10, reinvest)
    assert rate is not None
    assert 100 * rate == approx(percent, abs=5e-5)


def test_two_rates_of_return_are_both_told() -> None:
    """-1000 + 2300/1.1 - 1320/1.21 = 0, and so at 20%: the flows change sign twice."""
    flows = [-1000, 2300, -1320]
    assert roi.sign_changes(flows) == 2
    assert roi.irr_roots(flows) == approx([0.1, 0.2])
    assert roi.irr(flows) == approx(0.1)


@pytest.mark.parametrize("flows", [[], [0], [5], [-5], [1, 2, 3], [-1, -2], [0, 0, 0], [1, -3, 3]])
def test_no_rate_of_return(flows: list[float]) -> None:
    """No sign change; or, for the last, 1 - 3/g + 3/g^2, which has no real root."""
    assert roi.irr(flows) is None


def test_payback_by_hand() -> None:
    """-100, 60, 60: 40 are left after one period, two thirds of the second bring them."""
    assert roi.payback([-100, 60, 60]) == approx(1 + 40 / 60)
    assert roi.payback([-100, 100]) == 1
    assert roi.payback([-100, 50, 49]) is None
    assert roi.payback([10, -5]) == 0
    assert roi.payback([]) == 0
    assert roi.payback([-100]) is None
    assert roi.payback([-0.3, 0.1, 0.2]) == approx(2)


def test_payback_after_a_later_outlay() -> None:
    """-100, +150, -100, +200: positive after one period, but paid back for good at 2 + 50/200."""
    assert roi.payback([-100, 150, -100, 200]) == approx(2.25)


def test_discounted_payback_by_hand() -> None:
    """-100, 60/1.1 = 54.545, 60/1.21 = 49.587: 45.455 are left, 0.91667 of the second period brings them."""
    assert roi.discounted_payback(0.1, [-100, 60, 60]) == approx(1.916667, abs=1e-6)
    assert roi.discounted_payback(0.2, [-100, 60, 60]) is None


def test_profitability_index_by_hand() -> None:
    """(54.545 + 49.587) / 100."""
    assert roi.profitability_index(0.1, [-100, 60, 60]) == approx(1.041322, abs=1e-6)
    assert roi.profitability_index(0.1, [0, 60]) is None
    assert roi.profitability_index(0.1, []) is None


@pytest.mark.parametrize("flows", [[-1.0, -2.0], [1.0, 2.0], [-1.0], []])
def test_no_modified_rate_without_both_signs(flows: list[float]) -> None:
    assert roi.mirr(flows, 0.1, 0.1) is None


CALLS: list[Callable[[Any, Any], object]] = [
    roi.npv,
    roi.discounted_payback,
    roi.profitability_index,
    lambda rate, flows: roi.mirr(flows, rate, 0.1),
    lambda rate, flows: roi.mirr(flows, 0.1, rate),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("rate", [-1, -1.5, math.nan, math.inf])
def test_impossible_rates_are_refused(call: Callable[[Any, Any], object], rate: float) -> None:
    with pytest.raises(ValueError, match="above -1"):
        call(rate, [-1, 2])


@pytest.mark.parametrize("call", [*CALLS, lambda rate, flows: roi.irr(flows), lambda rate, flows: roi.payback(flows)])
@pytest.mark.parametrize("flow", [math.nan, math.inf])
def test_flows_must_be_finite(call: Callable[[Any, Any], object], flow: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        call(0.1, [-1, flow])


@given(rates, flow_lists, flow_lists, st.floats(-10, 10))
def test_npv_is_linear(rate: float, first: list[float], second: list[float], factor: float) -> None:
    length = max(len(first), len(second))
    first, second = ([*flows, *[0.0] * (length - len(flows))] for flows in (first, second))
    mixed = roi.npv(rate, [a + factor * b for a, b in zip(first, second, strict=True)])
    size = roi.npv(rate, [abs(a) + abs(factor * b) for a, b in zip(first, second, strict=True)])
    assert mixed == approx(roi.npv(rate, first) + factor * roi.npv(rate, second), abs=1e-9 * size + 1e-9)


@given(flow_lists)
def test_a_zero_rate_is_the_plain_sum(flows: list[float]) -> None:
    assert roi.npv(0, flows) == approx(math.fsum(flows), abs=1e-9 * sum(map(abs, flows)))


@given(rates, flow_lists)
def test_npv_agrees_with_numpy_financial(rate: float, flows: list[float]) -> None:
    size = roi.npv(rate, [abs(flow) for flow in flows])
    assert roi.npv(rate, flows) == approx(float(numpy_financial.npv(rate, flows)), abs=1e-9 * size + 1e-9)


@given(flow_lists)
@example([-100, 1e-9])
@example([-0.01, 1e9])
def test_every_rate_of_return_makes_npv_zero(flows: list[float]) -> None:
    """To rounding: a rate near -1 is a float with few digits left in 1 + rate."""
    for rate in roi.irr_roots(flows):
        size = roi.npv(rate, [abs(flow) for flow in flows])
        rounding = 4e-16 * len(flows) / (1 + rate)
        assert abs(roi.npv(rate, flows)) <= (1e-9 + rounding) * size


@given(st.floats(1, 1e6), st.lists(st.floats(0.01, 1e6), min_size=1, max_size=60))
def test_one_outlay_then_income_has_exactly_one_rate(outlay: float, income: list[float]) -> None:
    flows = [-outlay, *income]
    (rate,) = roi.irr_roots(flows)
    assert (rate > 0) == (math.fsum(flows) > 0) or rate == approx(0, abs=1e-9)


@given(flow_lists, st.floats(0.001, 1000))
def test_the_unit_of_money_does_not_matter(flows: list[float], scale: float) -> None:
    assume(all(flow == 0 or abs(flow) > 0.01 for flow in flows))
    scaled = [flow * scale for flow in flows]
    size = sum(map(abs, scaled))
    assert roi.npv(0.1, scaled) == approx(scale * roi.npv(0.1, flows), abs=1e-9 * size)
    for first, second in zip(roi.irr_roots(flows), roi.irr_roots(scaled), strict=False):
        assert first == approx(second, abs=1e-6, rel=1e-6)


@given(st.floats(1, 1e6), st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.floats(0, 0.5))
def test_paying_back_discounted_is_having_a_positive_npv(outlay: float, income: list[float], rate: float) -> None:
    flows = [-outlay, *income]
    value = roi.npv(rate, flows)
    assume(abs(value) > 1e-6 * outlay)
    assert (roi.discounted_payback(rate, flows) is not None) == (value > 0)
    index = roi.profitability_index(rate, flows)
    assert index is not None
    assert (index > 1) == (value > 0)


@given(st.floats(1, 1e6), st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40), st.floats(0, 0.5))
def test_modified_rate_discounts_the_future_value_to_the_outlay(
    outlay: float, income: list[float], rate: float
) -> None:
    found = roi.mirr([-outlay, *income], 0.1, rate)
    assert found is not None
    future = sum(flow * (1 + rate) ** (len(income) - 1 - period) for period, flow in enumerate(income))
    assert outlay * (1 + found) ** len(income) == approx(future, rel=1e-9, abs=1e-12 * outlay)
