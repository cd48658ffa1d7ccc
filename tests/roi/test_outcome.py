"""The cash-flow model and its outcome: by hand, against a published study, by its laws, and where none is defined."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import roi
from roi import cashflow

approx = pytest.approx

BASE: dict[str, Any] = {
    "name": "By hand",
    "currency": "USD",
    "work": {
        "items_per_month": 1000,
        "minutes_per_item": 6,
        "labour_cost_per_hour": 60,
        "coverage": 0.5,
        "success_rate": 0.8,
    },
    "time": {"horizon_months": 12, "discount_rate": 0},
    "options": [
        {"key": "nothing", "name": "Do nothing", "kind": "do_nothing"},
        {"key": "model", "name": "Model", "kind": "prompted"},
    ],
}


def case(**figures: Any) -> roi.Scenario:
    """The base case with figures by name, two underscores for the dot: `work__coverage=0.5`."""
    return roi.replace(roi.parse(BASE), {name.replace("__", "."): value for name, value in figures.items()})


def outcome(**figures: Any) -> roi.OptionOutcome:
    return roi.evaluate(case(**figures)).option("model")


def totals(**figures: Any) -> dict[str, float]:
    """Totals of the lines that are not 0."""
    return {line.key: line.total for line in outcome(**figures).lines if line.total}


# by hand


def test_time_saved_by_hand() -> None:
    """500 offered, 400 right, 6 minutes at 1 a minute: 2,400 a month, 28,800 a year."""
    found = outcome()
    assert totals() == approx({"labour_saved": 28_800})
    assert found.npv.value == approx(28_800)
    assert found.items_handled.value == approx(6_000)
    assert found.items_correct.value == approx(4_800)
    assert found.hours_saved.value == approx(480)
    assert found.fte.value == approx(480 / 1720)


def test_errors_and_checks_by_hand() -> None:
    """100 wrong a month: 30 show, half of 70 is checked and 80% of those found: 42 x 10. 250 checks of 2 minutes."""
    found = totals(
        work__noticed_share=0.3,
        work__checked_share=0.5,
        work__catch_rate=0.8,
        work__minutes_per_check=2,
        work__cost_per_error=10,
        work__human_error_rate=0.01,
    )
    assert found == approx({"labour_saved": 28_800, "errors": 5_040, "checks": 6_000, "errors_avoided": 480})


def test_the_price_of_an_answer_by_hand() -> None:
    """3 samples x (2,000 x 2 + 500 x 8) / 1e6 = 0.024, and 3 x 36 s at 2 an hour = 0.06: 6,000 items x 0.084."""
    found = totals(
        run__samples_per_item=3,
        run__tokens_in_per_item=2000,
        run__price_per_million_tokens_in=2,
        run__tokens_out_per_item=500,
        run__price_per_million_tokens_out=8,
        run__device_seconds_per_item=36,
        run__price_per_device_hour=2,
    )
    assert found["inference"] == approx(504)


def test_one_off_costs_with_bias_and_risk_by_hand() -> None:
    """(10 h x 3 + 60 x 5 min x 24/h + 1,000) = 1,150, raised by 20% and then by 10%."""
    found = outcome(
        one_off__experiment_device_hours=10,
        one_off__experiment_price_per_device_hour=3,
        one_off__labelled_items=60,
        one_off__minutes_per_label=5,
        one_off__labelling_cost_per_hour=24,
        one_off__integration=1000,
        risk__optimism_bias=0.2,
        risk__cost_increase=0.1,
        risk__benefit_reduction=0.25,
    )
    assert found.net[0] == approx(-1_150 * 1.2 * 1.1)
    assert found.total_benefits.value == approx(28_800 * 0.75)
    assert found.npv.value == approx(21_600 - 1_518)


def test_retraining_never_falls_in_the_last_month() -> None:
    line = {
        line.key: line for line in outcome(recurring__retraining_cost=7, recurring__retraining_every_months=4).lines
    }
    assert line["retraining"].flows == (0, 0, 0, 0, 7, 0, 0, 0, 7, 0, 0, 0, 0)


def test_start_and_ramp_by_hand() -> None:
    """A start after 2 months and 4 months of ramp: middles of months 3 to 6 are 1/8, 3/8, 5/8, 7/8 of it."""
    line = outcome(time__months_to_start=2, time__ramp_months=4, recurring__savings_per_month=8).lines
    flows = {item.key: item.flows for item in line}
    assert flows["labour_saved"][1:8] == approx((0, 0, 300, 900, 1500, 2100, 2400))
    assert flows["other_savings"][1:5] == (0, 0, 8, 8)


def test_payback_of_many_after_a_later_outlay_by_hand() -> None:
    """2,400 a month: after 3,000 at the start, after a retraining in month 6 besides, never, and without any outlay."""
    scenario = case(time__ramp_months=0, recurring__retraining_every_months=6)
    outlays = {
        "one_off.integration": np.array([3_000, 3_000, 3_000, 0.0]),
        "recurring.retraining_cost": np.array([0, 12_000, 60_000, 0.0]),
    }
    found = cashflow.payback(scenario.option("model").means() | outlays, cashflow.Plan.of(scenario))
    assert found.tolist() == approx([1.25, 6.25, math.inf, 0])


def test_a_logistic_ramp_is_at_half_in_its_middle() -> None:
    weights = [
        float(month.weights.handled[0])
        for month in cashflow.months(
            case(time__ramp_months=9).option("model").means(), cashflow.Plan(12, "month_end", "logistic")
        )
    ]
    assert weights[4] == approx(0.5)
    assert weights[0] == approx(1 / (1 + 19 ** (2 * (0.5 - 0.5 / 9))))
    assert weights == sorted(weights)


def test_when_flows_fall() -> None:
    """2,400 a month at 21% a year: discounted by 1.21 to the power of the years."""
    for timing, dates in (
        ("month_end", [month / 12 for month in range(1, 13)]),
        ("month_mid", [(month - 0.5) / 12 for month in range(1, 13)]),
        ("year_end", [1] * 12),
    ):
        found = outcome(time__timing=timing, time__discount_rate=0.21)
        assert found.npv.value == approx(sum(2_400 / 1.21**date for date in dates))


def test_the_published_study_of_salesloft() -> None:
    """Forrester, The Total Economic Impact of SalesLoft: 10%, first column undiscounted, later ones at year end."""
    study = roi.appraise(
        roi.from_years([0, 1_606_511, 3_061_331, 4_229_760]),
        roi.from_years([53_150, 666_715, 636_772, 647_783]),
        0.10,
        "year_end",
    )
    assert round(study.pv_costs.value or 0) == 1_672_201
    assert round(study.pv_benefits.value or 0) == 7_168_371
    assert round(study.npv.value or 0) == 5_496_170
    assert round(study.roi.value or 0, 2) == 3.29
    assert study.irr.value == approx(roi.irr([-53_150, 939_796, 2_424_559, 3_581_977]))


def test_rates_of_monthly_flows_are_a_years() -> None:
    """1,000 now, 1,100 after a year: 10% in each reading; half a month earlier it is more."""
    costs, benefits = [1000.0, *[0.0] * 12], [*[0.0] * 12, 1100.0]
    for timing, exponent in (("month_end", 1.0), ("year_end", 1.0), ("month_mid", 12 / 11.5)):
        found = roi.appraise(benefits, costs, 0.05, timing)
        assert found.irr.value == approx(1.1**exponent - 1)
        assert found.mirr.value == approx(1.1**exponent - 1)


# what has no value says why


def test_no_rate_without_a_change_of_sign() -> None:
    found = outcome()
    assert found.irr.value is None
    assert found.irr.reason == "All flows are positive: no rate makes them worth nothing."
    assert (found.roi.value, found.profitability_index.value, found.mirr.value) == (None, None, None)
    assert found.payback_months.value == 0
    assert all(figure.reason for figure in (found.roi, found.profitability_index, found.mirr, found.payback_months))


def test_a_payback_that_never_comes() -> None:
    found = outcome(one_off__integration=1e6)
    assert found.payback_months.value is None
    assert found.payback_months.reason == found.discounted_payback_months.reason == "Never within the horizon."
    assert found.break_even_month.value == 1


def test_several_changes_of_sign_are_flagged() -> None:
    found = roi.appraise([0, 0, 2300, 0], [1000, 0, 0, 1320], 0.1)
    assert found.irr.value is not None
    assert "change sign 2 times" in found.irr.reason
    assert found.irr.inputs == {"sign_changes": 2}


def test_a_model_that_gets_nothing() -> None:
    found = outcome(work__coverage=0, recurring__platform_per_month=5)
    assert found.cost_per_item_handled.value is None
    assert found.cost_per_item_handled.reason == "The model handles no item."
    assert outcome(work__success_rate=0).cost_per_item_correct.reason == "The model gets no item right."
    assert found.break_even_month.value is None


def test_doing_nothing_is_the_measure() -> None:
    idle = roi.evaluate(case(one_off__integration=500)).option("nothing")
    assert set(idle.net) == {0.0}
    assert idle.npv.value == 0
    assert idle.cost_per_item_handled.value == approx(6)
    assert roi.evaluate(case(one_off__integration=1e6)).best.key == "nothing"


@pytest.mark.parametrize(("benefits", "costs", "rate"), [([], [], 0.1), ([1], [1, 2], 0.1), ([1], [math.nan], 0.1)])
def test_appraising_what_is_no_plan(benefits: list[float], costs: list[float], rate: float) -> None:
    with pytest.raises(ValueError, match=r"same length|finite"):
        roi.appraise(benefits, costs, rate)


# laws

shares = st.floats(0, 1)
PRESET_CASES = {key: roi.preset(key) for key in roi.PRESETS}
presets = st.sampled_from(sorted(PRESET_CASES))


def plain_values(key: str) -> tuple[cashflow.Plan, dict[str, float]]:
    scenario = PRESET_CASES[key]
    return cashflow.Plan.of(scenario), scenario.option(scenario.options[-1].key).means()


@given(presets, shares, shares, shares, shares, st.floats(0, 1e5), shares)
@settings(max_examples=80, deadline=None)
def test_a_higher_success_rate_never_lowers_the_worth(
    key: str, low: float, high: float, checked: float, caught: float, error: float, risk: float
) -> None:
    plan, values = plain_values(key)
    values |= {"work.checked_share": checked, "work.catch_rate": caught, "work.cost_per_error": error}
    values |= {"risk.benefit_reduction": risk}
    rates = np.array(sorted((low, high)))
    worth = cashflow.present_values({**values, "work.success_rate": rates}, plan)
    size = float(worth.benefits.max() + worth.costs.max())
    assert worth.npv[1] - worth.npv[0] >= -1e-12 * size


@given(presets, st.floats(0.01, 100))
@settings(max_examples=40, deadline=None)
def test_the_unit_of_money_does_not_matter(key: str, factor: float) -> None:
    plan, values = plain_values(key)
    money = {name for name, spec in roi.REGISTRY.items() if "CURRENCY" in spec.unit}
    scaled = {name: value * factor if name in money else value for name, value in values.items()}
    first, second = (cashflow.present_values(each, plan) for each in (values, scaled))
    assert second.npv[0] == approx(factor * first.npv[0], rel=1e-9, abs=1e-9 * factor * first.costs[0])
    assert cashflow.payback(scaled, plan) == approx(cashflow.payback(values, plan))


@given(presets, st.integers(1, 120), st.sampled_from(["month_end", "month_mid", "year_end"]), st.data())
@settings(max_examples=15, deadline=None)
def test_many_sets_of_figures_are_as_one_by_one(key: str, horizon: int, timing: Any, data: st.DataObject) -> None:
    """To the last bit: an array through the engine gives what each of its numbers gives alone."""
    _, values = plain_values(key)
    plan = cashflow.Plan(horizon, timing, data.draw(st.sampled_from(["linear", "logistic"])))
    name = data.draw(st.sampled_from(sorted(roi.REGISTRY)))
    low, high = roi.REGISTRY[name].typical
    draws = np.linspace(low, high, 5)
    together = {**values, name: draws}
    worth = np.broadcast_to(cashflow.present_values(together, plan).npv, 5)
    back = np.broadcast_to(cashflow.payback(together, plan, discounted=True), 5)
    for index, draw in enumerate(draws):
        alone = {**values, name: float(draw)}
        assert worth[index] == cashflow.present_values(alone, plan).npv[0]
        assert back[index] == cashflow.payback(alone, plan, discounted=True)[0]


@given(presets, st.sampled_from(["month_end", "month_mid", "year_end"]), st.floats(0, 0.5), st.integers(1, 120))
@settings(max_examples=15, deadline=None)
def test_the_table_adds_up(key: str, timing: str, rate: float, horizon: int) -> None:
    changes = {"time.timing": timing, "time.discount_rate": rate, "time.horizon_months": horizon}
    scenario = roi.replace(PRESET_CASES[key], changes)
    for option in roi.evaluate(scenario).options:
        scale = 1 + sum(line.total for line in option.lines)
        signed = [(1 if line.side == "benefit" else -1, line) for line in option.lines]
        assert option.npv.value == approx(sum(sign * line.present_value for sign, line in signed), abs=1e-9 * scale)
        assert option.discounted_cumulative[-1] == approx(option.npv.value, abs=1e-9 * scale)
        assert option.cumulative[-1] == approx(sum(option.net), abs=1e-9 * scale)
        assert all(flow >= 0 for line in option.lines for flow in line.flows)
        if rate == 0:
            assert option.npv.value == approx(sum(option.net), abs=1e-9 * scale)
        if option.kind == "do_nothing":
            continue
        values = scenario.option(option.key).means()
        plan = cashflow.Plan.of(scenario)
        running = [float(total[0]) for _, total in cashflow.cumulative(values, plan, discounted=True)]
        assert running == approx(option.discounted_cumulative, abs=1e-9 * scale)
        back = float(cashflow.payback(values, plan)[0])
        assert (None if math.isinf(back) else approx(back)) == option.payback_months.value


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_every_figure_at_its_limits_has_an_outcome(data: st.DataObject) -> None:
    ends = {name: data.draw(st.sampled_from([*spec.limits, *spec.typical])) for name, spec in roi.REGISTRY.items()}
    settings_of_time = {
        "time.horizon_months": data.draw(st.sampled_from([1, 13, 120])),
        "time.timing": data.draw(st.sampled_from(["month_end", "month_mid", "year_end"])),
        "time.ramp": data.draw(st.sampled_from(["linear", "logistic"])),
    }
    found = roi.evaluate(case(**ends, **settings_of_time))
    json.dumps(found.data(), allow_nan=False)
    assert all(
        figure.reason or figure.value is not None for option in found.options for figure in option.figures.values()
    )


@given(presets)
@settings(max_examples=3, deadline=None)
def test_an_outcome_is_plain_json(key: str) -> None:
    data = json.loads(json.dumps(roi.evaluate(PRESET_CASES[key]).data(), allow_nan=False))
    assert [option["key"] for option in data["options"]] == [option.key for option in PRESET_CASES[key].options]
    assert data["options"][1]["npv"]["formula"]["expression"] == "pv_benefits - pv_costs"
