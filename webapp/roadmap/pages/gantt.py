"""The plan as a Gantt chart: bars, what waits for what, the critical path, today, and a baseline behind it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from webapp.ui import figures

from ..schedule import LinkKind
from .board import Board, Card

_DAY = timedelta(days=1)
_MOST_ROWS = (20, 40, 80, 160)
"""Heights that the style sheet knows, in rows."""

Dates = Mapping[str, tuple[date, date]]


def gantt(board: Board, *, today: date, baseline: Dates | None = None, baseline_name: str = "") -> figures.Figure:
    """The chart. Rows are numbered from the top, so that two milestones of one name stay two rows."""
    cards = board.cards
    row = {card.milestone.key: place for place, card in enumerate(cards)}
    traces = []
    if baseline:
        traces.append(_ghosts(baseline, row, baseline_name))
    groups = (
        ("Done", [card for card in cards if card.gate.is_passed], 4, ""),
        ("Planned", [card for card in cards if not card.gate.is_passed and not card.is_critical], 1, ""),
        ("Critical path", [card for card in cards if card.is_critical], 6, "/"),
    )
    traces += [_bars(name, group, row, series, pattern) for name, group, series, pattern in groups if group]
    if board.plan.links:
        traces.append(_links(board, row))
    made = figures.figure(
        traces,
        x={"title": {"text": "Date"}, "type": "date"},
        y={"title": {"text": ""}, "autorange": "reversed", "showgrid": False},
        lines=[figures.marker_line(_ms(today), "today", vertical=True)],
    )
    made["layout"]["barmode"] = "overlay"
    made["layout"]["yaxis"] |= {
        "tickmode": "array",
        "tickvals": list(range(len(cards))),
        "ticktext": [_short(card.milestone.name) for card in cards],
    }
    return made


def _ms(day: date) -> Any:
    """A date axis counts milliseconds since 1970; a bar's length is a number of them."""
    return (day - date(1970, 1, 1)).days * 86_400_000


def _short(name: str) -> str:
    return name if len(name) <= 34 else f"{name[:33]}…"


def _bars(name: str, cards: list[Card], row: Mapping[str, int], series: int, pattern: str) -> figures.Trace:
    milestones = [card.milestone for card in cards]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [row[each.key] for each in milestones],
        "base": [each.start.isoformat() for each in milestones],
        "x": [each.days * 86_400_000 for each in milestones],
        "width": 0.56,
        "marker": {"color": figures.colour(series), "pattern": {"shape": pattern, "size": 6}},
        "customdata": [[each.name, each.start.isoformat(), each.finish.isoformat()] for each in milestones],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} to %{customdata[2]}<extra></extra>",
    }


def _ghosts(baseline: Dates, row: Mapping[str, int], name: str) -> figures.Trace:
    kept = [(row[key], start, finish) for key, (start, finish) in baseline.items() if key in row]
    return {
        "type": "bar",
        "orientation": "h",
        "name": f"Baseline {name}".strip(),
        "y": [place for place, _, _ in kept],
        "base": [start.isoformat() for _, start, _ in kept],
        "x": [((finish - start).days + 1) * 86_400_000 for _, start, finish in kept],
        "width": 0.88,
        "marker": {"color": "rgba(0,0,0,0)", "line": {"color": "var(--ink-3)", "width": 1}},
        "hoverinfo": "skip",
    }


def _links(board: Board, row: Mapping[str, int]) -> figures.Trace:
    """All links as one line with gaps: out of the earlier bar, down, into the later one's start."""
    x: list[str | None] = []
    y: list[int | None] = []
    for link in board.plan.links:
        before, after = board.plan.tasks[link.before], board.plan.tasks[link.after]
        leaves = before.start if link.kind == LinkKind.START_TO_START else before.finish + _DAY
        x += [leaves.isoformat(), leaves.isoformat(), after.start.isoformat(), None]
        y += [row[link.before], row[link.after], row[link.after], None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "Waits for",
        "x": x,
        "y": y,
        "line": {"color": "var(--ink-3)/0.55", "width": 1},
        "hoverinfo": "skip",
        "connectgaps": False,
    }


def height_class(board: Board) -> str:
    """The style sheet's class for as many rows."""
    count = len(board.cards)
    return f"gantt-{next((rows for rows in _MOST_ROWS if count <= rows), 'long')}"


def finding(board: Board, today: date) -> str:
    """The chart's title: when the plan ends, and by which way."""
    if board.finish is None:
        return "The plan has no milestone yet."
    cards = board.by_key
    critical = [key for key in board.plan.critical if not cards[key].gate.is_passed]
    late = sum(card.is_late for card in board.cards)
    ends = f"The plan ends on {board.finish:%-d %B %Y}"
    if late:
        return f"{ends}; {late} {'milestone is' if late == 1 else 'milestones are'} late"
    if board.finish < today or not critical:
        return ends
    first = cards[critical[0]].milestone.name
    return f"{ends}; every day that “{first}” slips moves it by a day"
