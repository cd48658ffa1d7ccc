"""How far one figure, or two, move an option's NPV: tornado, one-way and two-way tables, switching values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .draws import Draws, draws_of
from .figures import REGISTRY, FigureSpec
from .quantity import Quantity
from .sampling import inverse_cdf
from .scenario import Scenario

Array = NDArray[np.float64]

LOW, HIGH = 0.1, 0.9
"""Percentiles at which the tornado takes each input."""

MAX_CELLS = 10_000
"""The most cells of a one-way or two-way table."""


@dataclass(frozen=True)
class Bar:
    """NPV with one input at its 10th and at its 90th percentile, all others at their central values."""

    path: str
    label: str
    unit: str
    low_value: float
    high_value: float
    npv_low: float
    npv_high: float

    @property
    def swing(self) -> float:
        """How far the input moves the NPV between its percentiles."""
        return abs(self.npv_high - self.npv_low)


@dataclass(frozen=True)
class Tornado:
    """The bars of an option, widest first. `npv`: at the central values."""

    option: str
    npv: float
    bars: tuple[Bar, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {**asdict(self), "bars": [{**asdict(bar), "swing": bar.swing} for bar in self.bars]}


def tornado(scenario: Scenario, option: str) -> Tornado:
    """Each uncertain input of an option at its P10 and P90 in turn, the others at their means.

    Source: Eschenbach (1992), "Spiderplots versus tornado diagrams for sensitivity analysis", Interfaces 22. NPV is
    that of the option over doing nothing. Raises `KeyError` for an unknown option.
    """
    draws = draws_of(scenario)
    place = draws.place(option)
    used = draws.used_by(option)
    ends = {index: draws.inputs[index].inverse(np.array([LOW, HIGH])) for index in used}
    drawn = [np.full(2 * len(used) + 1, item.quantity.mean) for item in draws.inputs]
    for column, index in enumerate(used):
        drawn[index][2 * column + 1 : 2 * column + 3] = ends[index]
    npvs = np.broadcast_to(draws.npv_of(place, draws.values(drawn)[place]), (2 * len(used) + 1,))
    bars = [
        _bar(scenario, draws, option, index, ends[index], npvs[2 * column + 1 : 2 * column + 3])
        for column, index in enumerate(used)
    ]
    return Tornado(option, float(npvs[0]), tuple(sorted(bars, key=lambda bar: -bar.swing)))


def _bar(scenario: Scenario, draws: Draws, option: str, index: int, ends: Array, npvs: Array) -> Bar:
    item = draws.inputs[index]
    return Bar(
        path=draws.path_in(option, item),
        label=item.spec.label,
        unit=item.spec.unit_in(scenario.currency),
        low_value=float(ends[0]),
        high_value=float(ends[1]),
        npv_low=float(npvs[0]),
        npv_high=float(npvs[1]),
    )


@dataclass(frozen=True)
class OneWay:
    """NPV of an option at values of one figure."""

    option: str
    path: str
    values: tuple[float, ...]
    npv: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class TwoWay:
    """NPV of an option: `npv[row][column]` at `row_values[row]` and `column_values[column]` of two figures."""

    option: str
    row_path: str
    column_path: str
    row_values: tuple[float, ...]
    column_values: tuple[float, ...]
    npv: tuple[tuple[float, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)


def one_way(
    scenario: Scenario, option: str, path: str, *, values: Sequence[float] | None = None, points: int = 21
) -> OneWay:
    """NPV of the option with the figure at `path` at each of `values`, all other figures at their central values.

    Without values: `points` of them from P5 to P95 of an uncertain figure, over the usual range of a certain one.
    Raises `KeyError` for an unknown option or path, `ValueError` for a value outside the figure's limits.
    """
    draws = draws_of(scenario)
    taken = _taken(draws, path, values, points)
    return OneWay(option, path, _floats(taken), _floats(npv_at(draws, option, {path: taken})))


def two_way(
    scenario: Scenario,
    option: str,
    row_path: str,
    column_path: str,
    *,
    row_values: Sequence[float] | None = None,
    column_values: Sequence[float] | None = None,
    points: int = 15,
) -> TwoWay:
    """NPV of the option at every pair of values of two figures; the rest as `one_way`."""
    if row_path == column_path:
        raise ValueError("a two-way table needs two figures")
    draws = draws_of(scenario)
    rows = _taken(draws, row_path, row_values, points)
    columns = _taken(draws, column_path, column_values, points)
    if rows.size * columns.size > MAX_CELLS:
        raise ValueError(f"a table has at most {MAX_CELLS:,} cells")
    across, down = np.meshgrid(columns, rows)
    npv = npv_at(draws, option, {row_path: down.ravel(), column_path: across.ravel()}).reshape(down.shape)
    return TwoWay(option, row_path, column_path, _floats(rows), _floats(columns), tuple(map(_floats, npv)))


def _taken(draws: Draws, path: str, values: Sequence[float] | None, points: int) -> Array:
    spec, quantity = figure_at(draws, path)
    if values is None:
        inverse = inverse_cdf(quantity, *spec.limits)
        ends = spec.typical if inverse is None else inverse(np.array([0.05, 0.95]))
        return np.linspace(min(ends[0], quantity.mean), max(ends[1], quantity.mean), points)
    taken = np.asarray(values, dtype=float)
    low, high = spec.limits
    if taken.ndim != 1 or not 1 <= taken.size <= MAX_CELLS or not ((taken >= low) & (taken <= high)).all():
        raise ValueError(f"values of {path} must be 1 to {MAX_CELLS:,} numbers from {low:,g} to {high:,g}")
    return taken


def figure_at(draws: Draws, path: str) -> tuple[FigureSpec, Quantity]:
    """What the figure at a path means, and what stands there. `KeyError` for a path of no figure.

    A path in an option (`options[2].work.coverage`) is fine where the option takes the figure from the scenario.
    """
    spec = REGISTRY[path.rpartition("].")[2]]
    for index, option in enumerate(draws.options):
        if path in (option.paths[spec.name], f"options[{index}].{spec.name}"):
            return spec, option.quantities[spec.name]
    if path == spec.name:  # every option states its own; the base one has no effect
        return spec, draws.base(spec)
    raise KeyError(path)


def npv_at(draws: Draws, option: str, changes: Mapping[str, Array]) -> Array:
    """NPV [n] of the option at central values, but for the figures at some paths: arrays [n] of one length."""
    values = draws.values([item.quantity.mean for item in draws.inputs])
    for path, taken in changes.items():
        name = path.rpartition("].")[2]
        for index, resolved in enumerate(draws.options):
            if path in (resolved.paths[name], f"options[{index}].{name}"):
                values[index][name] = taken
    return np.broadcast_to(
        draws.npv_of(draws.place(option), values[draws.place(option)]), next(iter(changes.values())).shape
    )


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
