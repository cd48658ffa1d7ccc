"""A scenario's questions about evidence: small cases with answers by hand, and the inequalities on a whole preset."""

import json

import numpy as np
import pytest
from scipy import stats

import roi
from roi.evidence import beta_of

from .test_montecarlo import PRESET, beta, certain, with_figures

PLAN = with_figures({"work.success_rate": beta(40, 50), "one_off.integration": 12_500})
"""Its only uncertain figure is the success rate, around the rate at which it begins to pay."""


def slope_and_turn() -> tuple[float, float]:
    none, all_right = roi.one_way(PLAN, "plan", "work.success_rate", values=[0, 1]).npv
    return all_right - none, -none / (all_right - none)


def test_perfect_information_is_the_mean_of_what_a_wrong_choice_would_lose() -> None:
    slope, turn = slope_and_turn()
    rate = stats.beta(40.5, 10.5)
    paid = rate.expect(lambda p: slope * (p - turn), lb=turn, ub=1)
    expected = paid - max(0.0, slope * (rate.mean() - turn))
    found = roi.perfect_information(PLAN)
    assert found.value == pytest.approx(expected, rel=0.005)
    assert [(item.path, item.value) for item in found.inputs] == [("work.success_rate", pytest.approx(found.value))]
    assert roi.sample_information(PLAN, "plan").perfect == pytest.approx(expected, rel=1e-9)


def test_more_items_approach_perfect_information() -> None:
    found = roi.sample_information(PLAN, "plan", items=[0, 10, 100, 1000, 10_000])
    values = [point.value for point in found.curve]
    assert values == sorted(values)
    assert values[-1] < found.perfect
    assert values[-1] == pytest.approx(found.perfect, rel=0.05)
    assert found.turning_points == pytest.approx((slope_and_turn()[1],))
    assert found.turning_points[0] == pytest.approx(roi.switching_value(PLAN, "plan", "work.success_rate").value)
    assert found.items_needed
    assert json.loads(json.dumps(found.to_dict()))["curve"][1]["items"] == 10


@pytest.mark.parametrize("name", roi.PRESETS)
def test_no_evidence_is_worth_more_than_all_of_it(name: str) -> None:
    scenario = roi.preset(name)
    found = roi.perfect_information(scenario, trials=4096)
    assert found.value >= 0
    assert all(0 <= item.value <= found.value for item in found.inputs)
    for option in scenario.options[1:]:
        sample = roi.sample_information(scenario, option.key, items=[1, 100, 5000])
        assert all(point.value <= sample.perfect for point in sample.curve)
        # from its own 4,096 trials, hence the margin
        assert sample.perfect <= found.value * 1.05 + 1e-6


def test_rates_that_are_correlated_with_others_are_told_by_regression() -> None:
    """Where minutes rise with the rate, a high rate is worth more than by itself, and so is knowing it."""
    figures = {
        "work.success_rate": beta(40, 50),
        "work.minutes_per_item": {"kind": "triangular", "low": 3, "mode": 6, "high": 9},
        "one_off.integration": 12_500,
    }
    pair = {"first": "work.success_rate", "second": "work.minutes_per_item", "rank": 0.9}
    alone, tied = with_figures(figures), with_figures(figures, correlations=[pair])
    worth = [roi.sample_information(scenario, "plan", items=[200]).perfect for scenario in (alone, tied)]
    assert worth[1] > 1.5 * worth[0]


def test_a_rate_that_is_no_beta_is_read_as_one_of_its_mean_and_variance() -> None:
    assert beta_of(roi.Beta(successes=40, trials=50)) == (40.5, 10.5)
    values = np.linspace(0.6, 0.8, 101)
    a, b = beta_of(roi.Empirical(values=tuple(values)))
    assert stats.beta(a, b).mean() == pytest.approx(0.7, abs=1e-4)
    assert stats.beta(a, b).std() == pytest.approx(values.std(), rel=1e-3)
    with pytest.raises(ValueError, match="certain"):
        beta_of(roi.Fixed(value=0.7))
    with pytest.raises(ValueError, match="varies more"):
        beta_of(roi.Empirical(values=(0.0, 1.0)))


def test_questions_without_an_answer_say_why() -> None:
    with pytest.raises(ValueError, match="certain"):
        roi.sample_information(certain(PLAN), "plan")
    with pytest.raises(ValueError, match="no uncertain success rate"):
        roi.sample_information(PLAN, "nothing")
    with pytest.raises(KeyError):
        roi.sample_information(PLAN, "unknown")
    nothing = roi.sobol_indices(certain(PLAN), "plan")
    assert (nothing.inputs, nothing.reason) == ((), "no figure of this option is uncertain")


def test_drivers_of_a_product_by_hand() -> None:
    """NPV is items x minutes and a constant: with V(items) : V(minutes) in squared relative terms a : b and both
    together a b, first-order shares are a and b over a + b + a b."""
    figures = {
        "work.items_per_month": {"kind": "triangular", "low": 500, "mode": 1000, "high": 1500},
        "work.minutes_per_item": {"kind": "triangular", "low": 5, "mode": 6, "high": 7},
        "work.cost_per_error": 0,
    }
    found = roi.sobol_indices(with_figures(figures), "plan")
    a, b = (500 / 1000) ** 2 / 6, (1 / 6) ** 2 / 6
    whole = a + b + a * b
    items, minutes = found.inputs
    assert (items.path, minutes.path) == ("work.items_per_month", "work.minutes_per_item")
    assert items.first == pytest.approx(a / whole, abs=0.01)
    assert minutes.first == pytest.approx(b / whole, abs=0.01)
    assert items.total == pytest.approx((a + a * b) / whole, abs=0.01)
    assert found.reason is None


def test_drivers_agree_with_the_tornado_on_what_matters_most() -> None:
    drivers = roi.sobol_indices(PRESET, "peft", points=64)
    assert drivers.inputs[0].path == roi.tornado(PRESET, "peft").bars[0].path


def test_samples_are_drawn_while_they_pay() -> None:
    """500 items a month for a year at 4 EUR: 0.01 more accuracy is worth 240 EUR, a sample at 0.01 EUR costs 60."""
    figures = {
        "work.cost_per_error": 0,
        "time.discount_rate": 0,
        "run.tokens_out_per_item": 1000,
        "run.price_per_million_tokens_out": 10,
    }
    curve = [
        roi.MeasuredPoint(1, 0.60),
        roi.MeasuredPoint(2, 0.65),
        roi.MeasuredPoint(4, 0.66),
        roi.MeasuredPoint(8, 0.665),
    ]
    found = roi.best_samples(with_figures(figures), "plan", curve)
    by_samples = {point.samples: point.value for point in found.curve}
    assert by_samples[2] - by_samples[1] == pytest.approx(5 * 240 - 60)
    assert by_samples[4] - by_samples[2] == pytest.approx(240 - 120)
    assert by_samples[8] - by_samples[4] == pytest.approx(0.5 * 240 - 4 * 60)
    assert 2 < found.samples <= 5
    replaced = roi.replace(with_figures(figures), {"work.success_rate": 0.65, "run.samples_per_item": 2})
    assert by_samples[2] == pytest.approx(roi.evaluate(replaced).option("plan").npv.value)
