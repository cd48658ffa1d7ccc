"""The value of a figure at which an option begins to pay: the root of NPV = 0."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from .draws import Draws
from .figures import FigureSpec
from .scenario import Scenario
from .sensitivity import figure_at, npv_at

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SwitchingValue:
    """Where the NPV of an option changes its sign along one figure, all others at their central values.

    `pays`: "above" or "below" `value` (next to it, where there are several such places). Without a value, `reason` says
    why: the figure has no effect, or the option pays, or does not, wherever the figure lies. With a value, `reason` is
    None, or says that there are several and that this is the one nearest to the current value.
    """

    option: str
    path: str
    label: str
    unit: str
    current: float
    value: float | None
    pays: str | None
    reason: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)


def switching_value(scenario: Scenario, option: str, path: str) -> SwitchingValue:
    """The value of the figure at `path` at which the option's NPV is 0, looked for throughout the figure's limits.

    Source: UK HM Treasury, The Green Book (2022), chapter 5, "switching values". Brackets from a grid that is dense
    where figures usual are, then Brent's method. Raises `KeyError` for an unknown option or path.
    """
    return _switching(scenario, Draws(scenario), option, path)


def switching_values(scenario: Scenario, option: str) -> list[SwitchingValue]:
    """The switching value of every figure that the option uses and that moves its NPV; others are left out."""
    draws = Draws(scenario)
    used = draws.options[draws.place(option)].paths.values()
    found = [_switching(scenario, draws, option, path) for path in used]
    return [value for value in found if value.reason != _NO_EFFECT]


_NO_EFFECT = "the figure does not change the NPV"


def _switching(scenario: Scenario, draws: Draws, option: str, path: str) -> SwitchingValue:
    spec, quantity = figure_at(draws, path)
    grid = _grid(spec, quantity.mean)
    npvs = npv_at(draws, option, {path: grid})

    def said(value: float | None, pays: str | None, reason: str | None) -> SwitchingValue:
        unit = spec.unit_in(scenario.currency)
        return SwitchingValue(option, path, spec.label, unit, quantity.mean, value, pays, reason)

    if np.ptp(npvs) <= 1e-12 * np.abs(npvs).max():
        return said(None, None, _NO_EFFECT)
    crossings = np.flatnonzero((npvs[:-1] > 0) != (npvs[1:] > 0))
    if crossings.size == 0:
        verdict = "positive" if npvs[0] > 0 else "never positive"
        return said(None, None, f"the NPV is {verdict} from {grid[0]:,g} to {grid[-1]:,g}")
    roots = [_root(draws, option, path, float(grid[index]), float(grid[index + 1])) for index in crossings]
    nearest = int(np.abs(np.array(roots) - quantity.mean).argmin())
    pays = "above" if npvs[crossings[nearest] + 1] > 0 else "below"
    several = f"the NPV changes its sign at {len(roots)} values; this is the nearest to the current one"
    return said(roots[nearest], pays, several if len(roots) > 1 else None)


def _grid(spec: FigureSpec, current: float) -> Array:
    """Ascending values from limit to limit, with the usual range and the current value's decades well covered."""
    low, high = spec.limits
    usual = np.linspace(*spec.typical, 41)
    scale = np.geomspace(1e-3, 1e3, 61) * max(abs(current), abs(spec.typical[1]) / 100, 1e-9)
    every = np.concatenate([[low, high, current], usual, scale, np.linspace(low, high, 33)])
    return np.unique(np.clip(every, low, high))


def _root(draws: Draws, option: str, path: str, low: float, high: float) -> float:
    def npv(value: float) -> float:
        return float(npv_at(draws, option, {path: np.array([value])})[0])

    if (npv(low) > 0) == (npv(high) > 0):  # an end lies on the root but for rounding
        return min(low, high, key=lambda value: abs(npv(value)))
    return float(brentq(npv, low, high, xtol=1e-12 * max(abs(low), abs(high)), rtol=1e-12))
