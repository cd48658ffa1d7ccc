"""Charts as plain dicts in Plotly's shape, and the table beside each.

One place for the layout. Colours are named as `var(--series-1)` (with an opacity: `var(--series-1)/0.15`); charts.js
puts in the theme's values. Nothing here imports plotly: the drawing happens in the browser.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

Figure = dict[str, Any]
Trace = dict[str, Any]
Axis = dict[str, Any]

SERIES = 6
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_MARKERS = ("circle", "diamond", "square", "triangle-up", "cross", "star")


def colour(series: int, opacity: float | None = None) -> str:
    """The colour of a series (1, 2, ...; after the sixth they begin again)."""
    name = f"var(--series-{(series - 1) % SERIES + 1})"
    return name if opacity is None else f"{name}/{opacity:g}"


def axis(
    title: str, *, unit: str = "", log: bool = False, percent: bool = False, zero: bool = False, prefix: str = ""
) -> Axis:
    """An axis whose title ends with its unit: `axis("Loss", unit="nats")`.

    percent: values are fractions, shown as 49%; zero: the axis begins at zero; prefix: stands before each value, `$`.
    """
    made: Axis = {"title": {"text": f"{title} ({unit})" if unit else title}}
    if log:
        made |= {"type": "log", "dtick": 1, "tickformat": "~g"}
    if prefix:
        made["tickprefix"] = prefix
    if percent:
        made["tickformat"] = ".0%"
    if zero:
        made["rangemode"] = "tozero"
    return made


def line(name: str, x: Sequence[Any], y: Sequence[Any], *, series: int = 1, markers: bool = False) -> Trace:
    """A line; each series has its own dash, so that colour is not needed to tell them apart. x, y: [points]."""
    return {
        "type": "scatter",
        "mode": "lines+markers" if markers else "lines",
        "name": name,
        "x": list(x),
        "y": list(y),
        "line": {"color": colour(series), "width": 2, "dash": _DASHES[(series - 1) % SERIES]},
        "marker": {"color": colour(series), "size": 7, "symbol": _MARKERS[(series - 1) % SERIES]},
    }


def band(name: str, x: Sequence[Any], low: Sequence[Any], high: Sequence[Any], *, series: int = 1) -> list[Trace]:
    """An interval around a line, as two traces. x, low, high: [points]."""
    shared: Trace = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    return [
        shared | {"name": f"{name}, low", "x": list(x), "y": list(low)},
        shared
        | {
            "name": f"{name}, high",
            "x": list(x),
            "y": list(high),
            "fill": "tonexty",
            "fillcolor": colour(series, 0.15),
        },
    ]


def _errors(values: Sequence[float], lows: Sequence[float] | None, highs: Sequence[float] | None, series: int) -> Trace:
    """Plotly's error bar from absolute bounds."""
    if lows is None or highs is None:
        return {}
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value for value, high in zip(values, highs, strict=True)],
        "arrayminus": [value - low for value, low in zip(values, lows, strict=True)],
        "color": colour(series),
        "thickness": 1.5,
        "width": 4,
    }


def dots(
    name: str,
    x: Sequence[float],
    y: Sequence[float],
    *,
    series: int = 1,
    x_low: Sequence[float] | None = None,
    x_high: Sequence[float] | None = None,
    y_low: Sequence[float] | None = None,
    y_high: Sequence[float] | None = None,
    labels: Sequence[str] | None = None,
) -> Trace:
    """Points with intervals both ways and, if given, a label at each. All arguments: [points]."""
    made: Trace = {
        "type": "scatter",
        "mode": "markers+text" if labels else "markers",
        "name": name,
        "x": list(x),
        "y": list(y),
        "marker": {"color": colour(series), "size": 10, "symbol": _MARKERS[(series - 1) % SERIES]},
        "error_x": _errors(x, x_low, x_high, series),
        "error_y": _errors(y, y_low, y_high, series),
    }
    if not labels:
        return made
    middle = (min(x) + max(x)) / 2 if len(x) > 1 else math.inf
    # away from the nearer edge, and beside the interval rather than on it
    return made | {"text": list(labels), "textposition": [f"middle {'left' if at > middle else 'right'}" for at in x]}


def bars(name: str, x: Sequence[Any], y: Sequence[Any], *, series: int = 1, horizontal: bool = False) -> Trace:
    """Bars; horizontal: x are the lengths, y the names. x, y: [bars]."""
    made: Trace = {"type": "bar", "name": name, "x": list(x), "y": list(y), "marker": {"color": colour(series)}}
    return made | ({"orientation": "h"} if horizontal else {})


def marker_line(value: float, label: str, *, vertical: bool = False) -> tuple[Trace, Trace]:
    """A dashed line across the plot (a baseline, a limit) and its label: a shape and an annotation for `figure`."""
    along, across = ("x", "y") if vertical else ("y", "x")
    shape: Trace = {
        "type": "line",
        f"{along}0": value,
        f"{along}1": value,
        f"{across}0": 0,
        f"{across}1": 1,
        f"{across}ref": "paper",
        "line": {"color": "var(--ink-3)", "width": 1.5, "dash": "dash"},
    }
    note: Trace = {
        along: value,
        across: 1 if vertical else 0,
        f"{across}ref": "paper",
        "text": label,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "top" if vertical else "bottom",
        "font": {"color": "var(--ink-3)", "size": 12},
    }
    return shape, note


def clean(value: Any) -> Any:
    """The same data with what JSON cannot hold (nan, infinity) as None, and tuples as lists."""
    if isinstance(value, dict):
        return {str(key): clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def figure(
    traces: Iterable[Trace],
    *,
    x: Axis,
    y: Axis,
    lines: Iterable[tuple[Trace, Trace]] = (),
    legend: bool | None = None,
    stacked: bool = False,
) -> Figure:
    """A whole chart. The legend shows from two named series on, unless said otherwise. `lines`: see `marker_line`."""
    data = list(traces)
    marked = list(lines)
    shown = sum(1 for trace in data if trace.get("showlegend", True))
    layout = {
        "xaxis": _merged(x),
        "yaxis": _merged({"zeroline": False} | y),
        "showlegend": shown > 1 if legend is None else legend,
        "shapes": [shape for shape, _ in marked],
        "annotations": [note for _, note in marked],
    }
    if stacked:
        layout["barmode"] = "stack"
    made: Figure = clean({"data": data, "layout": _LAYOUT | layout})
    return made


_LAYOUT: dict[str, Any] = {
    "autosize": True,
    "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"color": "var(--ink-2)", "size": 13},
    "hoverlabel": {"bgcolor": "var(--surface)", "bordercolor": "var(--line-2)", "font": {"color": "var(--ink)"}},
    "hovermode": "closest",
    "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
    "separators": ".,",
    # the same revision at each redraw keeps the reader's zoom
    "uirevision": "kept",
}
_AXIS: Axis = {
    "automargin": True,
    "gridcolor": "var(--line)",
    "linecolor": "var(--line-2)",
    "zerolinecolor": "var(--line-2)",
    "ticks": "",
    "title": {"text": "", "standoff": 12, "font": {"size": 13, "color": "var(--ink-3)"}},
    "tickfont": {"size": 12, "color": "var(--ink-3)"},
}


def _merged(given: Axis) -> Axis:
    return _AXIS | given | {"title": _AXIS["title"] | given.get("title", {})}


def table(made: Figure) -> tuple[list[str], list[list[Any]]]:
    """The figure's data as a table: head and rows, one row for each x, one column for each named series."""
    shown = [trace for trace in made["data"] if trace.get("showlegend", True)]
    flat = any(trace.get("orientation") == "h" for trace in shown)
    along, across = ("y", "x") if flat else ("x", "y")
    places: dict[Any, list[Any]] = {}
    for column, trace in enumerate(shown):
        for place, value in zip(trace.get(along, ()), trace.get(across, ()), strict=False):
            places.setdefault(place, [None] * len(shown))[column] = value
    head = [made["layout"][f"{along}axis"]["title"]["text"], *(str(trace.get("name", "")) for trace in shown)]
    return head, [[place, *values] for place, values in places.items()]
