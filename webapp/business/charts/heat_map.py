"""The net present value for each pair of accuracy and volume, and where it turns from loss to gain."""

from collections.abc import Sequence
from typing import Any

from webapp.jobs.charts.figure import Chart
from webapp.ui.figures import Trace, axis, figure
from webapp.ui.formats import count, percent

from .parts import amount, rounded, rounded_all

_STRONG = 0.6
"""From this share of the largest value on a cell is so strong that its number is written in the colour meant for it."""


def heat_map_chart(
    accuracies: Sequence[float],
    volumes: Sequence[float],
    values: Sequence[Sequence[float]],
    *,
    currency: str,
    base: tuple[float, float] | None = None,
    accuracy_label: str = "Accuracy",
    volume_label: str = "Items a month",
) -> Chart:
    """A cell for each pair. values: [accuracies, volumes]; base: accuracy and volume as planned, framed if on the grid.

    Six by seven cells is what a phone shows with numbers in them.
    """
    columns = [count(round(volume)) for volume in volumes]
    names = [percent(accuracy) for accuracy in accuracies]
    largest = max((abs(value) for row in values for value in row), default=0.0) or 1.0
    drawn = figure(
        [_cells(columns, names, values, largest, currency), *_numbers(columns, names, values, largest)],
        x=axis(volume_label)
        | {"type": "category", "showgrid": False, "tickangle": 0, "tickfont": {"size": 11, "color": "var(--ink-3)"}},
        y=axis(accuracy_label) | {"type": "category", "showgrid": False},
        legend=False,
    )
    drawn["layout"]["shapes"] = _frame(accuracies, volumes, base)
    return Chart(
        "heat-map",
        heat_map_finding(accuracies, volumes, values, currency, base),
        drawn,
        (accuracy_label, *columns),
        [
            (name, *(amount(value, currency) for value in row))
            for name, row in reversed(list(zip(names, values, strict=True)))
        ],
        note=_note(largest, currency, is_framed=base is not None),
        shape="tall",
    )


_UNITS = {"thousands of ": 1e3, "millions of ": 1e6, "billions of ": 1e9, "trillions of ": 1e12}


def _unit(largest: float) -> tuple[str, float]:
    """The unit in which whole numbers have enough digits to tell cells apart and few enough to fit: 100 to 99,999."""
    return next(((words, size) for words, size in reversed(_UNITS.items()) if largest >= 100 * size), ("", 1.0))


def _note(largest: float, currency: str, *, is_framed: bool) -> str:
    frame = " The framed cell is nearest to the plan." if is_framed else ""
    return f"Net present value in {_unit(largest)[0]}{currency.upper()}; a minus sign is a loss.{frame}"


def _cells(
    columns: Sequence[str], names: Sequence[str], values: Sequence[Sequence[float]], largest: float, currency: str
) -> Trace:
    return {
        "type": "heatmap",
        "x": list(columns),
        "y": list(names),
        "z": [rounded_all(row) for row in values],
        "zmin": rounded(-largest),
        "zmax": rounded(largest),
        "colorscale": [[0, "var(--series-6)"], [0.5, "var(--surface)"], [1, "var(--series-1)"]],
        "xgap": 1,
        "ygap": 1,
        "showscale": False,
        "text": [[amount(value, currency) for value in row] for row in values],
        "hovertemplate": "%{y} at %{x} items<br>%{text}<extra></extra>",
    }


def _numbers(
    columns: Sequence[str], names: Sequence[str], values: Sequence[Sequence[float]], largest: float
) -> list[Trace]:
    """The numbers as text of their own, in the unit of the largest and without currency: short enough for a phone."""
    scale = _unit(largest)[1]
    cells = [(row, column) for row in range(len(names)) for column in range(len(columns))]
    strong = [abs(values[row][column]) > _STRONG * largest for row, column in cells]
    return [
        {
            "type": "scatter",
            "mode": "text",
            "name": "numbers",
            "x": [columns[column] for _, column in cells],
            "y": [names[row] for row, _ in cells],
            "text": [count(round(values[row][column] / scale)) for row, column in cells],
            "textfont": {"color": ["var(--on-accent)" if each else "var(--ink)" for each in strong], "size": 12},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]


def _frame(accuracies: Sequence[float], volumes: Sequence[float], base: tuple[float, float] | None) -> list[Trace]:
    """A frame around the cell nearest to the plan."""
    if base is None:
        return []
    row = min(range(len(accuracies)), key=lambda index: abs(accuracies[index] - base[0]))
    column = min(range(len(volumes)), key=lambda index: abs(volumes[index] - base[1]))
    frame: dict[str, Any] = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return [{"type": "rect", "line": {"color": "var(--ink)", "width": 2}, **frame}]


def turning_accuracy(accuracies: Sequence[float], values: Sequence[float]) -> float | None:
    """The accuracy at which values (ascending in accuracy) reach 0, on a straight line between cells; or None."""
    for index in range(1, len(values)):
        low, high = values[index - 1], values[index]
        if low < 0 <= high:
            return accuracies[index - 1] + (accuracies[index] - accuracies[index - 1]) * -low / (high - low)
    return None


def heat_map_finding(
    accuracies: Sequence[float],
    volumes: Sequence[float],
    values: Sequence[Sequence[float]],
    currency: str,
    base: tuple[float, float] | None = None,
) -> str:
    """From which accuracy on the plan pays at its volume, in a sentence."""
    everything = [value for row in values for value in row]
    if min(everything) >= 0:
        return f"It pays in every cell: at worst {amount(min(everything), currency)}"
    if max(everything) <= 0:
        return f"It pays in no cell: at best {amount(max(everything), currency)}"
    column = len(volumes) // 2
    if base is not None:
        column = min(range(len(volumes)), key=lambda index: abs(volumes[index] - base[1]))
    found = turning_accuracy(accuracies, [row[column] for row in values])
    volume = count(round(volumes[column]), "item")
    if found is not None:
        return f"At {volume} a month it pays above {percent(found)} accuracy"
    gains = values[0][column] >= 0
    return f"At {volume} a month it {'pays' if gains else 'loses'} at every accuracy shown"
