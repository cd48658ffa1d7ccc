"""Geometry of the small plots that the server draws: dot with interval, sparkline.

Positions are percentages of the plot's width, so that the picture follows any width without distortion.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from . import formats

_EDGE = 1.5  # percent kept free at either side, so that a dot on the edge is whole


@dataclass(frozen=True)
class Scale:
    """A linear scale from `low` to `high` with round ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """The place of the value, in percent of the width; values outside stop at the edge."""
        share = (value - self.low) / (self.high - self.low)
        return round(_EDGE + min(1.0, max(0.0, share)) * (100 - 2 * _EDGE), 2)


def round_scale(values: Iterable[float], *, wanted_ticks: int = 5) -> Scale:
    """The smallest scale with ticks of 1, 2 or 5 times a power of ten that holds all values."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if low == high:
        spread = abs(low) * 0.1 or 1.0
        low, high = low - spread, high + spread
    raw = (high - low) / wanted_ticks
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    decimals = max(0, -math.floor(math.log10(step)))
    ticks = tuple(round(index * step, decimals) for index in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


@dataclass(frozen=True)
class Row:
    """One line of a dot-and-interval plot; `x`, `x_low`, `x_high` are percentages, None where not known."""

    label: str
    source: object
    x: float | None
    x_low: float | None
    x_high: float | None
    href: str
    badge: str
    tone: str


@dataclass(frozen=True)
class DotPlot:
    """Rows, ticks as (place, text), and the place of the baseline."""

    rows: list[Row]
    ticks: list[tuple[float, str]]
    baseline: float | None


def _get(row: object, name: str) -> object:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def _tick_text(value: float, kind: str, step: float) -> str:
    if kind == "sig":
        return formats.sig(value)
    decimals = max(0, -math.floor(math.log10(step * 100) + 1e-9))
    sign = "+" if kind == "points" and value > 0 else formats.MINUS if value < 0 else ""
    return f"{sign}{abs(value) * 100:.{decimals}f}" + ("%" if kind == "percent" else "")


def dot_plot(
    rows: Sequence[object],
    *,
    kind: str = "percent",
    baseline: object = None,
    low: float | None = None,
    high: float | None = None,
) -> DotPlot:
    """Lay out rows (objects or mappings with label, value, low, high, n and, if wanted, href, badge, tone).

    kind: `percent`, `points` or `sig`. The scale holds all values, bounds, the baseline, and low and high if given.
    """
    numbers = [formats.number(_get(row, name)) for row in rows for name in ("value", "low", "high")]
    base = formats.number(baseline)
    scale = round_scale(value for value in [*numbers, base, low, high] if value is not None)

    def place(value: object) -> float | None:
        found = formats.number(value)
        return None if found is None else scale.at(found)

    laid_out = [
        Row(
            label=str(_get(row, "label") or ""),
            source=row,
            x=place(_get(row, "value")),
            x_low=place(_get(row, "low")),
            x_high=place(_get(row, "high")),
            href=str(_get(row, "href") or ""),
            badge=str(_get(row, "badge") or ""),
            tone=str(_get(row, "tone") or ""),
        )
        for row in rows
    ]
    step = scale.ticks[1] - scale.ticks[0]
    ticks = [(scale.at(tick), _tick_text(tick, kind, step)) for tick in scale.ticks]
    return DotPlot(laid_out, ticks, None if base is None else scale.at(base))


@dataclass(frozen=True)
class Spark:
    """`points` in a box of 100 by 20, and where the last value lies in percent of width and height."""

    points: str
    end_x: float
    end_y: float


def sparkline(values: Iterable[object]) -> Spark | None:
    """A line through the known values; None with fewer than two of them."""
    found = [(index, number) for index, value in enumerate(values) if (number := formats.number(value)) is not None]
    found = [(index, number) for index, number in found if math.isfinite(number)]
    if len(found) < 2:
        return None
    first, last = found[0][0], found[-1][0]
    low, high = min(number for _, number in found), max(number for _, number in found)
    spread = high - low or 1.0
    places = [((index - first) / (last - first) * 100, 18 - (number - low) / spread * 16) for index, number in found]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return Spark(points, places[-1][0], round(places[-1][1] * 5, 1))
