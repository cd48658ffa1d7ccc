"""The roadmap by phase: milestones with their gates, progress, and what stands in the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from webapp.projects.models import Project

from ..evaluation import gates_of
from ..models import Decision, Dependency, Gate, Milestone, Phase, Roadmap
from ..schedule import Broken, Plan, rolled_up
from ..services.plan import schedule_of
from .criteria import Known, Line, known_of, lines


@dataclass(frozen=True)
class Card:
    """A milestone on the board."""

    milestone: Milestone
    gate: Gate
    lines: list[Line]
    badge: str
    is_late: bool
    is_critical: bool
    slack_days: int
    waits_for: list[str]

    @property
    def met(self) -> int:
        """How many criteria are met."""
        return sum(line.is_met for line in self.lines)

    @property
    def next_line(self) -> Line | None:
        """The first criterion that is open, must-meet ones first."""
        open_ = [line for line in self.lines if not line.is_met]
        return min(open_, key=lambda line: (line.is_should, line.badge != "fails"), default=None)


@dataclass(frozen=True)
class PhaseView:
    """A phase with its cards; `done` is the share of its effort that is done."""

    phase: Phase
    gate: Gate
    badge: str
    cards: list[Card]
    lines: list[Line]
    done: float
    start: date | None
    finish: date | None
    decision: Decision | None

    @property
    def passed(self) -> int:
        """How many milestones are done."""
        return sum(card.gate.is_passed for card in self.cards)


@dataclass(frozen=True)
class Board:
    """Everything that the board, the timeline, the calendar and the list of obstacles show."""

    roadmap: Roadmap
    phases: list[PhaseView]
    plan: Plan
    broken: list[Broken]
    done: float
    finish: date | None

    @property
    def cards(self) -> list[Card]:
        """All cards in the order of the phases."""
        return [card for phase in self.phases for card in phase.cards]

    @property
    def by_key(self) -> dict[str, Card]:
        """The cards by their milestones' keys."""
        return {card.milestone.key: card for card in self.cards}

    @property
    def current(self) -> PhaseView | None:
        """The first phase that is not passed."""
        return next((phase for phase in self.phases if not phase.gate.is_passed), None)


def gate_badge(gate: Gate) -> str:
    """The seal of a gate: passed, re-opened, or what the evidence says."""
    return gate.state if gate.state in ("passed", "reopened") else gate.verdict


def build(project: Project, roadmap: Roadmap, today: date) -> Board:
    """The board. Thirteen queries, however many milestones, criteria and links there are."""
    gates = {
        gate.pk: gate
        for gate in gates_of(roadmap).prefetch_related(
            "criteria__reviews__by", Prefetch("decisions", Decision.objects.select_related("by"))
        )
    }
    of_milestone = {gate.milestone_id: gate for gate in gates.values() if gate.milestone_id}
    of_phase = {gate.phase_id: gate for gate in gates.values() if gate.phase_id}
    milestones = list(roadmap.milestones.select_related("owner", "phase"))
    for milestone in milestones:
        milestone.gate = of_milestone[milestone.pk]
    known = known_of(project, [row for gate in gates.values() for row in gate.criteria.all()])
    plan = schedule_of(milestones, Dependency.objects.filter(before__roadmap=roadmap))
    names = {milestone.key: milestone.name for milestone in milestones}
    cards: dict[int, list[Card]] = {}
    for milestone in milestones:
        cards.setdefault(milestone.phase_id, []).append(_card(project, milestone, plan, names, known, today))
    phases = [
        _phase(project, phase, of_phase[phase.pk], cards.get(phase.pk, []), plan, today) for phase in _phases(roadmap)
    ]
    finish = max((milestone.finish for milestone in milestones), default=None)
    return Board(roadmap, phases, plan, plan.broken(), rolled_up(plan.tasks.values()), finish)


def _phases(roadmap: Roadmap) -> Iterable[Phase]:
    return roadmap.phases.all()


def _card(project: Project, milestone: Milestone, plan: Plan, names: dict[str, str], known: Known, today: date) -> Card:
    slack = plan.slack[milestone.key]
    gate = milestone.gate
    return Card(
        milestone=milestone,
        gate=gate,
        lines=lines(project, gate.criteria.all(), today, known),
        badge=gate_badge(gate),
        is_late=milestone.is_late(today),
        is_critical=slack.is_critical and not gate.is_passed,
        slack_days=slack.days,
        waits_for=[names[key] for key in plan.blockers(milestone.key)],
    )


def _phase(project: Project, phase: Phase, gate: Gate, cards: list[Card], plan: Plan, today: date) -> PhaseView:
    return PhaseView(
        phase=phase,
        gate=gate,
        badge=gate_badge(gate),
        cards=cards,
        lines=lines(project, gate.criteria.all(), today),
        done=rolled_up(plan.tasks[card.milestone.key] for card in cards),
        start=min((card.milestone.start for card in cards), default=None),
        finish=max((card.milestone.finish for card in cards), default=None),
        decision=next(iter(gate.decisions.all()), None),
    )


@dataclass(frozen=True)
class Obstacle:
    """Something that holds the plan up: how bad it is (0 first), what and why, and the card it is about."""

    rank: int
    badge: str
    card: Card
    why: str
    holds_up: list[str]


def obstacles(board: Board, today: date) -> list[Obstacle]:
    """What blocks us, worst first: re-opened and failed gates, late milestones, broken links, then what is due."""
    found = []
    names = {key: card.milestone.name for key, card in board.by_key.items()}
    behind: dict[str, list[str]] = {}
    for link in board.plan.links:
        behind.setdefault(link.before, []).append(names[link.after])
    broken = {one.link.after: one for one in board.broken}
    for card in board.cards:
        if card.gate.is_passed:
            continue
        rank, badge, why = _obstacle(card, broken.get(card.milestone.key), names, today)
        if badge:
            found.append(Obstacle(rank, badge, card, why, behind.get(card.milestone.key, [])))
    return sorted(found, key=lambda one: (one.rank, not one.card.is_critical, one.card.milestone.finish))


def _obstacle(card: Card, broken: Broken | None, names: dict[str, str], today: date) -> tuple[int, str, str]:
    milestone = card.milestone
    if card.badge == "reopened":
        return 0, "reopened", card.gate.reason
    if card.badge == "fails":
        return 1, "fails", card.gate.reason
    if card.is_late:
        days = (today - milestone.finish).days
        return 2, "late", f"Its last day was {days} {'day' if days == 1 else 'days'} ago. {card.gate.reason}"
    if broken is not None:
        why = f"It starts {broken.days_short} {'day' if broken.days_short == 1 else 'days'} before "
        return 3, "warning", f"{why}{names[broken.link.before]} lets it."
    if milestone.start <= today:
        waits = f" It waits for {', '.join(card.waits_for)}." if card.waits_for else ""
        return 4, card.badge, f"{card.gate.reason}{waits}"
    return 9, "", ""
