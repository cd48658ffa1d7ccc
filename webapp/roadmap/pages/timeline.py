"""The plan by dates: bars to move, months, and how far it has drifted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from webapp.ui import formats

from ..schedule import Drift, drift
from .board import Board, Card

Dates = Mapping[str, tuple[date, date]]


@dataclass(frozen=True)
class Row:
    """A milestone beside the chart. `at` and `width` are where its bar lies, in percent of the whole plan."""

    card: Card
    at: float
    width: float
    drift: Drift | None
    slack: str


def span(board: Board) -> tuple[date, date] | None:
    """The first and the last day of the plan."""
    milestones = [card.milestone for card in board.cards]
    if not milestones:
        return None
    return min(each.start for each in milestones), max(each.finish for each in milestones)


def timeline_rows(board: Board, today: date, baseline: Dates | None = None) -> list[Row]:
    """The rows of the table, each with its bar's place."""
    whole = span(board)
    if whole is None:
        return []
    first, days = whole[0], (whole[1] - whole[0]).days + 1
    moved = {one.key: one for one in drift(board.plan.tasks.values(), baseline)} if baseline else {}
    return [
        Row(
            card=card,
            at=round((card.milestone.start - first).days / days * 100, 3),
            width=round(card.milestone.days / days * 100, 3),
            drift=moved.get(card.milestone.key),
            slack=_slack(card),
        )
        for card in board.cards
    ]


def _slack(card: Card) -> str:
    if card.gate.is_passed:
        return "done"
    return "critical" if card.is_critical else formats.count(card.slack_days, "day")


@dataclass(frozen=True)
class Drifted:
    """The plan against a baseline: the sentence, how many milestones moved, what is new and what is gone."""

    sentence: str
    later: int
    earlier: int
    new: int
    gone: list[str]


def drifts(board: Board, baseline: Dates) -> Drifted:
    """How far the plan has moved from a baseline, in days of its end."""
    found = drift(board.plan.tasks.values(), baseline)
    later = sum((one.finish_days or 0) > 0 for one in found)
    earlier = sum((one.finish_days or 0) < 0 for one in found)
    ends = [finish for _, finish in baseline.values()]
    moved = (board.finish - max(ends)).days if board.finish and ends else 0
    if moved:
        by = formats.count(abs(moved), "day")
        sentence = f"The plan ends {by} {'later' if moved > 0 else 'earlier'} than in the baseline"
    else:
        sentence = "The plan ends on the day of the baseline"
    if later:
        sentence += f"; {formats.count(later, 'milestone')} finish{'es' if later == 1 else ''} later"
    return Drifted(
        f"{sentence}.", later, earlier, sum(one.is_new for one in found), [o.key for o in found if o.is_gone]
    )


def calendar(board: Board) -> list[tuple[date, list[Card]]]:
    """(first day of a month, the milestones that finish in it), in order of their days."""
    months: dict[date, list[Card]] = {}
    for card in sorted(board.cards, key=lambda card: (card.milestone.finish, card.milestone.start)):
        months.setdefault(card.milestone.finish.replace(day=1), []).append(card)
    return list(months.items())
