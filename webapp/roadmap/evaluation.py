"""Judging a roadmap's gates by the evidence as it stands, and storing what was found.

Evidence is read first and written down afterwards, in one short transaction: reading the answers of two evaluations
may take seconds, and nobody else should wait for that.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from .evidence import SOURCES, Hand
from .gates import Finding, Level, Standing, Verdict, combined, current, judge
from .models import Gate, GateCriterion, GateState, Review, Roadmap, Waiver
from .services.history import note

_Judged = TypeVar("_Judged", GateCriterion, Gate)

GONE = "The evidence it rested on is no longer there, and what is older does not count: measure again."


@dataclass(frozen=True)
class Moved:
    """A gate that changed its state."""

    gate: Gate
    old: GateState
    reason: str


def evaluate(roadmap_id: int, *, gates: Collection[int] | None = None) -> list[Moved]:
    """Judge the roadmap's gates, or those with these ids and the gates of their phases; returns which ones changed.

    Raises `FilesFault` where answers cannot be fetched: nothing is written then.
    """
    began = timezone.now()
    roadmap = Roadmap.objects.select_related("project").get(pk=roadmap_id)
    rows = criteria_of(roadmap, gates)
    hand = Hand(roadmap.project)
    found = {row.pk: (row.spec, find(hand, row)) for row in rows}
    with transaction.atomic():
        roadmap = Roadmap.objects.select_for_update(of=("self",)).select_related("project").get(pk=roadmap_id)
        _store(criteria_of(roadmap, gates), found, began)
        moved = _judge_gates(roadmap, gates, began)
        if gates is None:
            Roadmap.objects.filter(pk=roadmap_id).update(evaluated_at=began)
            Roadmap.objects.filter(pk=roadmap_id, stale_since__lte=began).update(stale_since=None)
    return moved


def criteria_of(roadmap: Roadmap, gates: Collection[int] | None = None) -> list[GateCriterion]:
    """The criteria of all gates of the roadmap, or of these, with their reviews and waivers at hand."""
    rows = GateCriterion.objects.filter(Q(gate__milestone__roadmap=roadmap) | Q(gate__phase__roadmap=roadmap))
    if gates is not None:
        rows = rows.filter(gate__in=gates)
    signed = (
        Prefetch("reviews", Review.objects.select_related("by")),
        Prefetch("waivers", Waiver.objects.select_related("by")),
    )
    return list(rows.prefetch_related(*signed).order_by("gate", "position", "pk"))


def find(hand: Hand, row: GateCriterion) -> Finding:
    """What the evidence at hand says about one criterion."""
    criterion = row.criterion
    figure = SOURCES[criterion.kind](hand, criterion, row)
    kept = current([figure], row.newest_seen) if figure else None
    if kept is None and (figure is not None or row.newest_seen is not None):
        return Finding(Verdict.NOT_ENOUGH, GONE)
    return judge(criterion, kept, minimum_effect=hand.project.minimum_effect)


def _store(rows: Iterable[GateCriterion], found: dict[int, tuple[Any, Finding]], now: datetime) -> None:
    """Write the findings down; a criterion that was edited meanwhile keeps what it has and is judged the next time."""
    fields = ("verdict", "sentence", "more_items", "figure", "newest_seen")
    judged, changed = [], []
    for row in rows:
        spec, finding = found.get(row.pk, (None, None))
        if finding is None or spec != row.spec:
            continue
        figure, before = finding.figure, _values(row, fields)
        row.verdict, row.sentence, row.more_items = finding.verdict.value, finding.sentence, finding.more_items
        row.figure = figure_json(finding)
        row.newest_seen = max(filter(None, (row.newest_seen, figure.at if figure else None)), default=None)
        judged.append(row)
        if _values(row, fields) != before:
            changed.append(row)
    _write(judged, changed, fields, now)


def _values(row: GateCriterion | Gate, fields: Iterable[str]) -> list[Any]:
    return [getattr(row, name) for name in fields]


def _write(judged: Sequence[_Judged], changed: Sequence[_Judged], fields: Sequence[str], now: datetime) -> None:
    """Store these fields of what changed, and on all that was judged the time. Most judgements change nothing."""
    if not judged:
        return
    for row in judged:
        row.evaluated_at = now
    stored = type(judged[0])._default_manager
    stored.bulk_update(changed, fields, batch_size=100)
    stored.filter(pk__in=[row.pk for row in judged]).update(evaluated_at=now)


def figure_json(finding: Finding) -> dict[str, Any]:
    """The figure as it is stored for pages and reports."""
    figure = finding.figure
    if figure is None:
        return {}
    return {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
        "kind": figure.kind,
        "unit": figure.unit,
        "text": "" if figure.value is None else figure.text,
        "name": figure.name,
        "ref": figure.ref,
        "source": figure.source,
        "at": figure.at.isoformat(),
        "basis": [list(pair) for pair in finding.basis],
    }


def gates_of(roadmap: Roadmap) -> QuerySet[Gate]:
    """Every gate of the roadmap with what it stands before, its criteria and their waivers."""
    waivers = Prefetch("criteria__waivers", Waiver.objects.select_related("by"))
    found = Gate.objects.filter(Q(milestone__roadmap=roadmap) | Q(phase__roadmap=roadmap))
    return found.select_related("milestone", "phase").prefetch_related("criteria", waivers).order_by("pk")


def _judge_gates(roadmap: Roadmap, only: Collection[int] | None, now: datetime) -> list[Moved]:
    """Milestones' gates first, then those of phases, which need their milestones'."""
    everything = list(gates_of(roadmap))
    of_milestones = [gate for gate in everything if gate.milestone_id is not None]
    by_phase: dict[int, list[Gate]] = {}
    for gate in of_milestones:
        assert gate.milestone is not None
        by_phase.setdefault(gate.milestone.phase_id, []).append(gate)
    judged: list[tuple[Gate, list[Gate]]] = [(gate, []) for gate in of_milestones if only is None or gate.pk in only]
    judged += [(gate, by_phase.get(gate.phase_id, [])) for gate in everything if gate.phase_id is not None]
    fields = ("verdict", "state", "reason", "basis", "passed_at")
    before = [_values(gate, fields) for gate, _ in judged]
    moved = [_settle(roadmap, gate, below, now) for gate, below in judged]
    changed = [gate for (gate, _), old in zip(judged, before, strict=True) if _values(gate, fields) != old]
    _write([gate for gate, _ in judged], changed, fields, now)
    return [one for one in moved if one is not None]


def standing(row: GateCriterion, today: date) -> Standing:
    """How a stored criterion stands today, waivers counted."""
    level = Level(row.spec.get("level", Level.MUST))
    return Standing(level, Verdict(row.verdict), any(waiver.counts_on(today) for waiver in row.waivers.all()))


def _settle(roadmap: Roadmap, gate: Gate, below: list[Gate], now: datetime) -> Moved | None:
    """Bring one gate to the state that its criteria, and the gates below a phase's, give it."""
    today = timezone.localdate()
    rows = list(gate.criteria.all())
    standings = [standing(row, today) for row in rows]
    standings += [Standing(Level.MUST, Verdict.PASSES if one.is_passed else Verdict.NOT_ENOUGH) for one in below]
    old, before = GateState(gate.state), list(gate.basis)
    gate.verdict = combined(standings, should_needed=gate.should_needed).value
    basis = [[str(row.pk), what, which] for row in rows for what, which in row.figure.get("basis", [])]
    if gate.verdict == Verdict.PASSES:
        moved = _pass(roadmap, gate, rows, before, basis, now)
    else:
        moved = _close(roadmap, gate, rows, below)
    return Moved(gate, old, gate.reason) if moved else None


def _pass(
    roadmap: Roadmap, gate: Gate, rows: list[GateCriterion], before: list[Any], basis: list[list[str]], now: datetime
) -> bool:
    """The gate passes. One that had passed on other evidence is re-opened first, so that both stand in the history."""
    was_passed = gate.is_passed
    replaced = _replaced(before, basis) if was_passed else ""
    if was_passed and not replaced:
        gate.basis = basis
        return False
    if replaced:
        _tell(roadmap, gate, GateState.PASSED.label, GateState.REOPENED.label, replaced)
    old = GateState.REOPENED.label if replaced else gate.get_state_display()
    waived = [row.criterion.label for row in rows if standing(row, timezone.localdate()).is_waived]
    why = "What it rests on now passes too." if replaced else "What it asks for is shown."
    if waived:
        why += f" Waived: {'; '.join(waived)}."
    gate.state, gate.reason, gate.basis, gate.passed_at = GateState.PASSED, why, basis, now
    _tell(roadmap, gate, old, GateState.PASSED.label, why)
    return True


def _replaced(before: list[Any], basis: list[list[str]]) -> str:
    """A sentence about evidence that another took the place of; nothing where all is as it was."""
    old = {(criterion, what): which for criterion, what, which in before}
    new = {(criterion, what): which for criterion, what, which in basis}
    changed = sorted({what for key, which in old.items() if (what := key[1]) and new.get(key, which) != which})
    return f"It rests on another {' and another '.join(changed)} now." if changed else ""


def _close(roadmap: Roadmap, gate: Gate, rows: list[GateCriterion], below: list[Gate]) -> bool:
    """The gate does not pass; one that had passed is re-opened, with the reason."""
    why = _why_not(rows, below)
    if gate.is_passed:
        gate.state, gate.reason = GateState.REOPENED, why
        _tell(roadmap, gate, GateState.PASSED.label, GateState.REOPENED.label, why)
        return True
    gate.reason = why
    return False


def _why_not(rows: list[GateCriterion], below: list[Gate]) -> str:
    """The first thing that keeps the gate shut: a must-meet criterion that fails, then what is open."""
    today = timezone.localdate()
    unmet = [row for row in rows if not standing(row, today).is_met]
    unmet.sort(key=lambda row: (row.spec.get("level") == Level.SHOULD, row.verdict != Verdict.FAILS))
    for row in unmet[:1]:
        ended = next((waiver for waiver in row.waivers.all() if waiver.withdrawn_at is None), None)
        over = f" The waiver by {ended.by} ended on {ended.until:%-d %B %Y}." if ended else ""
        return f"{row.criterion.label}: {row.sentence or 'not judged yet.'}{over}"
    open_below = [one for one in below if not one.is_passed]
    if open_below:
        names = ", ".join(str(one.milestone) for one in open_below[:3])
        more = f" and {len(open_below) - 3} more" if len(open_below) > 3 else ""
        return f"Not shown yet: {names}{more}."
    return "No criterion says yet what has to be shown."


def _tell(roadmap: Roadmap, gate: Gate, old: str, new: str, why: str) -> None:
    subject = f"Gate of {gate.milestone or gate.phase}"
    note(None, roadmap, "gate", milestone=gate.milestone, subject=subject, old=old, new=new, why=why)
