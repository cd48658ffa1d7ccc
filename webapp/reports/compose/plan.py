"""Where the plan stands: phases, gates with their criteria, waivers, what was decided, what is late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch
from django.urls import reverse

from webapp.projects.models import Project
from webapp.roadmap.gates import Level, Verdict
from webapp.roadmap.gates.criteria import CountCriterion
from webapp.roadmap.models import (
    Choice,
    Decision,
    Gate,
    GateCriterion,
    GateState,
    Milestone,
    Phase,
    Review,
    Roadmap,
    Waiver,
)
from webapp.ui import formats

from ..document import Notebook, Row, Said, Table
from .sources import Sources, signer


@dataclass(frozen=True)
class Plan:
    """What the roadmap says; without one all is empty. `failing` and `unsettled` are of the first open phase.

    `notes` cite the roadmap, `criterion_notes` what each criterion of that phase was judged by, by its label.
    """

    exists: bool = False
    notes: tuple[int, ...] = ()
    phase: str = ""
    failing: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    killed: str = ""
    phases: tuple[Row, ...] = ()
    gates: tuple[Row, ...] = ()
    risks: tuple[Said, ...] = ()
    steps: tuple[Said, ...] = ()
    criterion_notes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Judged:
    """A criterion as the report tells it: who waived it, what was found, and what that rests on."""

    row: GateCriterion
    waiver: Waiver | None
    sentence: str
    notes: tuple[int, ...]

    @property
    def label(self) -> str:
        return self.row.criterion.label


def plan(project: Project, book: Notebook, today: date) -> Plan:
    """The roadmap's state on a day, in a handful of queries however long it is."""
    roadmap = Roadmap.objects.filter(project=project).first()
    if roadmap is None:
        return Plan()
    note = (book.cite("Roadmap", reverse("roadmap:board", args=[project.code])),)
    phases = list(roadmap.phases.select_related("gate").order_by("number"))
    milestones = list(roadmap.milestones.select_related("gate", "phase"))
    gates = {gate.pk: gate for gate in _gates(roadmap)}
    judged = _judged(project, book, gates.values(), today, note)
    ahead = next((phase for phase in phases if not _passed(gates, phase)), None)
    near = [each for each in judged if ahead and _phase_of(each.row.gate) == ahead]
    musts = [each for each in near if each.row.criterion.level == Level.MUST and not each.waiver]
    return Plan(
        exists=True,
        notes=note,
        phase=ahead.name if ahead else "",
        failing=tuple(each.label for each in musts if each.row.verdict == Verdict.FAILS),
        unsettled=tuple(each.label for each in musts if each.row.verdict == Verdict.NOT_ENOUGH),
        reopened=tuple(f"{gate} ({_public(gate)})" for gate in gates.values() if gate.state == GateState.REOPENED),
        killed=_killed(gates.values()),
        phases=tuple(_phase_row(phase, milestones, gates, note) for phase in phases),
        gates=tuple(map(_criterion_row, judged)),
        risks=(*_reopened(gates.values(), note), *_doubts(judged), *_late(milestones, today, note)),
        steps=tuple(_steps(near)),
        criterion_notes=_notes_by_label(near),
    )


def _notes_by_label(judged: Iterable[_Judged]) -> dict[str, tuple[int, ...]]:
    """Two gates may have criteria of one label."""
    found: dict[str, tuple[int, ...]] = {}
    for each in judged:
        found[each.label] = tuple(sorted({*found.get(each.label, ()), *each.notes}))
    return found


def _judged(
    project: Project, book: Notebook, gates: Iterable[Gate], today: date, note: tuple[int, ...]
) -> list[_Judged]:
    """Every criterion, in the plan's order; one that nothing was found for cites the roadmap (`note`)."""
    rows = [(gate, row) for gate in gates for row in gate.criteria.all()]
    sources = Sources(project, book, [row for _, row in rows])
    return [
        _Judged(row, _waived(row, today), _public(gate, row.sentence), sources.cite(row) or note) for gate, row in rows
    ]


def _public(gate: Gate, text: str | None = None) -> str:
    """What was written about a gate, why it stands as it does unless stated, with names in place of addresses."""
    said = gate.reason if text is None else text
    for row in gate.criteria.all():
        for review in row.reviews.all():
            said = said.replace(review.by.email, signer(review))
    return said


def _gates(roadmap: Roadmap) -> list[Gate]:
    signed = (
        Prefetch("reviews", Review.objects.select_related("by")),
        Prefetch("waivers", Waiver.objects.select_related("by")),
    )
    criteria = Prefetch("criteria", GateCriterion.objects.prefetch_related(*signed))
    decisions = Prefetch("decisions", Decision.objects.select_related("by"))
    of_roadmap = Gate.objects.filter(phase__roadmap=roadmap) | Gate.objects.filter(milestone__roadmap=roadmap)
    related = of_roadmap.select_related("phase", "milestone__phase").prefetch_related(criteria, decisions)
    return sorted(related, key=_order)


def _order(gate: Gate) -> tuple[int, int, int]:
    """Milestones in the plan's order, a phase's own gate after them."""
    if gate.milestone is not None:
        return (gate.milestone.phase.number, 0, gate.milestone.position)
    assert gate.phase is not None
    return (gate.phase.number, 1, 0)


def _phase_of(gate: Gate) -> Phase:
    phase = gate.milestone.phase if gate.milestone is not None else gate.phase
    assert phase is not None
    return phase


def _passed(gates: dict[int, Gate], phase: Phase) -> bool:
    own = [gate for gate in gates.values() if gate.phase_id == phase.pk]
    rest = [gate for gate in gates.values() if gate.milestone is not None and gate.milestone.phase_id == phase.pk]
    return all(gate.is_passed for gate in own or rest) and bool(own or rest)


def _waived(row: GateCriterion, today: date) -> Waiver | None:
    return next((waiver for waiver in row.waivers.all() if waiver.counts_on(today)), None)


def _killed(gates: Iterable[Gate]) -> str:
    """The newest decision of a gate, if it was to kill."""
    for gate in gates:
        newest = next(iter(gate.decisions.all()), None)
        if newest is not None and newest.choice == Choice.KILL:
            why = f": {newest.note}" if newest.note else "."
            day = newest.at.date().isoformat()
            return f"{signer(newest)} decided on {day} to end it at “{gate.milestone or gate.phase}”{why}"
    return ""


def _phase_row(phase: Phase, milestones: list[Milestone], gates: dict[int, Gate], notes: tuple[int, ...]) -> Row:
    inside = [each for each in milestones if each.phase_id == phase.pk]
    done = [each for each in inside if each.gate.is_passed]
    effort, finished = sum(each.effort_days for each in inside), sum(each.effort_days for each in done)
    share = formats.percent(finished / effort) if effort else formats.NOTHING
    last = max((each.finish for each in inside), default=None)
    state = "passed" if _passed(gates, phase) else "open"
    cells = (
        f"{phase.number}. {phase.name}",
        f"{len(done)} of {len(inside)}",
        share,
        last.isoformat() if last else "no date",
        state,
    )
    return Row(cells=cells, notes=notes, badge="passes" if state == "passed" else "draft")


def _criterion_row(each: _Judged) -> Row:
    row, waiver = each.row, each.waiver
    where = str(row.gate.milestone or row.gate.phase)
    sentence = each.sentence
    if waiver is not None:
        sentence = f"Waived by {signer(waiver)} until {waiver.until}: {waiver.reason}"
    level = "must" if row.criterion.level == Level.MUST else "should"
    return Row(
        cells=(where, each.label, level, sentence or "Not judged yet.", row.verdict.replace("_", " ")),
        notes=each.notes,
        badge=row.verdict if waiver is None else "waived",
    )


def _reopened(gates: Iterable[Gate], notes: tuple[int, ...]) -> Iterable[Said]:
    for gate in gates:
        if gate.state == GateState.REOPENED:
            name = gate.milestone or gate.phase
            yield Said(text=f"The gate of “{name}” was passed and is open again: {_public(gate)}", notes=notes)


def _doubts(judged: Iterable[_Judged]) -> Iterable[Said]:
    """What was waived, and what fails."""
    for each in judged:
        waiver = each.waiver
        if waiver is not None:
            text = f"“{each.label}” is waived by {signer(waiver)} until {waiver.until}: {waiver.reason}"
            yield Said(text=text, notes=each.notes)
        elif each.row.verdict == Verdict.FAILS:
            yield Said(text=f"“{each.label}” fails: {each.sentence}", notes=each.notes)


def _late(milestones: list[Milestone], today: date, notes: tuple[int, ...]) -> Iterable[Said]:
    late = [each for each in milestones if each.is_late(today)]
    if late:
        days = max((today - each.finish).days for each in late)
        oldest = formats.count(days, "day")
        text = f"{formats.count(len(late), 'milestone')} should be done by now; the oldest is {oldest} late."
        yield Said(text=text, notes=notes)


def _steps(near: Iterable[_Judged]) -> Iterable[Said]:
    for each in near:
        more = each.row.more_items
        if more and isinstance(each.row.criterion, CountCriterion):
            yield Said(text=f"{formats.count(more)} more are needed for “{each.label}”.", notes=each.notes)
        elif more:
            items = formats.count(more, "more evaluation item")
            yield Said(text=f"{items} would settle “{each.label}”.", notes=each.notes)


def phases_table(found: Plan) -> Table:
    """The phases with their progress by effort."""
    return Table(
        key="phases",
        title="Where the plan stands",
        columns=("Phase", "Milestones done", "Done by effort", "Last day", "Gate"),
        rows=found.phases,
        empty="There is no roadmap yet.",
    )


def gates_table(found: Plan) -> Table:
    """Each criterion of each gate with what the evidence says."""
    return Table(
        key="gates",
        named_by=2,
        title="Gates and their criteria",
        columns=("Gate", "Criterion", "Level", "What the evidence says", "Verdict"),
        rows=found.gates,
        empty="No gate has a criterion yet.",
    )
