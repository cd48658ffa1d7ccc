"""Geometry of a small line chart drawn as SVG by the server: lines, marked points and round ticks.

Places are percentages of the plot, y downwards, so that the picture follows any width without distortion.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.ui import formats
from webapp.ui.plots import Scale, round_scale


@dataclass(frozen=True)
class Line:
    """A series: its name, (x, y) points, and its style: `main`, `second` (dashed) or `third` (dotted)."""

    name: str
    points: Sequence[tuple[float, float]]
    style: str = "main"


@dataclass(frozen=True)
class Mark:
    """A point set apart: where it is and what it says."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class DrawnLine:
    """A line as an SVG polyline in a box of 100 by 100."""

    name: str
    style: str
    points: str


@dataclass(frozen=True)
class Curve:
    """A chart ready to draw. Ticks are (place, text); marks are (x place, y place, text)."""

    title: str
    x_label: str
    y_label: str
    lines: list[DrawnLine]
    marks: list[tuple[float, float, str]]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    head: list[str]
    rows: list[list[str]]


def draw(
    title: str,
    lines: Sequence[Line],
    *,
    x_label: str,
    y_label: str,
    marks: Sequence[Mark] = (),
    y_range: tuple[float, float] | None = None,
    table_rows: int = 9,
) -> Curve:
    """Lay out the lines, which share their x values, with a table of about `table_rows` of them.

    Points outside `y_range` are cut off at the edge of the plot.
    """
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points] if y_range is None else list(y_range)
    x_low, x_high = min(xs), max(xs)
    x_scale, y_scale = round_scale([x_low, x_high]), round_scale(ys)
    y_low, y_high = y_scale.low, y_scale.high

    def x_at(x: float) -> float:
        return round((x - x_low) / (x_high - x_low) * 100, 2)

    def y_at(y: float) -> float:
        return round(100 - (min(y_high, max(y_low, y)) - y_low) / (y_high - y_low) * 100, 2)

    drawn = [
        DrawnLine(line.name, line.style, " ".join(f"{x_at(x)},{y_at(y)}" for x, y in line.points)) for line in lines
    ]
    shared = [x for x, _ in lines[0].points]
    chosen = _spread(len(shared), table_rows)
    return Curve(
        title=title,
        x_label=x_label,
        y_label=y_label,
        lines=drawn,
        marks=[(x_at(mark.x), y_at(mark.y), mark.text) for mark in marks],
        x_ticks=[(x_at(tick), text) for tick, text in _ticks(x_scale) if x_low <= tick <= x_high],
        y_ticks=[(y_at(tick), text) for tick, text in _ticks(y_scale)],
        head=[x_label, *(line.name for line in lines)],
        rows=[[formats.sig(shared[i]), *(formats.sig(line.points[i][1], 4) for line in lines)] for i in chosen],
    )


def _ticks(scale: Scale) -> list[tuple[float, str]]:
    """Each tick with its text: as many decimals as the step between two of them needs."""
    step = scale.ticks[1] - scale.ticks[0]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [(tick, f"{tick:,.{decimals}f}".replace("-", formats.MINUS)) for tick in scale.ticks]


def _spread(length: int, wanted: int) -> list[int]:
    """About `wanted` places from the first to the last."""
    if length <= wanted:
        return list(range(length))
    return sorted({round(index * (length - 1) / (wanted - 1)) for index in range(wanted)})
