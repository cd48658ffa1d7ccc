"""How the net present value is spread over the trials, and how much of it lies below zero."""

from collections.abc import Sequence
from itertools import pairwise

from webapp.jobs.charts.figure import Chart
from webapp.ui.figures import Trace, axis, colour, figure, marker_line
from webapp.ui.formats import percent

from .parts import BENEFIT, COST, amount, money_axis, rounded_all

_MOST_BINS = 40


def distribution_chart(
    edges: Sequence[float], shares: Sequence[float], *, chance_above_zero: float, median: float, currency: str
) -> Chart:
    """A histogram. edges: [bins + 1], ascending; shares: [bins], of all trials, in each bin."""
    edges, shares = _coarser(edges, shares)
    bins = list(pairwise(edges))
    chance_above_zero = _shown(chance_above_zero)
    drawn = figure(
        [_bins(bins, shares, currency)],
        x=money_axis("Net present value", edges, currency, ticks=4, margin=0.02, zero=_zero_belongs(edges)),
        y=axis("Share of futures", percent=True, zero=True) | {"nticks": 5},
        lines=[marker_line(0, "", vertical=True)] if edges[0] < 0 < edges[-1] else [],
        legend=False,
    )
    drawn["layout"]["annotations"] = _sides(edges, shares, chance_above_zero)
    rows = [
        (f"{amount(low, currency)} to {amount(high, currency)}", percent(share))
        for (low, high), share in zip(bins, shares, strict=True)
    ]
    return Chart(
        "distribution",
        distribution_finding(chance_above_zero, median, currency),
        drawn,
        ("Net present value", "Share of futures"),
        rows,
        note="Each bar is a share of the simulated futures; those left of the dashed line lose money.",
    )


def _shown(chance: float) -> float:
    """Rounded as it is shown, so that gain and loss add up to 100%; never to 0 or 1."""
    short = round(chance, 3)
    return short if 0 < short < 1 else chance


def _coarser(edges: Sequence[float], shares: Sequence[float]) -> tuple[list[float], list[float]]:
    """At most `_MOST_BINS`, by joining neighbours."""
    step = -(-len(shares) // _MOST_BINS)
    joined = [sum(shares[start : start + step]) for start in range(0, len(shares), step)]
    return [*list(edges)[:-1:step], edges[-1]], joined


def _bins(bins: Sequence[tuple[float, float]], shares: Sequence[float], currency: str) -> Trace:
    loses = [low + high < 0 for low, high in bins]
    return {
        "type": "bar",
        "name": "share of futures",
        "x": rounded_all((low + high) / 2 for low, high in bins),
        "y": rounded_all(shares),
        "width": rounded_all((high - low) * 0.92 for low, high in bins),
        "marker": {"color": [colour(COST if lost else BENEFIT) for lost in loses]},
        "hovertext": [f"{amount(low, currency)} to {amount(high, currency)}" for low, high in bins],
        "hovertemplate": "%{hovertext}<br>%{y:.1%} of futures<extra></extra>",
    }


def _zero_belongs(edges: Sequence[float]) -> bool:
    spread = edges[-1] - edges[0]
    return edges[0] <= 0 <= edges[-1] or min(abs(edges[0]), abs(edges[-1])) < spread / 2


def _sides(edges: Sequence[float], shares: Sequence[float], chance_above_zero: float) -> list[Trace]:
    """The shares on both sides of zero, in the upper corner that the bars leave free."""
    third = max(1, len(shares) // 3)
    is_right = max(shares[-third:]) <= max(shares[:third])
    shown: Trace = {"xref": "paper", "yref": "paper", "y": 1, "yanchor": "top", "showarrow": False}
    shown |= {"x": 1, "xanchor": "right"} if is_right else {"x": 0, "xanchor": "left"}
    notes = []
    if edges[-1] > 0:
        notes.append((f"{percent(chance_above_zero)} gain", BENEFIT))
    if edges[0] < 0:
        notes.append((f"{percent(1 - chance_above_zero)} lose", COST))
    return [
        shown | {"text": text, "yshift": -17 * number, "font": {"color": colour(series)}}
        for number, (text, series) in enumerate(notes)
    ]


def distribution_finding(chance_above_zero: float, median: float, currency: str) -> str:
    """How likely it is to pay, and the median, in a sentence."""
    middle = f"the median future {'brings' if median >= 0 else 'loses'} {amount(abs(median), currency)}"
    if chance_above_zero >= 1:
        return f"Every simulated future is worth more than it costs; {middle}"
    if chance_above_zero <= 0:
        return f"No simulated future is worth what it costs; {middle}"
    return f"{percent(chance_above_zero)} of futures are worth more than they cost; {middle}"
