"""The value of a figure at which an option begins to pay: the root of NPV = 0."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .draws import Draws, Values, draws_of
from .figures import REGISTRY, FigureSpec
from .scenario import Scenario
from .sensitivity import figure_at

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

    Source: UK HM Treasury, The Green Book (2022), chapter 5, "switching values". A grid that is dense where figures
    usually lie gives brackets, which are narrowed to rounding; a figure that works in whole months switches at a jump.
    Raises `KeyError` for an unknown option or path.
    """
    draws = draws_of(scenario)
    spec, quantity = figure_at(draws, path)
    place = draws.place(option)
    if path not in (draws.options[place].paths[spec.name], f"options[{place}].{spec.name}"):
        return _said(scenario, option, path, spec, quantity.mean, None, None, _NO_EFFECT)
    return _switching(scenario, draws, option, [(path, spec)])[0]


def switching_values(scenario: Scenario, option: str) -> list[SwitchingValue]:
    """The switching value of every figure that the option uses and that moves its NPV; others are left out."""
    draws = draws_of(scenario)
    paths = draws.options[draws.place(option)].paths
    found = _switching(scenario, draws, option, [(path, REGISTRY[name]) for name, path in paths.items()])
    return [value for value in found if value.reason != _NO_EFFECT]


_NO_EFFECT = "the figure does not change the NPV"
_SECTIONS, _ROUNDS = 64, 8
"""Each round keeps one of the sections of a bracket: 64^-8 of its width is left, less than rounding."""


def _switching(
    scenario: Scenario, draws: Draws, option: str, figures: Sequence[tuple[str, FigureSpec]]
) -> list[SwitchingValue]:
    """All figures at once: one evaluation of all grids, and one a round of all brackets."""
    place = draws.place(option)
    means = draws.options[place].means()
    names = [spec.name for _, spec in figures]
    grids = np.array([_grid(spec, means[spec.name]) for _, spec in figures])
    npvs = _npvs(draws, place, names, grids)
    row, column = np.nonzero((npvs[:, :-1] > 0) != (npvs[:, 1:] > 0))
    held = [names[index] for index in row]
    roots = _roots(draws, place, held, grids[row, column], grids[row, column + 1], npvs[row, column])
    pays = np.where(npvs[row, column + 1] > 0, "above", "below")
    return [
        _said(
            scenario,
            option,
            path,
            spec,
            means[spec.name],
            *_verdict(grid, npv, roots[row == index], pays[row == index], means[spec.name]),
        )
        for index, ((path, spec), grid, npv) in enumerate(zip(figures, grids, npvs, strict=True))
    ]


def _verdict(
    grid: Array, npvs: Array, roots: Array, pays: NDArray[np.str_], current: float
) -> tuple[float | None, str | None, str | None]:
    """Value, side that pays, and reason, of one figure."""
    if np.ptp(npvs) <= 1e-12 * np.abs(npvs).max():
        return None, None, _NO_EFFECT
    if roots.size == 0:
        verdict = "positive" if npvs[0] > 0 else "never positive"
        return None, None, f"the NPV is {verdict} from {grid[0]:,g} to {grid[-1]:,g}"
    nearest = int(np.abs(roots - current).argmin())
    several = f"the NPV changes its sign at {roots.size} values; this is the nearest to the current one"
    return float(roots[nearest]), str(pays[nearest]), several if roots.size > 1 else None


def _said(
    scenario: Scenario,
    option: str,
    path: str,
    spec: FigureSpec,
    current: float,
    value: float | None,
    pays: str | None,
    reason: str | None,
) -> SwitchingValue:
    return SwitchingValue(option, path, spec.label, spec.unit_in(scenario.currency), current, value, pays, reason)


def _grid(spec: FigureSpec, current: float) -> Array:
    """Ascending values from limit to limit, with the usual range and the current value's decades well covered."""
    low, high = spec.limits
    usual = np.linspace(*spec.typical, 41)
    decades = np.geomspace(1e-3, 1e3, 61) * max(abs(current), abs(spec.typical[1]) / 100, 1e-9)
    every = np.concatenate([[low, high, current], usual, decades, np.linspace(low, high, 33)])
    return np.sort(np.clip(every, low, high))


def _npvs(draws: Draws, place: int, names: Sequence[str], values: Array) -> Array:
    """NPV [k, p] of an option with the figure `names[k]` at `values[k]`, all others at their central values."""
    figures: Values = {**draws.options[place].means()}
    for name in set(names):
        column = np.full(values.shape, figures[name])
        for row in (row for row, held in enumerate(names) if held == name):
            column[row] = values[row]
        figures[name] = column.ravel()
    return np.broadcast_to(draws.npv_of(place, figures), (values.size,)).reshape(values.shape)


def _roots(draws: Draws, place: int, names: Sequence[str], low: Array, high: Array, at_start: Array) -> Array:
    """Where the sign changes between `low` [k] and `high` [k] of each named figure: the first change in a bracket.

    at_start: NPV [k] at `low`.
    """
    if not names:
        return low
    parts, rows = np.linspace(0.0, 1.0, _SECTIONS + 1), np.arange(len(names))
    start = low
    for _ in range(_ROUNDS):
        places = low[:, None] + (high - low)[:, None] * parts
        places[:, -1] = high
        changed = (_npvs(draws, place, names, places) > 0) != (at_start > 0)[:, None]
        changed[:, -1] = True
        first = np.maximum(changed.argmax(axis=1), 1)
        low, high = places[rows, first - 1], places[rows, first]
    return np.where(at_start == 0, start, low + (high - low) / 2)
