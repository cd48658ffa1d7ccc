"""The cash-flow model: what an option earns and costs beyond doing nothing, for one set of figures or for many at once.

Every function takes `values`: each figure by its name (`work.success_rate`) as a number or an array [n]. One number is
n = 1 of the very same code, so a simulation of fixed figures gives the deterministic outcome to the last bit.

A line is an amount [n] and a profile, the course it takes over the months: its flow in month m is
`amount * weight[m]`. Weights depend on the figures of time and growth alone, so the present value of a line is
`amount * present_weights`, with no array [n, months] at any point. How to use it for many trials:

    plan = Plan.of(scenario)
    option = scenario.option("peft")
    values = option.means() | {"work.success_rate": draws}      # arrays [n] where a figure is uncertain
    worth = present_values(values, plan)                        # .benefits, .costs, .npv: arrays [n] (or [1])
    for month, net in cumulative(values, plan, discounted=True):  # 0 ... horizon, arrays [n]
        ...
    months = payback(values, plan)                              # arrays [n], infinity where it never comes

Doing nothing has no lines (its figures are those of the scenario and mean nothing): leave the option of kind do_nothing
out and take 0. Where several options share `TIME_FIGURES`, hand `present_weights` of one to the others.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .lines import (
    Array,
    Line,
    Number,
    Profile,
    Side,
    Values,
    by_profile,
    items_of_a_month,
    lines,
    net_by_profile,
)
from .scenario import Scenario

__all__ = [
    "TIME_FIGURES",
    "Array",
    "Line",
    "Month",
    "Number",
    "Plan",
    "PresentValues",
    "Profile",
    "Side",
    "Timing",
    "Values",
    "Weights",
    "by_profile",
    "cumulative",
    "discount_factors",
    "items_of_a_month",
    "lines",
    "months",
    "net_by_profile",
    "payback",
    "present_values",
    "present_weights",
    "running_sums",
    "summed",
]

Timing = Literal["month_end", "month_mid", "year_end"]
Ramp = Literal["linear", "logistic"]

TIME_FIGURES = (
    "work.growth",
    "time.ramp_months",
    "time.months_to_start",
    "time.discount_rate",
    "recurring.retraining_every_months",
)
"""The figures that weights depend on. All others enter through the amounts of lines."""

LOGISTIC_STEEPNESS = 2 * float(np.log(19.0))
"""With this, a logistic curve is at 5% at the start of adoption and at 95% at its end."""

_NONE, _ONE = np.zeros(1), np.ones(1)
"""Weights that need no work; never written to."""

_NO_RAMP = 1e-9
"""Months that stand for an adoption at once: far below half a month, the middle of the first."""

_LARGEST_EXPONENT = 700.0
"""exp of more overflows; the share that is left there is 0 in any case."""


@dataclass(frozen=True)
class Plan:
    """The settings of time: months judged, when flows fall, the shape of adoption."""

    months: int
    timing: Timing = "month_end"
    ramp: Ramp = "linear"

    @classmethod
    def of(cls, scenario: Scenario) -> "Plan":
        """The plan of a scenario."""
        time = scenario.time
        return cls(time.horizon_months, time.timing, time.ramp)


@dataclass(frozen=True)
class Weights:
    """A line's flow for each unit of its amount, by profile, of one month or summed. Arrays [n] or [1]."""

    handled: Array
    in_use: Array
    monthly: Array
    retraining: Array

    def of(self, amounts: Mapping[Profile, Number]) -> Array:
        """Sum over the profiles; `start` is left to the caller."""
        total = amounts["handled"] * self.handled + amounts["in_use"] * self.in_use + amounts["monthly"] * self.monthly
        return total if self.retraining is _NONE else total + amounts["retraining"] * self.retraining


@dataclass(frozen=True)
class Month:
    """Month `number` (1, 2, 3 ...): its undiscounted weights and its discount factor."""

    number: int
    discount: Array
    weights: Weights


@dataclass(frozen=True)
class PresentValues:
    """Present values [n] of an option beyond doing nothing. `start` is what is paid now, part of `costs`."""

    benefits: Array
    costs: Array
    start: Array

    @property
    def npv(self) -> Array:
        """Net present value [n]."""
        net: Array = self.benefits - self.costs
        return net


def months(values: Values, plan: Plan) -> Iterator[Month]:
    """Each month of the plan with its weights; arrays [1] as far as the figures of time are certain, else [n]."""
    yearly, ramp, start, rate, interval = (np.atleast_1d(values[name]) for name in TIME_FIGURES)
    growth = np.power(1 + yearly, 1 / 12)
    speed = 1 / np.maximum(ramp, _NO_RAMP)
    latest_start, slowest = float(start.max()), float(speed.min())
    adoption = _linear if plan.ramp == "linear" else _logistic
    volume = _ONE
    trained = _NONE
    for number, discount in enumerate(_discounts(rate, plan), start=1):
        done = np.floor(number / interval)
        # nothing follows the last month that a retraining could be for
        falls_due = (done > trained) & (number < plan.months)
        in_use = _ONE if number - latest_start >= 1 else np.minimum(np.maximum(number - start, 0.0), 1.0)
        retraining = falls_due.astype(np.float64) if falls_due.any() else _NONE
        is_adopted = plan.ramp == "linear" and (number - 0.5 - latest_start) * slowest >= 1
        handled = volume if is_adopted else volume * adoption((number - 0.5 - start) * speed)
        yield Month(number, discount, Weights(handled, in_use, _ONE, retraining))
        volume, trained = volume * growth, done


def present_weights(values: Values, plan: Plan) -> Weights:
    """Discounted weights summed over the plan: the present value of a line for each unit of its amount."""
    return summed(months(values, plan))


def summed(course: Iterable[Month]) -> Weights:
    """`present_weights` of months that are known already."""
    handled = idle = monthly = retraining = _NONE
    for month in course:
        held = month.weights
        handled = handled + held.handled * month.discount
        monthly = monthly + month.discount
        if held.in_use is not _ONE:
            idle = idle + (1 - held.in_use) * month.discount
        if held.retraining is not _NONE:
            retraining = retraining + held.retraining * month.discount
    return Weights(handled, monthly - idle, monthly, retraining)


def present_values(values: Values, plan: Plan, weights: Weights | None = None) -> PresentValues:
    """Present values of an option beyond doing nothing; `weights` where `present_weights` are known already."""
    held = weights or present_weights(values, plan)
    found = lines(values)
    earned = by_profile(found, "benefit")
    paid = by_profile(found, "cost")
    start = np.atleast_1d(paid["start"])
    return PresentValues(held.of(earned) + earned["start"], held.of(paid) + start, start)


def cumulative(values: Values, plan: Plan, *, discounted: bool) -> Iterator[tuple[int, Array]]:
    """Running sum of the net flows after month 0 (the one-off costs), 1, ... up to the horizon: arrays [n] or [1]."""
    for number, _, total in _running(values, plan, discounted):
        yield number, total


def running_sums(values: Values, plan: Plan) -> Array:
    """Running sum of the discounted net flows [months + 1, n] after month 0, 1, ..."""
    return np.array(np.broadcast_arrays(*(total for _, total in cumulative(values, plan, discounted=True))))


def payback(values: Values, plan: Plan, *, discounted: bool = False) -> Array:
    """Months until the running sum is 0 for good, interpolated as in `roi.payback`; infinity where it never is."""
    trials = max(np.size(value) for value in values.values())
    last, part = np.zeros(trials), np.zeros(trials)
    before, was_below = _NONE, np.zeros(1, dtype=bool)
    for number, flow, total in _running(values, plan, discounted):
        is_below = total < 0
        rises = was_below > is_below
        if rises.any():  # one that follows a later outlay takes the place of those before it
            np.copyto(last, number - 1, where=rises)
            np.divide(before, flow, out=part, where=rises)
        before, was_below = total, is_below
    return np.where(was_below, np.inf, last + np.minimum(1.0, -part))


def _running(values: Values, plan: Plan, discounted: bool) -> Iterator[tuple[int, Array, Array]]:
    """Number of each month from 0, its flow and the running sum."""
    amounts = net_by_profile(values)
    total = np.atleast_1d(amounts["start"])
    yield 0, total, total
    for month in months(values, plan):
        flow = month.weights.of(amounts)
        if discounted:
            flow = flow * month.discount
        total = total + flow
        yield month.number, flow, total


def discount_factors(rate: float, plan: Plan) -> list[float]:
    """The factor of each month from 0, which is 1, to the horizon."""
    return [1.0, *(float(factor[0]) for factor in _discounts(np.atleast_1d(np.float64(rate)), plan))]


def _discounts(rate: Array, plan: Plan) -> Iterator[Array]:
    """The factor of each month: (1 + rate) to the power of minus the years until its flow falls."""
    if plan.timing == "year_end":
        step = 1 / (1 + rate)
        factor = np.ones(1)
        for number in range(plan.months):
            factor = factor * step if number % 12 == 0 else factor
            yield factor
        return
    step = np.power(1 + rate, -1 / 12)
    factor = np.sqrt(1 / step) if plan.timing == "month_mid" else np.ones(1)
    for _ in range(plan.months):
        factor = factor * step
        yield factor


# share of the full coverage in use, at a part of the months of adoption [n]; 0 before it starts


def _linear(part: Array) -> Array:
    return np.minimum(np.maximum(part, 0.0), 1.0)


def _logistic(part: Array) -> Array:
    grown = 1 / (1 + np.exp(np.minimum(LOGISTIC_STEEPNESS * (0.5 - part), _LARGEST_EXPONENT)))
    return np.where(part > 0, grown, 0.0)
