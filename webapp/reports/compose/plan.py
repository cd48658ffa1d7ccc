"""Where the plan stands: phases, gates with their criteria, waivers, what was decided, what is late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.urls import reverse

from webapp.projects.models import Project
from webapp.roadmap.gates import Level, Verdict
from webapp.roadmap.models import Choice, Decision, Gate, GateCriterion, GateState, Milestone, Phase, Roadmap, Waiver
from webapp.ui import formats

from ..document import Notebook, Row, Said, Table


@dataclass(frozen=True)
class Plan:
    """What the roadmap says; without one all is empty. `failing` and `unsettled` are of the first open phase."""

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


def plan(project: Project, book: Notebook, today: date) -> Plan:
    """The roadmap's state on a day, in a handful of queries however long it is."""
    roadmap = Roadmap.objects.filter(project=project).first()
    if roadmap is None:
        return Plan()
    note = (book.cite("Roadmap", reverse("roadmap:board", args=[project.code])),)
    phases = list(roadmap.phases.select_related("gate").order_by("number"))
    milestones = list(roadmap.milestones.select_related("gate", "phase"))
    gates = {gate.pk: gate for gate in _gates(roadmap)}
    ahead = next((phase for phase in phases if not _passed(gates, phase)), None)
    near = [row for gate in gates.values() if ahead and _phase_of(gate) == ahead for row in gate.criteria.all()]
    musts = [row for row in near if row.criterion.level == Level.MUST and not _waived(row, today)]
    return Plan(
        exists=True,
        notes=note,
        phase=ahead.name if ahead else "",
        failing=_labels(row for row in musts if row.verdict == Verdict.FAILS),
        unsettled=_labels(row for row in musts if row.verdict == Verdict.NOT_ENOUGH),
        reopened=tuple(f"{gate} ({gate.reason})" for gate in gates.values() if gate.state == GateState.REOPENED),
        killed=_killed(gates.values()),
        phases=tuple(_phase_row(phase, milestones, gates, note) for phase in phases),
        gates=tuple(_criterion_row(row, today, note) for gate in gates.values() for row in gate.criteria.all()),
        risks=tuple(_risks(gates.values(), milestones, today, note)),
        steps=tuple(_steps(near, note)),
    )


def _gates(roadmap: Roadmap) -> list[Gate]:
    criteria = Prefetch(
        "criteria", GateCriterion.objects.prefetch_related(Prefetch("waivers", Waiver.objects.select_related("by")))
    )
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


def _signer(signed: Waiver | Decision) -> str:
    """A person's name. Never the whole address: reports are read by people outside."""
    return signed.by.name or signed.by.email.partition("@")[0]


def _labels(rows: Iterable[GateCriterion]) -> tuple[str, ...]:
    return tuple(row.criterion.label for row in rows)


def _killed(gates: Iterable[Gate]) -> str:
    """The newest decision of a gate, if it was to kill."""
    for gate in gates:
        newest = next(iter(gate.decisions.all()), None)
        if newest is not None and newest.choice == Choice.KILL:
            why = f": {newest.note}" if newest.note else "."
            day = newest.at.date().isoformat()
            return f"{_signer(newest)} decided on {day} to end it at “{gate.milestone or gate.phase}”{why}"
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


def _criterion_row(row: GateCriterion, today: date, notes: tuple[int, ...]) -> Row:
    waiver = _waived(row, today)
    verdict = row.verdict.replace("_", " ")
    where = str(row.gate.milestone or row.gate.phase)
    sentence = row.sentence if waiver is None else f"Waived by {_signer(waiver)} until {waiver.until}: {waiver.reason}"
    level = "must" if row.criterion.level == Level.MUST else "should"
    return Row(
        cells=(where, row.criterion.label, level, sentence or "Not judged yet.", verdict),
        notes=notes,
        badge=row.verdict if waiver is None else "waived",
    )


def _risks(gates: Iterable[Gate], milestones: list[Milestone], today: date, notes: tuple[int, ...]) -> Iterable[Said]:
    for gate in gates:
        if gate.state == GateState.REOPENED:
            yield Said(
                text=f"The gate of “{gate.milestone or gate.phase}” was passed and is open again: {gate.reason}",
                notes=notes,
            )
        for row in gate.criteria.all():
            waiver = _waived(row, today)
            if waiver is not None:
                text = f"“{row.criterion.label}” is waived by {_signer(waiver)} until {waiver.until}: {waiver.reason}"
                yield Said(text=text, notes=notes)
            elif row.verdict == Verdict.FAILS:
                yield Said(text=f"“{row.criterion.label}” fails: {row.sentence}", notes=notes)
    late = [each for each in milestones if each.is_late(today)]
    if late:
        days = max((today - each.finish).days for each in late)
        oldest = formats.count(days, "day")
        text = f"{formats.count(len(late), 'milestone')} should be done by now; the oldest is {oldest} late."
        yield Said(text=text, notes=notes)


def _steps(near: list[GateCriterion], notes: tuple[int, ...]) -> Iterable[Said]:
    for row in near:
        if row.more_items:
            items = formats.count(row.more_items, "more evaluation item")
            yield Said(text=f"{items} would settle “{row.criterion.label}”.", notes=notes)


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
