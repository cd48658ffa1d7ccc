"""From a figure's traces to paths: lines, bands, points with intervals, bars, cells, texts."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from .scales import Scale, lines
from .scene import Disc, Item, Paint, Path, Point, Text

Trace = dict[str, Any]

_DASHES = {"dash": (5.0, 3.0), "dot": (1.5, 2.5), "dashdot": (5.0, 2.5, 1.5, 2.5)}
_LONG_DASHES = {"longdash": (8.0, 3.0), "longdashdot": (8.0, 2.5, 1.5, 2.5)}


def dash(name: str) -> tuple[float, ...]:
    """Plotly's name of a dash as lengths in points; none for a solid line."""
    return (_DASHES | _LONG_DASHES).get(name, ())


def marks(traces: Sequence[Trace], x: Scale, y: Scale) -> Iterator[Item]:
    """Everything that the traces draw, in order. Raises `ValueError` on a type that is not drawn on paper."""
    for index, trace in enumerate(traces):
        if trace["type"] not in _DRAWN:
            raise ValueError(f"a trace of type {trace['type']!r} is not drawn as vectors")
        if trace.get("fill") == "tonexty":
            yield _between(traces[index - 1], trace, x, y)
        yield from _DRAWN[trace["type"]](trace, x, y)


def _points(trace: Trace, x: Scale, y: Scale) -> list[Point | None]:
    pairs = zip(trace["x"], trace["y"], strict=True)
    return [None if a is None or b is None else (x.at(a), y.at(b)) for a, b in pairs]


def _between(below: Trace, above: Trace, x: Scale, y: Scale) -> Path:
    first = [point for point in _points(below, x, y) if point]
    second = [point for point in _points(above, x, y) if point]
    return Path([*first, *reversed(second)], fill=Paint.named(above["fillcolor"]), is_closed=True)


def _scatter(trace: Trace, x: Scale, y: Scale) -> Iterator[Item]:
    mode = trace.get("mode", "lines")
    points = _points(trace, x, y)
    if "lines" in mode and trace["line"].get("width", 2):
        yield from _polyline(points, trace["line"])
    for name, is_along_x in (("error_x", True), ("error_y", False)):
        if trace.get(name):
            yield from _intervals(trace, name, is_along_x, x, y)
    if "markers" in mode:
        fill = Paint.named(trace["marker"]["color"])
        radius = trace["marker"].get("size", 7) * 0.36
        symbol = trace["marker"].get("symbol", "circle")
        yield from (marker(point, symbol, radius, fill) for point in points if point)
    if "text" in mode and "textposition" not in trace:
        yield from _texts(trace, points)


def _polyline(points: Sequence[Point | None], line: Trace) -> Iterator[Path]:
    """One path for each run of known points."""
    run: list[Point] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
            continue
        if len(run) > 1:
            width = line.get("width", 2) * 0.75
            yield Path(run, stroke=Paint.named(line["color"]), width=width, dash=dash(line.get("dash", "solid")))
        run = []


def marker(centre: Point, symbol: str, radius: float, fill: Paint) -> Item:
    """A point of a series; the shapes that the figures use, a circle for any other."""
    x, y = centre
    corners = {"square": (4, 45.0), "diamond": (4, 0.0), "triangle-up": (3, -90.0)}.get(symbol.removesuffix("-open"))
    if corners is None:
        return Disc(centre, radius, fill)
    count, turn = corners
    angles = [math.radians(turn + 360 / count * corner) for corner in range(count)]
    reach = radius * 1.25
    shape = [(x + reach * math.cos(angle), y + reach * math.sin(angle)) for angle in angles]
    return Path(shape, fill=fill, is_closed=True)


def _intervals(trace: Trace, name: str, is_along_x: bool, x: Scale, y: Scale) -> Iterator[Path]:
    error = trace[name]
    paint = Paint.named(error["color"])
    for a, b, more, less in zip(trace["x"], trace["y"], error["array"], error["arrayminus"], strict=True):
        if is_along_x:
            ends = [(x.at(a - less), y.at(b)), (x.at(a + more), y.at(b))]
            caps = [[(px, py - 2.5), (px, py + 2.5)] for px, py in ends]
        else:
            ends = [(x.at(a), y.at(b - less)), (x.at(a), y.at(b + more))]
            caps = [[(px - 2.5, py), (px + 2.5, py)] for px, py in ends]
        for path in (ends, *caps):
            yield Path(path, stroke=paint, width=1.1)


def _texts(trace: Trace, points: Sequence[Point | None]) -> Iterator[Text]:
    colours = trace["textfont"]["color"]
    paints = [colours] * len(points) if isinstance(colours, str) else colours
    for point, text, paint in zip(points, trace["text"], paints, strict=True):
        if point:
            yield Text(point[0], point[1] + 2.6, lines(text)[0], Paint.named(paint), 7.5, "middle")


def _bars(trace: Trace, x: Scale, y: Scale) -> Iterator[Path]:
    """Bars from their base, 0 unless stated; their width is in units of the axis they stand on."""
    flat = trace.get("orientation") == "h"
    stand, grow = (y, x) if flat else (x, y)
    places, lengths = (trace["y"], trace["x"]) if flat else (trace["x"], trace["y"])
    colours = trace["marker"]["color"]
    bases, widths = _each(trace.get("base", 0), len(places)), _each(trace.get("width", 0.8), len(places))
    paints = [colours] * len(places) if isinstance(colours, str) else colours
    for place, length, base, width, paint in zip(places, lengths, bases, widths, paints, strict=True):
        middle = stand.names.index(place) if isinstance(place, str) else place
        sides = (stand.at(middle - width / 2), stand.at(middle + width / 2))
        ends = (grow.at(base), grow.at(base + length))
        if abs(ends[1] - ends[0]) < 0.75:
            ends = (ends[0], ends[0] + math.copysign(0.75, ends[1] - ends[0]))  # a bar of next to nothing is still seen
        yield box(*((*ends, *sides) if flat else (*sides, *ends)), Paint.named(paint))


def _each(value: Any, count: int) -> list[float]:
    return list(value) if isinstance(value, list) else [value] * count


def box(x0: float, x1: float, y0: float, y1: float, fill: Paint | None, stroke: Paint | None = None) -> Path:
    """A rectangle by its sides."""
    return Path([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], fill=fill, stroke=stroke, width=1.5, is_closed=True)


def _cells(trace: Trace, x: Scale, y: Scale) -> Iterator[Path]:
    stops = [(stop, Paint.named(colour).token) for stop, colour in trace["colorscale"]]
    low, high = trace["zmin"], trace["zmax"]
    for row, values in enumerate(trace["z"]):
        for column, value in enumerate(values):
            if value is None:
                continue
            share = min(1.0, max(0.0, (value - low) / (high - low)))
            sides = x.at(column - 0.49), x.at(column + 0.49), y.at(row - 0.49), y.at(row + 0.49)
            yield box(*sides, _mixed(stops, share))


def _mixed(stops: Sequence[tuple[float, str]], share: float) -> Paint:
    for (low, first), (high, second) in pairwise(stops):
        if share <= high:
            return Paint(second, other=first, share=(share - low) / (high - low))
    return Paint(stops[-1][1])


_DRAWN: dict[str, Callable[[Trace, Scale, Scale], Iterator[Item]]] = {
    "scatter": _scatter,
    "bar": _bars,
    "heatmap": _cells,
}
