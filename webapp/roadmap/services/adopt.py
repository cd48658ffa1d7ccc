"""From a document to a roadmap: starting one, and bringing changes in from a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from webapp.accounts.models import User
from webapp.projects.audit import record
from webapp.projects.models import Project

from ..exchange.document import DocumentFaults, GatePart, MilestonePart, PlanDocument
from ..models import Change, Dependency, Gate, GateCriterion, Milestone, Phase, Roadmap
from ..standard import NAME, standard_plan
from .history import RoadmapRefused, note, note_all


@dataclass
class Adopted:
    """What an import did."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    links: int = 0
    gates: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether the document held what was there already."""
        return not (self.added or self.changed or self.removed or self.links or self.gates)


@transaction.atomic
def start_roadmap(
    *, by: User, project: Project, starts: date, document: PlanDocument | None = None, template: str = NAME
) -> Roadmap:
    """Give a project its roadmap, from the standard plan or another document, beginning on `starts`."""
    plan = document or standard_plan()
    first = plan.first_day
    if first is not None:
        plan = plan.shifted((starts - first).days)
    Project.objects.select_for_update().get(pk=project.pk)
    if Roadmap.objects.filter(project=project).exists():
        raise RoadmapRefused("This project has a roadmap already.")
    roadmap = Roadmap.objects.create(project=project, template=template, stale_since=timezone.now())
    note(by, roadmap, "started", new=template)
    record(by, "roadmap.started", roadmap, project=project, template=template, starts=str(starts))
    adopt(by=by, roadmap=roadmap, document=plan)
    return roadmap


@transaction.atomic
def adopt(*, by: User, roadmap: Roadmap, document: PlanDocument, remove_missing: bool = False) -> Adopted:
    """Make the roadmap as the document says: milestones are known by their keys, phases by their numbers.

    Links between milestones of the document become exactly the document's. A gate that the document does not mention
    stays, and so do milestones, unless `remove_missing`. Raises `DocumentFaults` for owners who are no members.
    """
    roadmap = Roadmap.objects.select_for_update(of=("self",)).select_related("project").get(pk=roadmap.pk)
    done = Adopted()
    members = {user.email.casefold(): user for user in User.objects.filter(memberships__project=roadmap.project)}
    _refuse_strangers(document, members)
    phases = _phases(by, roadmap, document, done)
    there = {each.key: each for each in roadmap.milestones.select_related("phase", "owner", "gate")}
    fresh: list[tuple[MilestonePart, Milestone]] = []
    for place, part in enumerate(document.milestones):
        fields = {
            "phase": phases[part.phase - 1],
            "owner": members.get(part.owner.casefold()) if part.owner else None,
            **{name: getattr(part, name) for name in ("name", "description", "start", "finish", "effort_days")},
            "serves": list(part.serves),
        }
        if part.key in there:
            _change(by, there[part.key], fields, place, done)
            _criteria(by, there[part.key].gate, part.gate, done)
        else:
            fresh.append((part, Milestone(roadmap=roadmap, key=part.key, position=place, **fields)))
    there |= _add_all(by, roadmap, fresh, done)
    _links(by, roadmap, document, there, done)
    if remove_missing:
        _remove(by, roadmap, document, there, done)
    if not done.is_nothing:
        Roadmap.objects.filter(pk=roadmap.pk).update(stale_since=timezone.now())
        record(by, "roadmap.adopted", roadmap, project=roadmap.project, **vars(done))
    return done


def _refuse_strangers(document: PlanDocument, members: Mapping[str, User]) -> None:
    unknown = [part for part in document.milestones if part.owner and part.owner.casefold() not in members]
    if unknown:
        raise DocumentFaults(
            [(part.key, f"its owner {part.owner} is not a member of this project") for part in unknown]
        )


def _phases(by: User, roadmap: Roadmap, document: PlanDocument, done: Adopted) -> list[Phase]:
    there = dict(enumerate(roadmap.phases.select_related("gate"), start=1))
    last = max((phase.number for phase in there.values()), default=0)
    found = []
    for number, part in enumerate(document.phases, start=1):
        phase = there.get(number)
        if phase is None:
            last += 1
            phase = Phase.objects.create(roadmap=roadmap, number=last, name=part.name, aim=part.aim or "")
            phase.gate = Gate.objects.create(phase=phase)
            done.added += 1
        elif (phase.name, phase.aim) != (part.name, phase.aim if part.aim is None else part.aim):
            note(by, roadmap, "phase", subject=phase.name, old=phase.name, new=part.name)
            phase.name, phase.aim = part.name, phase.aim if part.aim is None else part.aim
            phase.save(update_fields=["name", "aim"])
            done.changed += 1
        _criteria(by, phase.gate, part.gate, done)
        found.append(phase)
    return found


def _change(by: User, milestone: Milestone, fields: dict[str, Any], place: int, done: Adopted) -> None:
    changes = {name: (getattr(milestone, name), value) for name, value in fields.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if milestone.position != place:
        Milestone.objects.filter(pk=milestone.pk).update(position=place)
    if not changes:
        return
    Milestone.objects.filter(pk=milestone.pk).update(
        **{name: new for name, (_, new) in changes.items()}, version=F("version") + 1
    )
    note_all(by, milestone, changes, why="Imported")
    done.changed += 1


def _add_all(
    by: User, roadmap: Roadmap, fresh: list[tuple[MilestonePart, Milestone]], done: Adopted
) -> dict[str, Milestone]:
    """Store new milestones with their gates and criteria, in four queries; returns them by key."""
    made = Milestone.objects.bulk_create([milestone for _, milestone in fresh])
    asked = [part.gate.should_needed if part.gate else None for part, _ in fresh]
    gates = Gate.objects.bulk_create(
        Gate(milestone=milestone, should_needed=needed) for milestone, needed in zip(made, asked, strict=True)
    )
    GateCriterion.objects.bulk_create(
        GateCriterion(gate=gate, spec=spec, position=place)
        for gate, (part, _) in zip(gates, fresh, strict=True)
        for place, spec in enumerate(part.gate.criteria if part.gate else [])
    )
    Change.objects.bulk_create(
        Change(
            roadmap=roadmap,
            milestone=milestone,
            subject=milestone.name[:200],
            field="added",
            new=f"{milestone.start} to {milestone.finish}",
            by=by,
        )
        for milestone in made
    )
    done.added += len(made)
    return {milestone.key: milestone for milestone in made}


def _criteria(by: User, gate: Gate, part: GatePart | None, done: Adopted) -> None:
    """Give the gate the document's criteria. Those it has already stay, with what was found, signed and waived."""
    if part is None:
        return
    rows = list(gate.criteria.all())
    if [row.spec for row in rows] == part.criteria and gate.should_needed == part.should_needed:
        return
    left = list(rows)
    for place, spec in enumerate(part.criteria):
        row = next((each for each in left if each.spec == spec), None)
        if row is None:
            GateCriterion.objects.create(gate=gate, spec=spec, position=place)
        else:
            left.remove(row)
            GateCriterion.objects.filter(pk=row.pk).update(position=place)
    GateCriterion.objects.filter(pk__in=[row.pk for row in left]).delete()
    Gate.objects.filter(pk=gate.pk).update(should_needed=part.should_needed)
    done.gates += 1
    milestone = gate.milestone
    phase = gate.phase
    roadmap = milestone.roadmap if milestone else phase.roadmap if phase else None
    if roadmap is not None and rows:
        old, new = (len(rows), len(part.criteria))
        note(by, roadmap, "criteria", milestone=milestone, subject=str(milestone or phase), old=old, new=new)


def _links(by: User, roadmap: Roadmap, document: PlanDocument, there: dict[str, Milestone], done: Adopted) -> None:
    wanted = {(link.before, link.after): (link.kind.value, link.lag_days) for link in document.links}
    mentioned = {part.key for part in document.milestones}
    rows = Dependency.objects.filter(before__roadmap=roadmap).select_related("before", "after")
    kept = {(row.before.key, row.after.key): row for row in rows}
    for pair, row in kept.items():
        if pair not in wanted and set(pair) <= mentioned:
            row.delete()
            done.links += 1
        elif pair in wanted and wanted[pair] != (row.kind, row.lag_days):
            row.kind, row.lag_days = wanted[pair]
            row.save(update_fields=["kind", "lag_days"])
            done.links += 1
    new = [pair for pair in wanted if pair not in kept]
    Dependency.objects.bulk_create(
        Dependency(before=there[pair[0]], after=there[pair[1]], kind=wanted[pair][0], lag_days=wanted[pair][1])
        for pair in new
    )
    done.links += len(new)
    if done.links:
        note(by, roadmap, "links", new=f"{done.links} changed by a document")


def _remove(by: User, roadmap: Roadmap, document: PlanDocument, there: dict[str, Milestone], done: Adopted) -> None:
    mentioned = {part.key for part in document.milestones}
    for key, milestone in there.items():
        if key not in mentioned:
            note(by, roadmap, "removed", subject=milestone.name, old=f"{milestone.start} to {milestone.finish}")
            milestone.delete()
            done.removed += 1
