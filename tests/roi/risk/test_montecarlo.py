"""Simulation of whole scenarios: against the deterministic outcome, all trials at once, and its own promises."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import roi
from roi.draws import Draws
from roi.sampling import BLOCK, KEPT

PRESET = roi.preset("support-desk")


def with_figures(changes: dict[str, Any], options: list[dict[str, Any]] | None = None, **other: Any) -> roi.Scenario:
    """A small case: 1,000 items a month for a year, of which the model takes half and gets 80% right."""
    data: dict[str, Any] = {
        "name": "Small",
        "currency": "EUR",
        "work": {
            "items_per_month": 1000,
            "minutes_per_item": 6,
            "labour_cost_per_hour": 40,
            "coverage": 0.5,
            "success_rate": 0.8,
            "cost_per_error": 5,
        },
        "one_off": {"integration": 9000},
        "time": {"horizon_months": 12, "discount_rate": 0.1},
        "options": [
            {"key": "nothing", "name": "Do nothing", "kind": "do_nothing"},
            *(options or [{"key": "plan", "name": "Plan", "kind": "peft"}]),
        ],
        **other,
    }
    for path, quantity in changes.items():
        group, _, key = path.partition(".")
        data.setdefault(group, {})[key] = quantity
    return roi.parse(data)


def beta(successes: int, trials: int, measurement: str = "m1") -> dict[str, Any]:
    provenance = {"kind": "measured", "measurement": measurement, "metric": "accuracy"}
    return {"kind": "beta", "successes": successes, "trials": trials, "provenance": provenance}


def certain(scenario: roi.Scenario) -> roi.Scenario:
    """The same with every figure at its central value."""
    return roi.replace(scenario, {place.path: place.quantity.mean for place in roi.quantities(scenario)})


@pytest.mark.parametrize("name", roi.PRESETS)
@pytest.mark.parametrize("method", ["sobol", "lhs"])
def test_certain_figures_give_the_deterministic_outcome_to_the_last_bit(name: str, method: Any) -> None:
    scenario = certain(roi.preset(name))
    outcome = roi.evaluate(scenario)
    simulation = roi.simulate(scenario, trials=BLOCK + 77, method=method)
    assert simulation.inputs == ()
    for found in simulation.options:
        expected = outcome.option(found.key).npv.value if found.key != scenario.do_nothing.key else 0.0
        assert found.mean == expected
        assert found.npv == type(found.npv)(*[found.mean] * 5)
        assert (found.deviation, found.standard_error) == (0.0, 0.0)
        assert found.histogram.counts == (BLOCK + 77,)
        assert found.band[-1].p50 == pytest.approx(found.mean, rel=1e-9, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(1, 5000), st.floats(0, 1), st.floats(0, 1e6), st.integers(1, 400))
def test_any_certain_plan_equals_its_deterministic_npv(items: float, rate: float, cost: float, trials: int) -> None:
    scenario = with_figures({"work.items_per_month": items, "work.success_rate": rate, "one_off.integration": cost})
    assert roi.simulate(scenario, trials=trials).option("plan").mean == roi.evaluate(scenario).option("plan").npv.value


@pytest.mark.parametrize("method", ["sobol", "lhs"])
def test_blocks_change_nothing(method: Any) -> None:
    """The NPVs of three blocks are those of all their draws valued at once."""
    trials = 2 * BLOCK + 9
    draws = Draws(PRESET)
    points = np.concatenate(list(draws.blocks(trials, seed=5, method=method)), axis=1)
    whole = draws.npv(draws.values(draws.at(points)))
    found = roi.npv_trials(PRESET, trials=trials, seed=5, method=method)
    for row, expected in zip(found, whole, strict=True):
        assert np.array_equal(row, np.broadcast_to(expected, trials))


@pytest.mark.parametrize("method", ["sobol", "lhs"])
def test_what_is_kept_changes_nothing(method: Any) -> None:
    """Points, figures and weights of a few trials are kept for the next outcome; none is ever written to."""
    draws = Draws(PRESET)
    (kept,) = draws.blocks(KEPT, seed=7, method=method)
    own = kept.copy()
    for _ in range(2):
        for found, expected in zip(draws.at(kept), draws.at(own), strict=True):
            assert np.array_equal(found, expected)
        rows = [np.array(np.broadcast_arrays(*draws.npv(draws.values(draws.at(points))))) for points in (kept, own)]
        assert np.array_equal(*rows)
    assert next(draws.blocks(KEPT, seed=7, method=method)) is kept
    with pytest.raises(ValueError, match="read-only"):
        kept[0, 0] = 0.5
    with pytest.raises(ValueError, match="read-only"):
        draws.at(kept)[0][0] = 0.5


def test_the_description_fits_the_trials() -> None:
    npvs = roi.npv_trials(PRESET, trials=20_000, seed=2)
    simulation = roi.simulate(PRESET, trials=20_000, seed=2)
    for found, row in zip(simulation.options, npvs, strict=True):
        levels = [found.npv.p5, found.npv.p10, found.npv.p50, found.npv.p90, found.npv.p95]
        assert levels == pytest.approx(np.percentile(row, [5, 10, 50, 90, 95]))
        assert found.mean == pytest.approx(row.mean())
        assert found.deviation == pytest.approx(row.std())
        assert found.chance_positive == (row > 0).mean()
        counted = found.histogram
        assert sum(counted.counts) + counted.below + counted.above == 20_000
    best = np.bincount(npvs.argmax(axis=0), minlength=4) / 20_000
    assert [found.chance_best for found in simulation.options] == pytest.approx(best)
    assert simulation.beats[3][1] == (npvs[3] > npvs[1]).mean()
    assert simulation.beats[2][2] == 0.0


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 100), st.sampled_from(["sobol", "lhs"]))
def test_percentiles_are_in_order_chances_add_up_and_seeds_repeat(seed: int, trials: int, method: Any) -> None:
    simulation = roi.simulate(PRESET, trials=trials, seed=seed, method=method)
    for found in simulation.options:
        for at in (found.npv, *found.band):
            assert at.p5 <= at.p10 <= at.p50 <= at.p90 <= at.p95
        assert list(found.payback_by) == sorted(found.payback_by)
        assert 0 <= found.chance_positive <= 1
    assert sum(found.chance_best for found in simulation.options) == pytest.approx(1)
    assert simulation == roi.simulate(PRESET, trials=trials, seed=seed, method=method)


def test_both_methods_and_all_seeds_tell_the_same_story() -> None:
    runs = [roi.simulate(PRESET, trials=20_000, seed=seed, method=method).option("peft")  # type: ignore[arg-type]
            for seed, method in [(0, "sobol"), (1, "sobol"), (0, "lhs")]]  # fmt: skip
    for run in runs[1:]:
        assert run.mean == pytest.approx(runs[0].mean, abs=runs[0].standard_error)
        assert run.npv.p5 == pytest.approx(runs[0].npv.p5, abs=0.03 * runs[0].deviation)


def test_a_beta_rate_gives_the_mean_npv_of_its_mean() -> None:
    """The NPV is linear in the success rate: mean at the rate's mean, deviation the slope times the rate's."""
    scenario = with_figures({"work.success_rate": beta(80, 100)})
    found = roi.simulate(scenario, trials=10_000).option("plan")
    assert found.mean == pytest.approx(roi.evaluate(scenario).option("plan").npv.value, rel=1e-5)
    ends = roi.one_way(scenario, "plan", "work.success_rate", values=[0, 1]).npv
    assert found.deviation == pytest.approx((ends[1] - ends[0]) * stats.beta(80.5, 20.5).std(), rel=1e-3)


def test_copies_of_an_option_never_differ_and_share_being_the_best() -> None:
    plan = {"name": "Plan", "kind": "peft", "work": {"success_rate": beta(80, 100)}}
    scenario = with_figures({}, [{"key": "one", **plan}, {"key": "two", **plan}])
    npvs = roi.npv_trials(scenario, trials=500)
    assert np.ptp(npvs[1]) > 0
    assert (npvs[1] - npvs[2] == 0).all()
    simulation = roi.simulate(scenario, trials=500)
    assert simulation.option("one").chance_best == pytest.approx(simulation.option("two").chance_best)
    assert simulation.beats[1][2] == simulation.beats[2][1] == 0.0
    assert simulation.inputs == ("options[1].work.success_rate",)


def test_two_measurements_of_equal_counts_are_two_figures() -> None:
    options = [
        {"key": key, "name": key, "kind": "peft", "work": {"success_rate": beta(80, 100, key)}}
        for key in ("one", "two")
    ]
    simulation = roi.simulate(with_figures({}, options), trials=4096)
    assert len(simulation.inputs) == 2
    assert simulation.beats[1][2] == pytest.approx(0.5, abs=0.02)


def test_correlations_of_the_scenario_are_reached() -> None:
    pair = {"first": "work.items_per_month", "second": "work.minutes_per_item", "rank": 0.7}
    spread = {"kind": "range", "low": 800, "high": 1200}, {"kind": "triangular", "low": 4, "mode": 6, "high": 9}
    figures = dict(zip(["work.items_per_month", "work.minutes_per_item"], spread, strict=True))
    tied, free = with_figures(figures, correlations=[pair]), with_figures(figures)
    draws = Draws(tied)
    drawn = draws.at(next(draws.blocks(5000, seed=0, method="sobol")))
    assert stats.spearmanr(*drawn).statistic == pytest.approx(0.7, abs=0.01)
    deviations = [roi.simulate(scenario, trials=5000).option("plan").deviation for scenario in (tied, free)]
    assert deviations[0] > 1.15 * deviations[1]


def test_a_range_beyond_a_hard_limit_stays_within_it() -> None:
    scenario = with_figures({"work.success_rate": {"kind": "range", "low": 0.7, "high": 1.0}})
    draws = Draws(scenario)
    (rates,) = draws.at(next(draws.blocks(4096, seed=0, method="sobol")))
    assert rates.max() == 1.0
    assert (rates == 1.0).mean() == pytest.approx(0.05, abs=0.001)


def test_payback_by_month_agrees_with_every_trial_paid_back_alone() -> None:
    """A quarter of the trials replayed by `roi.evaluate` with the drawn figures as fixed ones."""
    scenario = with_figures({"work.success_rate": beta(8, 12), "one_off.integration": 11_000})
    simulation = roi.simulate(scenario, trials=64)
    draws = Draws(scenario)
    (rates,) = draws.at(next(draws.blocks(64, seed=0, method="sobol")))
    months = []
    for rate in rates:
        alone = roi.evaluate(roi.replace(scenario, {"work.success_rate": float(rate)})).option("plan")
        months.append(np.inf if alone.payback_months.value is None else alone.payback_months.value)
    found = simulation.option("plan")
    assert list(found.payback_by) == [np.mean(np.array(months) <= month) for month in range(13)]
    assert 0 < found.chance_payback(12) < 1
    assert found.chance_payback(99) == found.payback_by[-1]
    assert found.payback["p95"] is None


def test_json_holds_everything() -> None:
    simulation = roi.simulate(PRESET, trials=100)
    data = json.loads(json.dumps(simulation.to_dict(), allow_nan=False))
    assert data["options"][3]["npv"]["p50"] == simulation.option("peft").npv.p50
    assert len(data["options"][3]["band"]) == PRESET.time.horizon_months + 1


@pytest.mark.parametrize("trials", [0, 10_000_001])
def test_trials_have_limits(trials: int) -> None:
    with pytest.raises(ValueError, match="trials must be"):
        roi.simulate(PRESET, trials=trials)
