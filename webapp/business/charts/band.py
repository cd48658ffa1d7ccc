"""Net value over time: the median and the band around it, with the point where it has paid back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.jobs.charts.figure import Chart
from webapp.ui.figures import Axis, axis, band, figure, line
from webapp.ui.formats import count, sig

from .parts import amount, money_axis, rounded_all, thinned

_TABLE_ROWS = 13


@dataclass(frozen=True)
class Band:
    """Running sum of discounted net flows by month: P10, P50 and P90 of the trials, `[months]` each."""

    months: Sequence[float]
    low: Sequence[float]
    middle: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Payback:
    """Months until it has paid back: P10, P50 and P90 of the trials; None is never within the horizon."""

    early: float | None
    middle: float | None
    late: float | None


def band_chart(value: Band, payback: Payback, *, currency: str, matters_most: str = "") -> Chart:
    """Discounted net value by month. `matters_most`: the label of the input with the longest bar of the tornado."""
    at = thinned(len(value.months))
    months = rounded_all(value.months[index] for index in at)
    low, middle, high = (rounded_all(line[index] for index in at) for line in (value.low, value.middle, value.high))
    traces = [*band("P10 to P90", months, low, high), line("median", months, middle)]
    marked = _payback_marks(payback)
    drawn = figure(
        [*traces, *marked],
        x=_month_axis(value.months[-1]),
        y=money_axis("Value so far", [*low, *middle, *high], currency),
        legend=False,
    )
    drawn["layout"]["annotations"] = _payback_note(payback, value.months[-1])
    return Chart(
        "npv-band",
        band_finding(payback, value.months[-1], matters_most),
        drawn,
        ("Month", "P10", "Median", "P90"),
        [
            (
                sig(value.months[index]),
                *(amount(line[index], currency) for line in (value.low, value.middle, value.high)),
            )
            for index in _rows(len(value.months))
        ],
        note="Sum of all benefits less costs up to each month, discounted to today. 80 of 100 simulated futures lie in "
        "the band. The diamond is the payback, which counts money undiscounted.",
    )


def _rows(months: int) -> list[int]:
    """Whole years, and the last month, while they fit; evenly spread rows otherwise."""
    step = 12 if months > 2 * _TABLE_ROWS else 3 if months > _TABLE_ROWS else 1
    found = [*range(0, months, step)]
    if found[-1] != months - 1:
        found.append(months - 1)
    return found if len(found) <= _TABLE_ROWS else thinned(months, _TABLE_ROWS)


def _month_axis(horizon: float) -> Axis:
    """Ticks at quarters, half-years or years, never more than seven: they stand apart on a phone."""
    steps = (1, 2, 3, 6, 12, 24, 36, 60, 120)
    step = next((step for step in steps if horizon / step <= 6), 120)
    return axis("Month") | {"range": [0, horizon], "tick0": 0, "dtick": step, "tickangle": 0}


def _payback_marks(payback: Payback) -> list[dict[str, Any]]:
    if payback.middle is None:
        return []
    early = payback.middle if payback.early is None else payback.early
    reach: dict[str, Any] = {
        "type": "data",
        "symmetric": False,
        "array": rounded_all([(payback.late if payback.late is not None else payback.middle) - payback.middle]),
        "arrayminus": rounded_all([payback.middle - early]),
        "color": "var(--ink)",
        "thickness": 1.5,
        "width": 5,
    }
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "payback",
            "x": rounded_all([payback.middle]),
            "y": [0],
            "marker": {"color": "var(--ink)", "size": 9, "symbol": "diamond"},
            "error_x": reach,
            "hovertemplate": f"pays back in month {sig(payback.middle)}<extra></extra>",
            "showlegend": False,
            "cliponaxis": False,
        }
    ]


def _payback_note(payback: Payback, horizon: float) -> list[dict[str, Any]]:
    """The payback point's label: below the zero line to its right, or above it to its left, where no curve runs."""
    if payback.middle is None:
        return []
    is_late = payback.middle > 0.45 * horizon
    return [
        {
            "x": payback.middle,
            "y": 0,
            "text": f"after {months_text(payback.middle)}",
            "showarrow": False,
            "xanchor": "right" if is_late else "left",
            "yanchor": "bottom" if is_late else "top",
            "xshift": -8 if is_late else 8,
            "yshift": 8 if is_late else -8,
            "font": {"color": "var(--ink)"},
        }
    ]


def months_text(months: float) -> str:
    """`7 months`, `1 month`; fractions are rounded up, as a month that is half over has not paid yet."""
    return count(_whole(months), "month")


def _whole(months: float) -> int:
    return max(0, -int(-months // 1))


def band_finding(payback: Payback, horizon: float, matters_most: str = "") -> str:
    """When it pays back, and what matters most, in a sentence."""
    tail = f"; {matters_most[:1].lower()}{matters_most[1:]} matters most" if matters_most else ""
    if payback.early is None:
        return f"Does not pay back within {months_text(horizon)}{tail}"
    early, late = _whole(payback.early), payback.late
    if late is None:
        return f"May pay back from month {early} on, or not within {months_text(horizon)}{tail}"
    if _whole(late) == 0:
        return f"Pays from the start{tail}"
    if early == 0:
        return f"Pays back within {months_text(late)}{tail}"
    if _whole(late) == early:
        return f"Pays back in {months_text(late)}{tail}"
    return f"Pays back in {early} to {months_text(late)}{tail}"
