"""Tornado, tables and switching values, against the deterministic outcome of replaced figures."""

import json

import pytest
from scipy import stats

import roi

from .test_montecarlo import PRESET, beta, certain, with_figures


def npv(scenario: roi.Scenario, option: str) -> float:
    value = roi.evaluate(scenario).option(option).npv.value
    assert value is not None
    return value


def test_each_bar_is_the_outcome_with_that_figure_replaced() -> None:
    found = roi.tornado(PRESET, "peft")
    assert found.npv == pytest.approx(npv(PRESET, "peft"), rel=1e-12)
    for bar in found.bars[::4]:
        for value, expected in ((bar.low_value, bar.npv_low), (bar.high_value, bar.npv_high)):
            assert npv(roi.replace(PRESET, {bar.path: value}), "peft") == pytest.approx(expected, rel=1e-9)
    assert [bar.swing for bar in found.bars] == sorted((bar.swing for bar in found.bars), reverse=True)
    assert json.loads(json.dumps(found.to_dict()))["bars"][0]["swing"] == found.bars[0].swing


def test_a_tornado_shows_the_options_own_figures_only() -> None:
    paths = {bar.path for bar in roi.tornado(PRESET, "peft").bars}
    assert "options[3].work.success_rate" in paths
    assert "options[1].work.success_rate" not in paths
    assert roi.tornado(certain(PRESET), "peft").bars == ()
    assert {bar.swing for bar in roi.tornado(PRESET, "nothing").bars} == {0.0}
    with pytest.raises(KeyError):
        roi.tornado(PRESET, "unknown")


def test_one_way_and_two_way_tables() -> None:
    path, volume = "options[3].work.success_rate", "work.items_per_month"
    table = roi.two_way(PRESET, "peft", path, volume, row_values=[0.5, 0.9], column_values=[1000, 20_000, 50_000])
    for row, rate in enumerate(table.row_values):
        line = roi.one_way(PRESET, "peft", path, values=[rate])
        assert table.npv[row][1] == pytest.approx(line.npv[0], rel=1e-12)
        for column, items in enumerate(table.column_values):
            expected = npv(roi.replace(PRESET, {path: rate, volume: items}), "peft")
            assert table.npv[row][column] == pytest.approx(expected, rel=1e-9)


def test_tables_run_over_the_figures_own_range() -> None:
    scenario = with_figures({"work.success_rate": beta(80, 100)})
    uncertain = roi.one_way(scenario, "plan", "work.success_rate", points=5)
    assert uncertain.values[0] == pytest.approx(stats.beta(80.5, 20.5).ppf(0.05), abs=1e-6)
    assert uncertain.values[-1] == pytest.approx(stats.beta(80.5, 20.5).ppf(0.95), abs=1e-6)
    assert len(uncertain.npv) == 5
    fixed = roi.one_way(scenario, "plan", "work.coverage")
    assert (fixed.values[0], fixed.values[-1]) == (0.1, 1.0)


def test_an_option_may_be_asked_about_a_figure_that_it_takes_from_the_scenario() -> None:
    """At its own path it changes alone; at the scenario's all who share it change."""
    options = [{"key": key, "name": key, "kind": "peft"} for key in ("one", "two")]
    scenario = with_figures({}, options)
    assert len(set(roi.one_way(scenario, "two", "options[1].work.coverage", values=[0.2, 0.9]).npv)) == 1
    own = roi.one_way(scenario, "one", "options[1].work.coverage", values=[0.2, 0.9]).npv
    assert own == roi.one_way(scenario, "one", "work.coverage", values=[0.2, 0.9]).npv
    assert own == roi.one_way(scenario, "two", "work.coverage", values=[0.2, 0.9]).npv


@pytest.mark.parametrize(
    ("values", "path"), [([1.2], "work.coverage"), ([float("nan")], "work.coverage"), ([], "work.coverage")]
)
def test_values_outside_the_limits_are_refused(values: list[float], path: str) -> None:
    with pytest.raises(ValueError, match=r"values of work\.coverage must be"):
        roi.one_way(PRESET, "peft", path, values=values)


def test_bad_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="two figures"):
        roi.two_way(PRESET, "peft", "work.coverage", "work.coverage")
    with pytest.raises(ValueError, match="10,000 cells"):
        roi.two_way(PRESET, "peft", "work.coverage", "work.growth", points=101)
    for path in ("work.nonsense", "options[9].work.coverage"):
        with pytest.raises(KeyError):
            roi.one_way(PRESET, "peft", path)


def test_the_switching_value_by_hand() -> None:
    """500 items a month at 4 EUR saved each, 9,000 EUR once, a year without discount: pays above 9,000 / 24,000."""
    scenario = with_figures({"work.cost_per_error": 0, "time.discount_rate": 0})
    found = roi.switching_value(scenario, "plan", "work.success_rate")
    assert found.value == pytest.approx(0.375, rel=1e-9)
    assert (found.pays, found.reason, found.current) == ("above", None, 0.8)
    cost = roi.switching_value(scenario, "plan", "one_off.integration")
    assert (cost.value, cost.pays) == (pytest.approx(19_200), "below")


@pytest.mark.parametrize("option", ["hosted", "prompted", "peft"])
def test_the_npv_is_0_at_every_switching_value(option: str) -> None:
    scenario = certain(PRESET)
    size = abs(npv(scenario, option))
    found = roi.switching_values(scenario, option)
    assert len(found) > 20
    for switching in found[::3]:
        if switching.value is not None and switching.path.rpartition(".")[2] != "retraining_every_months":
            at = npv(roi.replace(scenario, {switching.path: switching.value}), option)
            assert at == pytest.approx(0, abs=1e-6 * size), switching


def test_without_a_switching_value_the_reason_is_given() -> None:
    scenario = with_figures({"one_off.integration": 0, "work.cost_per_error": 0})
    always = roi.switching_value(scenario, "plan", "work.items_per_month")
    assert (always.value, always.pays) == (0.0, "above")
    never = roi.switching_value(with_figures({"one_off.integration": 1e9}), "plan", "work.success_rate")
    assert (never.value, never.reason) == (None, "the NPV is never positive from 0 to 1")
    paid = roi.switching_value(with_figures({"recurring.savings_per_month": 1e6}), "plan", "work.success_rate")
    assert (paid.value, paid.reason) == (None, "the NPV is positive from 0 to 1")
    idle = roi.switching_value(scenario, "plan", "run.tokens_in_per_item")
    assert (idle.value, idle.reason) == (None, "the figure does not change the NPV")
    paths = [found.path for found in roi.switching_values(scenario, "plan")]
    assert "run.tokens_in_per_item" not in paths
    assert roi.switching_values(scenario, "nothing") == []


def test_a_figure_that_works_in_steps_switches_at_a_step() -> None:
    """The number of retrainings within the year jumps where the span between them is a fraction of it."""
    scenario = with_figures({"recurring.retraining_cost": 1900})
    months = roi.switching_value(scenario, "plan", "recurring.retraining_every_months")
    assert months.value is not None
    assert months.pays == "above"
    around = roi.one_way(
        scenario,
        "plan",
        "recurring.retraining_every_months",
        values=[months.value * (1 - 1e-9), months.value * (1 + 1e-9)],
    )
    assert around.npv[0] <= 0 < around.npv[1]
