"""What a scenario comes to: the sentence, the figures that stand alone, and the pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

import roi
from roi.montecarlo import OptionRisk, Simulation
from roi.outcome import OptionOutcome
from roi.sensitivity import Tornado
from roi.switching import SwitchingValue
from webapp.business.charts.band import Band, Payback, band_chart, band_finding
from webapp.business.charts.distribution import distribution_chart
from webapp.business.charts.heat_map import heat_map_chart
from webapp.business.charts.options import OptionValue, options_chart
from webapp.business.charts.parts import amount
from webapp.business.charts.tornado import Swing, tornado_chart
from webapp.business.charts.waterfall import Line, waterfall_chart
from webapp.jobs.charts.figure import Chart
from webapp.ui import formats

TRIALS = 4096
"""Simulated futures an answer: a chance is within 0.016 in 19 of 20 cases."""

SEED = 0
ACCURACY, VOLUME = "work.success_rate", "work.items_per_month"
_ACCURACY_STEPS = (-0.15, -0.1, -0.05, 0.0, 0.05, 0.1)
_VOLUME_RATIOS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)


@dataclass(frozen=True)
class Tile:
    """One figure that stands alone."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Worked:
    """What the engine says of a scenario and of the option in front: sentence, figures and charts all come from it."""

    scenario: roi.Scenario
    run: Simulation
    front: OptionRisk
    central: OptionOutcome
    swings: Tornado
    accuracy: SwitchingValue


@dataclass(frozen=True)
class Outcome:
    """option: key and name of the one in front; options: those that can be put there, the best one first.

    The charts cost as much as all the rest, so they are made when somebody first asks for them.
    """

    key: str
    name: str
    options: tuple[tuple[str, str], ...]
    sentence: str
    tiles: tuple[Tile, ...]
    worked: Worked = field(repr=False)

    @cached_property
    def charts(self) -> tuple[Chart, ...]:
        """The pictures, the first two being what a page begins with; texts are in the locale of the first asker."""
        worked = self.worked
        currency = worked.scenario.currency
        return (
            _band(worked),
            _waterfall(worked.central, currency),
            _tornado(worked.swings, currency),
            _options(worked.run, currency, worked.scenario.do_nothing.key),
            _distribution(worked.front, worked.run.trials, currency),
            _heat_map(worked.scenario, worked.front, worked.accuracy.path),
        )


def outcome(scenario: roi.Scenario, show: str = "", *, trials: int = TRIALS, run: Simulation | None = None) -> Outcome:
    """The outcome of a scenario with `show` in front, or the option that is most often the best.

    run: its simulation, where the caller has one already.
    """
    run = run or roi.simulate(scenario, trials=trials, seed=SEED)
    ranked = sorted(
        (option for option in run.options if option.key != scenario.do_nothing.key),
        key=lambda option: (-option.chance_best, -option.mean),
    )
    front = next((option for option in ranked if option.key == show), ranked[0])
    worked = Worked(
        scenario,
        run,
        front,
        roi.evaluate_option(scenario, front.key),
        roi.tornado(scenario, front.key),
        roi.switching_value(scenario, front.key, scenario.option(front.key).paths[ACCURACY]),
    )
    options = tuple((option.key, option.name) for option in ranked)
    return Outcome(front.key, front.name, options, _sentence(worked), _tiles(worked), worked)


def appraised(scenario: roi.Scenario, key: str) -> OptionOutcome:
    """One option with every figure at its central value; the others are not worked out."""
    return roi.evaluate_option(scenario, key)


def _sentence(worked: Worked) -> str:
    horizon = worked.scenario.time.horizon_months
    return band_finding(_payback(worked.front), horizon, _matters_most(worked.swings))


def _payback(front: OptionRisk) -> Payback:
    return Payback(front.payback["p10"], front.payback["p50"], front.payback["p90"])


def _matters_most(swings: Tornado) -> str:
    return swings.bars[0].label if swings.bars and swings.bars[0].swing > 0 else ""


def _tiles(worked: Worked) -> tuple[Tile, ...]:
    """The figures that stand alone, in the order in which a decision asks for them."""
    front, central, run = worked.front, worked.central, worked.run
    currency = worked.scenario.currency
    low, high = (amount(end, currency) for end in (front.npv.p10, front.npv.p90))
    months = formats.count(worked.scenario.time.horizon_months, "month")
    return (
        Tile("Net present value", money_text(central.npv.value, currency), f"{low} to {high} in 8 of 10"),
        Tile(
            "Chance that it pays",
            formats.percent(front.chance_positive),
            f"of {formats.count(run.trials)} simulated futures",
            "warm" if front.chance_positive < 0.5 else "",
        ),
        _accuracy_tile(worked.accuracy),
        Tile("Return on cost", formats.percent(central.roi.value), central.roi.reason or f"over {months}"),
        Tile("Work freed", f"{formats.sig(central.fte.value)} FTE", f"on average over {months}"),
    )


def money_text(value: float | None, currency: str) -> str:
    """Money with three digits, or that it is not known."""
    return formats.NOTHING if value is None else amount(value, currency)


def _accuracy_tile(found: SwitchingValue) -> Tile:
    """From which success rate on the plan pays."""
    planned = f"success rate; the plan has {formats.percent(found.current)}"
    if found.value is None:
        return Tile("Success rate", formats.percent(found.current), found.reason or "")
    label = "Pays below" if found.pays == "below" else "Pays above"
    return Tile(label, formats.percent(found.value), planned)


def _band(worked: Worked) -> Chart:
    """Its title is a figure of the horizon: when it pays back stands in the sentence above it."""
    front, currency = worked.front, worked.scenario.currency
    value = Band(
        range(len(front.band)),
        [point.p10 for point in front.band],
        [point.p50 for point in front.band],
        [point.p90 for point in front.band],
    )
    last = front.band[-1]
    low, middle, high = (amount(value, currency) for value in (last.p10, last.p50, last.p90))
    finding = f"After {formats.count(len(front.band) - 1, 'month')}: {middle} in the median, {low} to {high} in 8 of 10"
    return replace(band_chart(value, _payback(front), currency=currency), finding=finding)


def _waterfall(central: OptionOutcome, currency: str) -> Chart:
    found = [
        Line(line.label, line.present_value if line.side == "benefit" else -line.present_value)
        for line in central.lines
        if line.present_value
    ]
    return waterfall_chart(found, currency=currency, option=central.name)


def _tornado(swings: Tornado, currency: str) -> Chart:
    return tornado_chart(
        [
            Swing(
                bar.label,
                _said(bar.low_value, bar.unit, currency),
                _said(bar.high_value, bar.unit, currency),
                bar.npv_low,
                bar.npv_high,
            )
            for bar in swings.bars
        ],
        swings.npv,
        currency=currency,
    )


def _said(value: float, unit: str, currency: str) -> str:
    """A figure's value beside its label, which names the unit of all that is neither money nor a share."""
    head = unit.partition("/")[0]
    if head == currency:
        return amount(value, currency)
    return formats.percent(value) if head == "share" else formats.sig(value)


def _options(run: Simulation, currency: str, idle: str) -> Chart:
    shown = [
        OptionValue(option.name, option.npv.p10, option.npv.p50, option.npv.p90, option.chance_best)
        for option in run.options
        if option.key != idle or option.chance_best > 0
    ]
    return options_chart(shown, currency=currency)


def _distribution(front: OptionRisk, trials: int, currency: str) -> Chart:
    return distribution_chart(
        front.histogram.edges,
        [count / trials for count in front.histogram.counts],
        chance_above_zero=front.chance_positive,
        median=front.npv.p50,
        currency=currency,
    )


def _heat_map(scenario: roi.Scenario, front: OptionRisk, path: str) -> Chart:
    option = scenario.option(front.key)
    accuracy, volume = option.quantities[ACCURACY].mean, option.quantities[VOLUME].mean
    rows = _distinct([min(1.0, max(0.0, accuracy + step)) for step in _ACCURACY_STEPS])
    columns = _distinct([volume * ratio for ratio in _VOLUME_RATIOS])
    grid = roi.two_way(scenario, front.key, path, VOLUME, row_values=rows, column_values=columns)
    chart = heat_map_chart(rows, columns, grid.npv, currency=scenario.currency, base=(accuracy, volume))
    return replace(chart, shape="wide")


def _distinct(values: Sequence[float]) -> list[float]:
    """Ascending, none twice: a share cannot go beyond its ends, and no items stay none at every ratio."""
    return [float(value) for value in np.unique(np.clip(values, 0.0, 1e9))]
