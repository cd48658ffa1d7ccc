"""A figure as a scene: the frame around the marks is laid out here, as Plotly does it in a browser."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal

from webapp.ui.figures import Figure

from . import marks
from .scales import Scale, lines, scale, ticks
from .scene import Item, Paint, Path, Scene, Text, text_width

_SIZE = 7.5
_LEADING = 9.0
_INK, _MUTED, _GRID, _AXIS = Paint("ink"), Paint("ink-3"), Paint("line"), Paint("line-2")


def draw(figure: Figure, width: float, height: float) -> Scene:
    """The whole chart in a box of that many points. Raises `ValueError` for a trace that only a browser can draw."""
    traces, layout = figure["data"], _fitted(figure["layout"], height)
    legend = [trace for trace in traces if trace.get("showlegend", True)] if layout.get("showlegend") else []
    left, right, top, bottom = _margins(traces, layout, width, height, bool(legend))
    x = scale(layout["xaxis"], _values(traces, "x"), left, width - right)
    y = scale(layout["yaxis"], _values(traces, "y"), height - bottom, top)
    scene = Scene(width, height)
    scene.items += _grid(layout, x, y)
    scene.items += marks.marks(traces, x, y)
    scene.items += _shapes(layout, x, y)
    scene.items += _labels(layout, x, y)
    scene.items += _titles(layout, x, y, width, height)
    scene.items += _legend(legend, left, width)
    scene.items += _annotations(layout, x, y, width)
    return scene


def _fitted(layout: dict[str, Any], height: float) -> dict[str, Any]:
    """The layout with rows of two lines as one line each where the rows are too close for two."""
    texts = layout["yaxis"].get("ticktext", ())
    if not any("<br>" in text for text in texts) or height / (len(texts) + 1) > 2.2 * _LEADING:
        return layout
    return layout | {"yaxis": layout["yaxis"] | {"ticktext": [text.replace("<br>", "   ") for text in texts]}}


def _values(traces: Sequence[dict[str, Any]], name: str) -> list[Any]:
    found = [value for trace in traces for value in trace.get(name, ())]
    for trace in traces:
        if trace["type"] == "bar" and (name == "x") == (trace.get("orientation") == "h"):
            bases = trace.get("base", [0] * len(trace[name]))
            found += [*bases, *(base + value for base, value in zip(bases, trace[name], strict=True))]
    return found


def _margins(
    traces: Sequence[dict[str, Any]], layout: dict[str, Any], width: float, height: float, has_legend: bool
) -> tuple[float, float, float, float]:
    """Left, right, top and bottom: room for the texts at the axes, the axes' titles and the legend."""
    y = scale(layout["yaxis"], _values(traces, "y"), height, 0.0)
    widest = max((text_width(line, _SIZE) for _, text in ticks(layout["yaxis"], y) for line in text), default=0.0)
    left = widest + 6 + (12 if layout["yaxis"]["title"]["text"] else 0)
    bottom = 14 + (12 if layout["xaxis"]["title"]["text"] else 0)
    return left, 14.0, 18.0 if has_legend else 6.0, bottom


def _grid(layout: dict[str, Any], x: Scale, y: Scale) -> Iterator[Path]:
    for value, _ in ticks(layout["xaxis"], x) if layout["xaxis"].get("showgrid", True) else ():
        yield Path([(x.at(value), y.start), (x.at(value), y.end)], stroke=_GRID, width=0.5)
    for value, _ in ticks(layout["yaxis"], y) if layout["yaxis"].get("showgrid", True) else ():
        yield Path([(x.start, y.at(value)), (x.end, y.at(value))], stroke=_GRID, width=0.5)
    for axis, across, along in ((layout["xaxis"], x, y), (layout["yaxis"], y, x)):
        if axis.get("zeroline") and not across.names and across.low <= 0 <= across.high:
            place = across.at(0)
            line = (
                [(place, along.start), (place, along.end)]
                if across is x
                else [(along.start, place), (along.end, place)]
            )
            yield Path(line, stroke=_AXIS, width=0.8)


def _shapes(layout: dict[str, Any], x: Scale, y: Scale) -> Iterator[Path]:
    """Dashed lines across the plot and frames around cells."""
    for shape in layout.get("shapes", ()):
        sides = [_place(shape, side, along) for side, along in (("x0", x), ("x1", x), ("y0", y), ("y1", y))]
        paint = Paint.named(shape["line"]["color"])
        if shape["type"] == "rect":
            yield marks.box(sides[0], sides[1], sides[2], sides[3], None, paint)
        else:
            points = [(sides[0], sides[2]), (sides[1], sides[3])]
            yield Path(points, stroke=paint, width=1.0, dash=marks.dash(shape["line"].get("dash", "solid")))


def _place(thing: dict[str, Any], side: str, along: Scale) -> float:
    """Where a shape's or note's side lies: a share of the plot (`paper`), or a value of the axis."""
    if thing.get(f"{side[0]}ref") == "paper":
        return along.start + float(thing[side]) * (along.end - along.start)
    return along.at(thing[side])


def _labels(layout: dict[str, Any], x: Scale, y: Scale) -> Iterator[Text]:
    for place, label in _apart([(x.at(value), text[0]) for value, text in ticks(layout["xaxis"], x)]):
        yield Text(place, y.start + 10, label, _MUTED, _SIZE, "middle")
    for value, text in ticks(layout["yaxis"], y):
        first = y.at(value) + 2.6 - (len(text) - 1) * _LEADING / 2
        for number, line in enumerate(text):
            paint = _MUTED if number or len(text) == 1 else _INK
            yield Text(x.start - 5, first + number * _LEADING, line, paint, _SIZE, "end")


def _apart(texts: Sequence[tuple[float, str]]) -> Sequence[tuple[float, str]]:
    """Every text at its place if they keep apart, else every second, third and so on from the first."""
    for step in range(1, len(texts)):
        kept = texts[::step]
        if all(
            abs(next_place - place) >= (text_width(text, _SIZE) + text_width(following, _SIZE)) / 2 + 3
            for (place, text), (next_place, following) in pairwise(kept)
        ):
            return kept
    return texts[:1]


def _titles(layout: dict[str, Any], x: Scale, y: Scale, width: float, height: float) -> Iterator[Text]:
    if layout["xaxis"]["title"]["text"]:
        middle = (x.start + x.end) / 2
        yield Text(middle, height - 3, lines(layout["xaxis"]["title"]["text"])[0], _MUTED, _SIZE, "middle")
    if layout["yaxis"]["title"]["text"]:
        middle = (y.start + y.end) / 2
        yield Text(8, middle, lines(layout["yaxis"]["title"]["text"])[0], _MUTED, _SIZE, "middle", is_turned=True)


def _legend(traces: Sequence[dict[str, Any]], left: float, width: float) -> Iterator[Item]:
    names = [lines(str(trace["name"]))[0] for trace in traces]
    # as far left as it needs to end on the paper
    place = max(0.0, min(left, width - sum(text_width(name, _SIZE) + 36 for name in names)))
    for trace in traces:
        if "line" in trace:
            line = trace["line"]
            paint = Paint.named(line["color"])
            yield Path(
                [(place, 6.5), (place + 18, 6.5)], stroke=paint, width=1.5, dash=marks.dash(line.get("dash", ""))
            )
            place += 22
        else:
            colour = trace["marker"]["color"]
            yield marks.box(place, place + 8, 3, 10, Paint.named(colour if isinstance(colour, str) else colour[0]))
            place += 12
        name = lines(str(trace["name"]))[0]
        yield Text(place, 9.2, name, Paint("ink-2"), _SIZE)
        place += text_width(name, _SIZE) + 14


def _annotations(layout: dict[str, Any], x: Scale, y: Scale, width: float) -> Iterator[Text]:
    anchors: dict[str, Literal["start", "middle", "end"]] = {"left": "start", "center": "middle", "right": "end"}
    for note in layout.get("annotations", ()):
        if not note["text"]:
            continue
        size = _SIZE
        text = lines(note["text"])[0]
        drop = {"top": size, "middle": size * 0.36, "bottom": -2.0}[note.get("yanchor", "middle")]
        place = _place(note, "x", x) + note.get("xshift", 0) * 0.6
        anchor = anchors[note.get("xanchor", "center")]
        reach = text_width(text, size)
        if anchor == "start":
            place = min(place, width - reach)
        elif anchor == "end":
            place = max(place, reach)
        paint = Paint.named(note["font"]["color"])
        yield Text(place, _place(note, "y", y) + drop - note.get("yshift", 0) * 0.6, text, paint, size, anchor)
