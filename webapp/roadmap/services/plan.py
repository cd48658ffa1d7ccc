"""Verbs on the plan: milestones, their dates, the links between them, phases."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.text import slugify

from webapp.accounts.models import User
from webapp.projects.audit import record
from webapp.projects.models import Membership

from ..exchange.document import MOST_LINKS, MOST_MILESTONES, tidy, tidy_line
from ..models import Dependency, Gate, Milestone, Phase, Roadmap
from ..schedule import Broken, Cycle, Link, LinkKind, Plan, Task
from .history import EditConflict, RoadmapRefused, note, note_all

FIELDS = ("name", "description", "phase", "owner", "start", "finish", "effort_days", "serves")


def schedule_of(milestones: Iterable[Milestone], links: Iterable[Dependency]) -> Plan:
    """The plan of milestones (with their gates) and links at hand, by key. No query."""
    rows = list(milestones)
    keys = {milestone.pk: milestone.key for milestone in rows}
    tasks = [Task(m.key, m.start, m.finish, m.effort_days, 1.0 if m.gate.is_passed else 0.0) for m in rows]
    return Plan(
        tasks, [Link(keys[each.before_id], keys[each.after_id], LinkKind(each.kind), each.lag_days) for each in links]
    )


def plan_of(roadmap: Roadmap) -> Plan:
    """The roadmap's plan. Two queries."""
    return schedule_of(roadmap.milestones.select_related("gate"), Dependency.objects.filter(before__roadmap=roadmap))


def foretell(*, milestone: Milestone, start: date, finish: date) -> tuple[list[Broken], dict[str, tuple[date, date]]]:
    """What new dates would break, and what would have to move to mend it. Changes nothing."""
    if finish < start:
        raise RoadmapRefused("The last day lies before the first.", "finish")
    plan = plan_of(milestone.roadmap)
    broken = plan.newly_broken(milestone.key, start, finish)
    return broken, plan.pushed(milestone.key, start, finish) if broken else {}


@transaction.atomic
def add_milestone(
    *, by: User, roadmap: Roadmap, phase: Phase, name: str, start: date, finish: date, **more: Any
) -> Milestone:
    """A new milestone at the end of its phase, with an empty gate. `more`: description, owner, effort_days, serves."""
    held = _locked(roadmap)
    if held.milestones.count() >= MOST_MILESTONES:
        raise RoadmapRefused(f"A roadmap has at most {MOST_MILESTONES:,} milestones.")
    fields = _tidied({"phase": phase, "name": name, "start": start, "finish": finish, **more})
    _refuse_faulty(held, fields)
    last = held.milestones.filter(phase=phase).aggregate(last=Max("position"))["last"]
    made = Milestone.objects.create(
        roadmap=held, key=free_key(held, fields["name"]), position=0 if last is None else last + 1, **fields
    )
    Gate.objects.create(milestone=made)
    note(by, held, "added", milestone=made, new=f"{start} to {finish}")
    record(by, "milestone.added", made, project=held.project, name=made.name)
    return made


@transaction.atomic
def change_milestone(
    *, by: User, milestone: Milestone, seen_version: int, changes: Mapping[str, Any], push: bool = False, why: str = ""
) -> Milestone:
    """Store changed `FIELDS` if the milestone is still as the person saw it; else raise `EditConflict`.

    `push` moves what waits for it as far as its links demand. Raises `RoadmapRefused`.
    """
    roadmap = _locked(milestone.roadmap)
    before = Milestone.objects.select_related("phase", "owner", "roadmap__project").get(pk=milestone.pk)
    changes = _tidied(changes)
    _refuse_faulty(roadmap, {**{name: getattr(before, name) for name in FIELDS}, **changes})
    changed = {name: changes[name] for name in FIELDS if name in changes and changes[name] != getattr(before, name)}
    if before.version != seen_version:
        raise EditConflict(before)
    if not changed:
        return before
    pushed = {}
    if push:
        dates = [changed.get(name, getattr(before, name)) for name in ("start", "finish")]
        pushed = plan_of(roadmap).pushed(before.key, *dates)
    Milestone.objects.filter(pk=before.pk).update(**changed, version=F("version") + 1)
    note_all(by, before, {name: (getattr(before, name), value) for name, value in changed.items()}, why=why)
    for key, (start, finish) in pushed.items():
        _move(by, roadmap, key, start, finish, why=f"{before.name} moved")
    told = {name: [str(getattr(before, name)), str(value)] for name, value in changed.items()}
    record(by, "milestone.changed", before, project=roadmap.project, name=before.name, changes=told)
    return Milestone.objects.select_related("phase", "owner", "roadmap__project", "gate").get(pk=before.pk)


def _move(by: User, roadmap: Roadmap, key: str, start: date, finish: date, *, why: str) -> None:
    other = roadmap.milestones.get(key=key)
    note_all(by, other, {"start": (other.start, start), "finish": (other.finish, finish)}, why=why)
    Milestone.objects.filter(pk=other.pk).update(start=start, finish=finish, version=F("version") + 1)


@transaction.atomic
def remove_milestone(*, by: User, milestone: Milestone) -> None:
    """Take a milestone out, with its gate, its links and what was said; its history stays."""
    roadmap = _locked(milestone.roadmap)
    note(by, roadmap, "removed", subject=milestone.name, old=f"{milestone.start} to {milestone.finish}")
    record(by, "milestone.removed", milestone, project=roadmap.project, name=milestone.name)
    milestone.delete()


@transaction.atomic
def link(
    *, by: User, before: Milestone, after: Milestone, kind: LinkKind = LinkKind.FINISH_TO_START, lag_days: int = 0
) -> Dependency:
    """Let `after` wait for `before`; a link there already gets this kind and lag. A circle is refused and named."""
    roadmap = _locked(after.roadmap)
    if before.roadmap_id != roadmap.pk:
        raise RoadmapRefused("The two milestones are not on one roadmap.", "before")
    if before.pk == after.pk:
        raise RoadmapRefused("A milestone cannot wait for itself.", "before")
    plan = plan_of(roadmap)
    if len(plan.links) >= MOST_LINKS:
        raise RoadmapRefused(f"A roadmap has at most {MOST_LINKS:,} links.", "before")
    others = [each for each in plan.links if (each.before, each.after) != (before.key, after.key)]
    try:
        Plan(plan.tasks.values(), [*others, Link(before.key, after.key, kind, lag_days)])
    except Cycle as cycle:
        names = dict(roadmap.milestones.filter(key__in=cycle.keys).values_list("key", "name"))
        path = " → ".join(names[key] for key in cycle.keys)
        raise RoadmapRefused(f"Then they would wait for each other: {path}.", "before") from None
    old = Dependency.objects.filter(before=before, after=after).first()
    made, _ = Dependency.objects.update_or_create(
        before=before, after=after, defaults={"kind": kind, "lag_days": lag_days}
    )
    note(by, roadmap, "waits for", milestone=after, old=_link_text(old), new=_link_text(made))
    record(by, "milestone.linked", after, project=roadmap.project, before=before.key, kind=kind, lag_days=lag_days)
    return made


@transaction.atomic
def unlink(*, by: User, dependency: Dependency) -> None:
    """Let `after` wait no longer."""
    after = dependency.after
    note(by, after.roadmap, "waits for", milestone=after, old=_link_text(dependency))
    record(by, "milestone.unlinked", after, project=after.roadmap.project, before=dependency.before.key)
    dependency.delete()


def _link_text(found: Dependency | None) -> str:
    if found is None:
        return ""
    lag = f", {found.lag_days:+d} days" if found.lag_days else ""
    return f"{found.before.name} ({found.get_kind_display().lower()}{lag})"


@transaction.atomic
def change_phase(*, by: User, phase: Phase, name: str, aim: str) -> Phase:
    """Rename a phase or say its aim anew. Raises `RoadmapRefused` for a name that another phase has."""
    kept = Phase.objects.select_related("roadmap__project").select_for_update(of=("self",)).get(pk=phase.pk)
    name, aim = tidy_line(name), tidy(aim)
    if not name:
        raise RoadmapRefused("A phase needs a name.", "name")
    if kept.roadmap.phases.filter(name=name).exclude(pk=kept.pk).exists():
        raise RoadmapRefused("Another phase has this name.", "name")
    for field, value in (("name", name), ("aim", aim)):
        if getattr(kept, field) != value:
            note(by, kept.roadmap, f"phase {field}", subject=kept.name, old=getattr(kept, field), new=value)
            setattr(kept, field, value)
    kept.save(update_fields=["name", "aim"])
    record(by, "phase.changed", kept, project=kept.roadmap.project, name=name)
    return kept


def free_key(roadmap: Roadmap, name: str) -> str:
    """A key made of the name that no milestone of the roadmap has yet."""
    base = slugify(name)[:50].strip("-_") or "milestone"
    taken = set(roadmap.milestones.filter(key__startswith=base).values_list("key", flat=True))
    if base not in taken:
        return base
    return next(key for number in range(2, len(taken) + 3) if (key := f"{base}-{number}") not in taken)


def _locked(roadmap: Roadmap) -> Roadmap:
    """The roadmap, held still until the transaction ends."""
    return Roadmap.objects.select_for_update(of=("self",)).select_related("project").get(pk=roadmap.pk)


def _tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with texts that every file can carry."""
    ways = {"name": tidy_line, "description": tidy}
    return {name: ways[name](value) if name in ways else value for name, value in fields.items()}


def _refuse_faulty(roadmap: Roadmap, fields: Mapping[str, Any]) -> None:
    if not fields["name"]:
        raise RoadmapRefused("A milestone needs a name.", "name")
    if fields["finish"] < fields["start"]:
        raise RoadmapRefused("The last day lies before the first.", "finish")
    if fields["phase"].roadmap_id != roadmap.pk:
        raise RoadmapRefused("This phase is not on this roadmap.", "phase")
    owner = fields.get("owner")
    if owner is not None and not Membership.objects.filter(project=roadmap.project_id, user=owner).exists():
        raise RoadmapRefused(f"{owner} is not a member of this project.", "owner")
