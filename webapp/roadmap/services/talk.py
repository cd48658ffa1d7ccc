"""Comments, mentions, attachments."""

import re

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.business.models import Scenario
from webapp.jobs.models import Job, Study
from webapp.projects.audit import record
from webapp.projects.models import Project

from ..models import Attachment, Comment, Mention, Milestone
from .history import RoadmapRefused, note

MOST_ATTACHMENTS = 100


@transaction.atomic
def comment(*, by: User, milestone: Milestone, text: str) -> Comment:
    """Say something about a milestone. `@Name` or `@address` mentions a member."""
    made = Comment.objects.create(milestone=milestone, by=by, text=text)
    people = mentioned(milestone.roadmap.project, text)
    made.mentions.set(people)
    if by in people:
        Mention.objects.filter(comment=made, user=by).update(read_at=timezone.now())
    told = [person.email for person in people]
    record(by, "milestone.commented", milestone, project=milestone.roadmap.project, mentions=told)
    return made


def mark_mention(*, mention: Mention, is_read: bool) -> None:
    """Put a mention among the read ones, or back among those that wait."""
    Mention.objects.filter(pk=mention.pk).update(read_at=timezone.now() if is_read else None)


def read_mentions(*, by: User, milestone: Milestone | None = None) -> int:
    """Mark what mentions the person as read, at one milestone or everywhere; returns how many were unread."""
    waiting = Mention.objects.filter(user=by, read_at=None)
    if milestone is not None:
        waiting = waiting.filter(comment__milestone=milestone)
    found = list(waiting.order_by().values_list("pk", flat=True))
    if found:  # most pages write nothing
        Mention.objects.filter(pk__in=found).update(read_at=timezone.now())
    return len(found)


def mentioned(project: Project, text: str) -> list[User]:
    """The members whom `@Ada Lovelace`, `@Ada` or `@ada@example.com` in the text can only mean. One query.

    A first name that two members share mentions nobody.
    """
    if "@" not in text:
        return []
    people = list(User.objects.filter(memberships__project=project).order_by("pk"))
    names: dict[str, list[User]] = {}
    for person in people:
        for name in {person.email, person.name, person.name.split(" ")[0]} - {""}:
            names.setdefault(name.casefold(), []).append(person)
    known = sorted((name for name, found in names.items() if len(found) == 1), key=len, reverse=True)
    if not known:
        return []
    pattern = r"(?<![\w.])@(" + "|".join(map(re.escape, known)) + r")(?!\w)"
    hits = {match.casefold() for match in re.findall(pattern, text.casefold())}
    return [person for person in people if any(names[hit] == [person] for hit in hits)]


@transaction.atomic
def attach(*, by: User, milestone: Milestone, ref: str) -> Attachment:
    """Put a job, a study or a scenario of the project beside a milestone: `job:<code>` and so on."""
    project = milestone.roadmap.project
    if ref not in names_of(project, [ref]):
        raise RoadmapRefused("There is no such job, study or scenario in this project.", "ref")
    if milestone.attachments.count() >= MOST_ATTACHMENTS:
        raise RoadmapRefused(f"A milestone has at most {MOST_ATTACHMENTS} attachments.", "ref")
    made, is_new = Attachment.objects.get_or_create(milestone=milestone, ref=ref, defaults={"by": by})
    if is_new:
        note(by, milestone.roadmap, "attached", milestone=milestone, new=names_of(project, [ref])[ref])
        record(by, "milestone.attached", milestone, project=project, ref=ref)
    return made


@transaction.atomic
def detach(*, by: User, attachment: Attachment) -> None:
    """Take an attachment away; the thing itself stays."""
    milestone = attachment.milestone
    note(by, milestone.roadmap, "attached", milestone=milestone, old=attachment.ref)
    record(by, "milestone.detached", milestone, project=milestone.roadmap.project, ref=attachment.ref)
    attachment.delete()


def names_of(project: Project, refs: list[str]) -> dict[str, str]:
    """What these references of the project are called; those that name nothing are left out. A query a kind."""
    by_kind: dict[str, set[str]] = {}
    for ref in refs:
        kind, _, code = ref.partition(":")
        by_kind.setdefault(kind, set()).add(code)
    found: dict[str, str] = {}
    sources = (("job", Job, "name"), ("study", Study, "question"), ("scenario", Scenario, "name"))
    for kind, model, field in sources:
        if kind in by_kind:
            rows = model._default_manager.filter(project=project, code__in=by_kind[kind]).values_list("code", field)
            found |= {f"{kind}:{code}": name for code, name in rows}
    return found
