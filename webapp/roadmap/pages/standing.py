"""Where a project's plan stands, for the project's first page."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from webapp.projects.models import Project

from ..gates import Verdict
from ..models import Gate, GateCriterion, Phase, Roadmap
from ..schedule import rolled_up
from ..services.plan import schedule_of
from .board import gate_badge


@dataclass(frozen=True)
class PhaseStanding:
    """A phase in a line: the badge of its gate, milestones done, and the share of its effort that is done."""

    phase: Phase
    badge: str
    passed: int
    milestones: int
    done: float
    is_current: bool


@dataclass(frozen=True)
class Standing:
    """The phases in order, the sentence about them, and the criterion of the current one that most needs somebody."""

    phases: list[PhaseStanding]
    sentence: str
    open_criterion: GateCriterion | None


def standing(project: Project, today: date) -> Standing | None:
    """Where the plan stands; None before there is one. Five queries, however long the plan is."""
    roadmap = Roadmap.objects.filter(project=project).first()
    if roadmap is None:
        return None
    criteria = Prefetch("gate__criteria", GateCriterion.objects.select_related("gate"))
    milestones = list(roadmap.milestones.select_related("gate", "phase").prefetch_related(criteria))
    phases = list(roadmap.phases.select_related("gate"))
    current = next((phase for phase in phases if not _gate(phase).is_passed), None)
    tasks = schedule_of(milestones, ()).tasks
    inside = {phase.pk: [each for each in milestones if each.phase_id == phase.pk] for phase in phases}
    shown = [
        PhaseStanding(
            phase=phase,
            badge=gate_badge(_gate(phase)),
            passed=sum(each.gate.is_passed for each in inside[phase.pk]),
            milestones=len(inside[phase.pk]),
            done=rolled_up(tasks[each.key] for each in inside[phase.pk]),
            is_current=phase is current,
        )
        for phase in phases
    ]
    late = sum(each.is_late(today) for each in milestones)
    rows = [row for each in inside[current.pk] for row in each.gate.criteria.all()] if current else []
    return Standing(shown, _sentence(shown, current, late), min(_unmet(rows), key=_urgency, default=None))


def _gate(phase: Phase) -> Gate:
    return phase.gate


def _unmet(rows: list[GateCriterion]) -> list[GateCriterion]:
    return [row for row in rows if row.verdict != Verdict.PASSES]


def _urgency(row: GateCriterion) -> tuple[bool, bool, int]:
    """Failing ones first, then those that a known number of items would settle, the fewest first."""
    return (row.verdict != Verdict.FAILS, row.more_items is None, row.more_items or 0)


def _sentence(shown: list[PhaseStanding], current: Phase | None, late: int) -> str:
    if current is None:
        return "Every phase has passed its gate"
    here = next(each for each in shown if each.is_current)
    done = f"{here.passed} of {here.milestones} milestones of phase {current.number} are done"
    return f"{done}, {late} late" if late else done
