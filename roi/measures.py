"""Measures of a series of cash flows.

Sign convention: money in is positive, money out negative. `flows[t]` falls at the end of period t and `flows[0]`
now, so the first flow is never discounted. Rates are per period (0.1 is 10%). An answer that does not exist is
None, never a guess; input that is not a number, or a rate of -1 or less, raises `ValueError`.
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_GROWTH_GRID = np.concatenate(
    [np.geomspace(1e-15, 0.5, 300, endpoint=False), np.linspace(0.5, 2.0, 601), np.geomspace(2.0, 1e15, 400)[1:]]
)
"""1 + rate where a sign change of the NPV is looked for, dense where rates are usual (-50% to 100%)."""


def npv(rate: float, flows: Sequence[float]) -> float:
    """Net present value: sum over t of flows[t] / (1 + rate)^t; 0 without flows.

    Source: Brealey, Myers and Allen, Principles of Corporate Finance, chapter 2. Spreadsheets' NPV function discounts
    its first flow as well; this one does not. `npv(0.2, [-100, 60, 60])` is -100 + 60/1.2 + 60/1.44 = -8.3333.
    """
    values = _checked(flows)
    growth = 1 + _checked_rate("rate", rate)
    # Horner's scheme from the last flow: no power of a large factor is ever formed
    total = 0.0
    for flow in reversed(values):
        total = flow + total / growth
    return total


def irr(flows: Sequence[float]) -> float | None:
    """Internal rate of return: the rate above -1 at which `npv` is 0.

    None where the flows never change sign, or where no rate gives 0. With several roots (flows that change sign more
    than once) the answer is the one nearest to 0, and `irr_roots` lists all: such a project has no single rate, so
    judge it by `npv` or `mirr`. Source: as `npv`, chapter 5.
    """
    roots = irr_roots(flows)
    return min(roots, key=lambda root: (abs(root), root)) if roots else None


def irr_roots(flows: Sequence[float]) -> list[float]:
    """Every rate above -1 at which `npv` changes its sign, ascending; several need several sign changes of the flows.

    Looked for from -1 + 1e-15 to 1e15. A rate at which the NPV touches 0 without crossing it is not found.
    """
    values = _trimmed(_checked(flows))
    if sign_changes(values) == 0:
        return []
    scale = max(map(abs, values))
    scaled = [flow / scale for flow in values]
    signs = _signs(scaled)
    roots: list[float] = []
    for index in np.flatnonzero((signs[:-1] == 0) | (signs[:-1] * signs[1:] < 0)):
        low, high = float(_GROWTH_GRID[index]), float(_GROWTH_GRID[index + 1])
        roots.append((low if signs[index] == 0 else _bisected(low, high, scaled)) - 1)
    return roots


def sign_changes(flows: Sequence[float]) -> int:
    """How often successive flows other than 0 change sign (Descartes' bound on the number of rates of return)."""
    signs = [flow > 0 for flow in flows if flow != 0]
    return sum(first != second for first, second in itertools.pairwise(signs))


def mirr(flows: Sequence[float], finance_rate: float, reinvest_rate: float) -> float | None:
    """Modified internal rate of return over n periods:

    (future value of the inflows at `reinvest_rate` / -present value of the outflows at `finance_rate`)^(1/n) - 1.
    None without an inflow, without an outflow, or with a single flow. Source: Microsoft Excel, function MIRR.
    """
    values = _checked(flows)
    _checked_rate("reinvest_rate", reinvest_rate)
    periods = len(values) - 1
    spent = -npv(finance_rate, [min(flow, 0.0) for flow in values])
    gained = npv(reinvest_rate, [max(flow, 0.0) for flow in values])
    if periods < 1 or spent <= 0 or gained <= 0:
        return None
    # in logarithms: the future value of many periods may be beyond a float, the rate is not
    return math.expm1((math.log(gained) - math.log(spent)) / periods + math.log1p(reinvest_rate))


def payback(flows: Sequence[float]) -> float | None:
    """Periods until the running sum of the flows reaches 0 for good, interpolated within the period.

    Within period t the flow is taken as even, so -100, 60, 60 is 1 + 40/60 = 1.667. 0 where the sum never is below 0;
    None where it ends below 0: it never pays back within the flows. "For good": a sum that turns negative again
    (a later outlay) has not paid back yet.
    """
    values = _checked(flows)
    sums = np.cumsum(values) if values else np.zeros(1)
    # a sum of decimals such as 0.1 + 0.2 - 0.3 misses 0 by rounding alone
    tolerance = 1e-12 * float(np.abs(values).sum()) if values else 0.0
    below = np.flatnonzero(sums < -tolerance)
    if below.size == 0:
        return 0.0
    last = int(below[-1])
    if last == len(values) - 1:
        return None
    return last + min(1.0, float(-sums[last] / values[last + 1]))


def discounted_payback(rate: float, flows: Sequence[float]) -> float | None:
    """`payback` of the flows, each discounted to now at `rate`."""
    growth = 1 + _checked_rate("rate", rate)
    values = _checked(flows)
    try:
        return payback([flow * growth**-period for period, flow in enumerate(values)])
    except OverflowError:  # a rate near -1 makes far flows larger than a float can hold
        return None


def profitability_index(rate: float, flows: Sequence[float]) -> float | None:
    """Present value of the flows after the first, for each unit of money of the first: above 1 exactly where NPV > 0.

    None unless the first flow is an outlay (below 0). Source: Brealey, Myers and Allen, chapter 5.
    """
    values = _checked(flows)
    value = npv(rate, [0.0, *values[1:]])
    return value / -values[0] if values and values[0] < 0 else None


def _checked(flows: Sequence[float]) -> list[float]:
    values = [float(flow) for flow in flows]
    if not all(map(math.isfinite, values)):
        raise ValueError("flows must be finite numbers")
    return values


def _checked_rate(name: str, rate: float) -> float:
    if not math.isfinite(rate) or rate <= -1:
        raise ValueError(f"{name} must be a finite number above -1 (above -100% a period), not {rate}")
    return float(rate)


def _trimmed(values: list[float]) -> list[float]:
    """Without zero flows at both ends: they move no root."""
    held = [index for index, flow in enumerate(values) if flow != 0]
    return values[held[0] : held[-1] + 1] if held else []


def _balance(growth: float, flows: Sequence[float]) -> float:
    """A bounded function with the sign of the NPV: the NPV for growth from 1, below it the value at the last period."""
    total = 0.0
    if growth >= 1:
        for flow in reversed(flows):
            total = flow + total / growth
    else:
        for flow in flows:
            total = flow + total * growth
    return total


def _bisected(low: float, high: float, flows: Sequence[float]) -> float:
    """The growth between `low` and `high`, where `_balance` has other signs, at which it is 0: to the last bit.

    Sixty halvings cost less than the half second in which scipy's solvers are imported.
    """
    falls = _balance(low, flows) > 0
    while low < (middle := (low + high) / 2) < high:
        if (_balance(middle, flows) > 0) == falls:
            low = middle
        else:
            high = middle
    return middle


def _signs(flows: Sequence[float]) -> NDArray[np.float64]:
    """The sign of `_balance` at each point of the grid, all points at once."""
    above = _GROWTH_GRID >= 1
    shrink, stretch = 1 / _GROWTH_GRID[above], _GROWTH_GRID[~above]
    early, late = np.zeros(shrink.size), np.zeros(stretch.size)
    for first, last in zip(flows, reversed(flows), strict=True):
        early = early * shrink + last
        late = late * stretch + first
    signs: NDArray[np.float64] = np.sign(np.concatenate([late, early]))
    return signs
