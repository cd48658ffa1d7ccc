"""Verbs on gates: what they ask for, and what people sign."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from webapp.accounts.models import User
from webapp.projects.access import require
from webapp.projects.audit import record
from webapp.projects.models import Project, Role

from ..exchange.document import MOST_CRITERIA
from ..gates import Criterion, Verdict, parse_criterion
from ..gates.criteria import ReviewCriterion
from ..models import Choice, Decision, Gate, GateCriterion, Review, Roadmap, Waiver
from .history import RoadmapRefused, note

MOST_WAIVED_DAYS = 366
"""A waiver is an exception with an end in sight."""


def roadmap_of(gate: Gate) -> Roadmap:
    """The roadmap of a gate, through its milestone or its phase."""
    owner = gate.milestone or gate.phase
    assert owner is not None  # the database's own rule
    return owner.roadmap


@transaction.atomic
def add_criterion(*, by: User, gate: Gate, criterion: Criterion) -> GateCriterion:
    """Ask for one thing more."""
    if gate.criteria.count() >= MOST_CRITERIA:
        raise RoadmapRefused(f"A gate has at most {MOST_CRITERIA} criteria.")
    last = gate.criteria.aggregate(last=Max("position"))["last"]
    made = GateCriterion.objects.create(
        gate=gate, spec=criterion.model_dump(mode="json"), position=0 if last is None else last + 1
    )
    _told(by, gate, "criterion", "", criterion.label)
    return made


@transaction.atomic
def change_criterion(*, by: User, row: GateCriterion, criterion: Criterion) -> GateCriterion:
    """Ask for something else. What was found, signed and waived for the old one does not count for the new one."""
    spec = criterion.model_dump(mode="json")
    if spec == row.spec:
        return row
    made = GateCriterion.objects.create(gate=row.gate, spec=spec, position=row.position)
    _told(by, row.gate, "criterion", row.criterion.label, criterion.label)
    row.delete()
    return made


@transaction.atomic
def remove_criterion(*, by: User, row: GateCriterion) -> None:
    """Ask for it no longer."""
    _told(by, row.gate, "criterion", row.criterion.label, "")
    row.delete()


@transaction.atomic
def need_shoulds(*, by: User, gate: Gate, needed: int | None) -> Gate:
    """Say how many should-meet criteria are needed; None: half of them."""
    if gate.should_needed != needed:
        _told(by, gate, "should-meet needed", gate.should_needed, needed)
        gate.should_needed = needed
        gate.save(update_fields=["should_needed"])
    return gate


@transaction.atomic
def decide(*, by: User, gate: Gate, choice: Choice, note: str = "") -> Decision:
    """Sign a decision at a gate. Going on past a gate that is shut needs a waiver first; stopping needs a reason."""
    gate = Gate.objects.select_for_update(of=("self",)).select_related("milestone", "phase").get(pk=gate.pk)
    if choice == Choice.GO and not gate.is_passed:
        raise RoadmapRefused(
            "The gate is not passed. To go on all the same, waive what is missing and say why.", "choice"
        )
    if choice != Choice.GO and not note.strip():
        raise RoadmapRefused("Say why: the next person who reads this will ask.", "note")
    made = Decision.objects.create(gate=gate, by=by, choice=choice, note=note.strip())
    _told(by, gate, "decision", "", made.get_choice_display(), why=made.note)
    return made


@transaction.atomic
def waive(*, by: User, row: GateCriterion, reason: str, until: date) -> Waiver:
    """Let a criterion count as met until a day, on one's own name."""
    today = timezone.localdate()
    if not reason.strip():
        raise RoadmapRefused("A waiver says why.", "reason")
    if until < today:
        raise RoadmapRefused("The end lies in the past.", "until")
    if until > today + timedelta(days=MOST_WAIVED_DAYS):
        raise RoadmapRefused(f"A waiver ends within {MOST_WAIVED_DAYS} days.", "until")
    if row.verdict == Verdict.PASSES:
        raise RoadmapRefused("The criterion passes; there is nothing to waive.", "reason")
    made = Waiver.objects.create(criterion=row, by=by, reason=reason.strip(), until=until)
    _told(by, row.gate, "waiver", "", f"{row.criterion.label}, until {until}", why=made.reason)
    return made


@transaction.atomic
def withdraw(*, by: User, waiver: Waiver) -> Waiver:
    """Let a waiver count no longer."""
    if waiver.withdrawn_at is None:
        waiver.withdrawn_at = timezone.now()
        waiver.save(update_fields=["withdrawn_at"])
        row = waiver.criterion
        _told(by, row.gate, "waiver", f"{row.criterion.label}, until {waiver.until}", "withdrawn")
    return waiver


@transaction.atomic
def sign(*, by: User, row: GateCriterion, is_approved: bool, note: str = "") -> Review:
    """Sign a review criterion, or refuse to and say why. Needs the project role that the criterion names."""
    criterion = row.criterion
    if not isinstance(criterion, ReviewCriterion):
        raise RoadmapRefused("Only reviews are signed; this criterion is judged by its evidence.")
    require(by, _project(row.gate), Role(criterion.needs))
    if not is_approved and not note.strip():
        raise RoadmapRefused("Say what is missing.", "note")
    made = Review.objects.create(criterion=row, by=by, is_approved=is_approved, note=note.strip())
    _told(by, row.gate, "review", "", f"{made}: {criterion.label}", why=made.note)
    return made


def typed(raw: Mapping[str, Any]) -> Criterion:
    """A criterion from a form or a call. Raises `CriterionFaults`."""
    return parse_criterion(raw)


def _project(gate: Gate) -> Project:
    return roadmap_of(gate).project


def _told(by: User, gate: Gate, field: str, old: object, new: object, *, why: str = "") -> None:
    roadmap = roadmap_of(gate)
    note(by, roadmap, field, milestone=gate.milestone, subject=str(gate), old=old, new=new, why=why)
    record(by, f"gate.{field.replace(' ', '_')}", gate, project=roadmap.project, old=str(old), new=str(new))
