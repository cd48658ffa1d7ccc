"""Charts of what came out: accuracy against cost, and the confusion of labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.ui.figures import Figure, axis, dots, figure, line
from webapp.ui.formats import count, duration, interval, percent

from .figure import Chart
from .names import NamedPoint, Place, place_names

_TICK_CHARACTERS = 18
_MOST_COUNTED = 20
_LEFT, _RIGHT = -0.04, 1.06
"""Ends of the cost axis as shares of the highest cost."""
_STRONG = 0.55
"""From this share on a cell's colour is so strong that its count is written in the colour meant for it."""


@dataclass(frozen=True)
class CostPoint:
    """One method: its accuracy as fractions with interval, and its cost with range, in `cost_unit`."""

    name: str
    accuracy: float
    low: float | None
    high: float | None
    n: int
    cost: float
    cost_low: float | None = None
    cost_high: float | None = None


def frontier(points: Sequence[CostPoint]) -> list[CostPoint]:
    """The points that no other one beats in both accuracy and cost, cheapest first (the Pareto frontier)."""
    best: list[CostPoint] = []
    for point in sorted(points, key=lambda point: (point.cost, -point.accuracy)):
        if not best or point.accuracy > best[-1].accuracy:
            best.append(point)
    return best


def cost_chart(points: Sequence[CostPoint], finding: str, cost_title: str, *, note: str = "") -> Chart:
    """Accuracy against cost with intervals both ways; the frontier is a line and its points are filled."""
    edge = frontier(points)
    steps = line("frontier", [point.cost for point in edge], [point.accuracy for point in edge])
    steps |= {
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": "var(--ink-3)", "width": 1.5, "shape": "hv", "dash": "dot"},
    }
    traces = [steps, *(_dot(point, number + 1, point in edge) for number, point in enumerate(points))]
    y = axis("Accuracy", percent=True) | {"range": _range(points)}
    widest = max((point.cost for point in points), default=0.0) or 1.0
    x = axis(cost_title) | {"range": [_LEFT * widest, _RIGHT * widest]}
    drawn = figure(traces, x=x, y=y, legend=False)
    drawn["layout"]["annotations"] = _names(points, widest, *y["range"])
    rows = [
        (point.name, interval(_measured(point)), _cost_text(point, cost_title), "yes" if point in edge else "no")
        for point in points
    ]
    return Chart("cost", finding, drawn, ("Method", "Accuracy", cost_title, "On the frontier"), rows, note)


def _measured(point: CostPoint) -> dict[str, object]:
    return {"value": point.accuracy, "low": point.low, "high": point.high, "n": point.n}


def _cost_text(point: CostPoint, title: str) -> str:
    return duration(point.cost, exact=True) if "seconds" in title else f"{point.cost:.4g}"


def _dot(point: CostPoint, series: int, on_frontier: bool) -> dict[str, Any]:
    """One method; a filled marker is on the frontier, an open one is not."""
    has_cost_range = point.cost_low is not None and point.cost_high is not None
    made = dots(
        point.name,
        [point.cost],
        [point.accuracy],
        series=series,
        x_low=[point.cost_low or 0.0] if has_cost_range else None,
        x_high=[point.cost_high or 0.0] if has_cost_range else None,
        y_low=None if point.low is None else [point.low],
        y_high=None if point.high is None else [point.high],
    )
    if not on_frontier:
        made["marker"]["symbol"] += "-open"
    return made | {"cliponaxis": False, "hovertemplate": f"{point.name}: {interval(_measured(point))}<extra></extra>"}


def _names(points: Sequence[CostPoint], widest: float, bottom: float, top: float) -> list[dict[str, Any]]:
    """Each method's name beside its point, clear of the others."""
    tall = top - bottom
    named = [
        NamedPoint(
            point.name,
            (point.cost / widest - _LEFT) / (_RIGHT - _LEFT),
            (point.accuracy - bottom) / tall,
            ((point.accuracy if point.low is None else point.low) - bottom) / tall,
            ((point.accuracy if point.high is None else point.high) - bottom) / tall,
        )
        for point in points
    ]
    return [_name(point, place) for point, place in zip(points, place_names(named), strict=True)]


def _name(point: CostPoint, place: Place) -> dict[str, Any]:
    return {
        "x": point.cost,
        "y": point.accuracy,
        "text": point.name,
        "showarrow": False,
        "xanchor": "right" if place.is_left else "left",
        "xshift": -10 if place.is_left else 10,
        "yshift": place.up,
        "font": {"color": "var(--ink)"},
    }


def _range(points: Sequence[CostPoint]) -> list[float]:
    """From a round share below the lowest bound to a little above the highest, inside 0 to 1."""
    low = min((point.low if point.low is not None else point.accuracy for point in points), default=0.0)
    high = max((point.high if point.high is not None else point.accuracy for point in points), default=1.0)
    return [max(0.0, 0.1 * (low // 0.1) - 0.02), min(1.05, high + 0.06)]


def confusion_chart(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Chart:
    """A heat map of expected (rows) against predicted (columns) labels, as shares of each row.

    counts: [labels, labels or more]; a last column beyond the labels holds answers that are none of them.
    """
    columns = [*labels, *["no label"] * (len(counts[0]) - len(labels) if counts else 0)]
    shares = [[cell / sum(row) if sum(row) else 0.0 for cell in row] for row in counts]
    drawn: Figure = figure(
        [
            {
                "type": "heatmap",
                "x": columns,
                "y": list(labels),
                "z": shares,
                "zmin": 0,
                "zmax": 1,
                "colorscale": [[0, "var(--paper)"], [1, "var(--series-1)"]],
                "xgap": 1,
                "ygap": 1,
                "showscale": False,
                "hovertemplate": "expected %{y}<br>predicted %{x}<br>%{z:.1%}<extra></extra>",
            },
            *([_counts_in_cells(labels, columns, counts, shares)] if len(labels) <= _MOST_COUNTED else []),
        ],
        x=axis("Predicted label") | _named_ticks(columns),
        y=axis("Expected label") | _named_ticks(labels) | {"autorange": "reversed"},
        legend=False,
    )
    note = "The stronger the colour, the larger the share of its row. What is right lies on the diagonal."
    rows = [(label, *(count(cell) for cell in row)) for label, row in zip(labels, counts, strict=True)]
    return Chart("confusion", confusion_finding(labels, counts), drawn, ("Expected", *columns), rows, note, "tall")


def _counts_in_cells(
    labels: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]], shares: Sequence[Sequence[float]]
) -> dict[str, Any]:
    """The counts as text of their own: plotly's would be grey on strong cells, which the dark theme cannot take."""
    cells = [(row, column) for row in range(len(labels)) for column in range(len(columns)) if counts[row][column]]
    strong = [shares[row][column] > _STRONG for row, column in cells]
    return {
        "type": "scatter",
        "mode": "text",
        "name": "counts",
        "x": [columns[column] for _, column in cells],
        "y": [labels[row] for row, _ in cells],
        "text": [str(counts[row][column]) for row, column in cells],
        "textfont": {"color": ["var(--on-accent)" if each else "var(--ink)" for each in strong]},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _named_ticks(labels: Sequence[str]) -> dict[str, Any]:
    """An axis of labels, long ones cut; the table and the label under the pointer have them whole."""
    texts = [
        label if len(label) <= _TICK_CHARACTERS else label[: _TICK_CHARACTERS - 1].rstrip() + "…" for label in labels
    ]
    return {"type": "category", "tickmode": "array", "tickvals": list(labels), "ticktext": texts}


def confusion_finding(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """The most frequent mistake, in a sentence."""
    mistakes = [
        (cell, expected, column)
        for expected, row in enumerate(counts)
        for column, cell in enumerate(row)
        if column != expected and cell
    ]
    wrong = sum(cell for cell, _, _ in mistakes)
    if not mistakes:
        return "No label was taken for another"
    outside = sum(cell for cell, _, column in mistakes if column == len(labels))
    if outside > wrong / 2:
        return f"{count(outside)} of {count(wrong)} mistakes name none of the labels"
    cell, expected, column = max(mistakes)
    taken = f"“{labels[column]}”" if column < len(labels) else "no label"
    share = f"{count(cell)} of {count(wrong)} mistakes ({percent(cell / wrong)})"
    return f"The most frequent mistake takes “{labels[expected]}” for {taken}: {share}"
