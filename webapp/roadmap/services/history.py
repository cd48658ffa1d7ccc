"""The roadmap's own history: who changed what, from what to what."""

from collections.abc import Mapping
from datetime import date

from webapp.accounts.models import User
from webapp.ui import formats

from ..models import Change, Milestone, Roadmap


class RoadmapRefused(Exception):
    """The change cannot be made. `field` is what it is about, where it is about one; the message says why."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class EditConflict(RoadmapRefused):
    """Somebody else changed the milestone since the person opened it. `current` is the milestone as it stands."""

    def __init__(self, current: Milestone) -> None:
        super().__init__("Somebody else changed this milestone while you edited it. Nothing of yours was stored.")
        self.current = current


def note(
    by: User | None,
    roadmap: Roadmap,
    field: str,
    *,
    milestone: Milestone | None = None,
    subject: str = "",
    old: object = "",
    new: object = "",
    why: str = "",
) -> Change:
    """Write down one change; `by` is None for the product itself."""
    return Change.objects.create(
        roadmap=roadmap,
        milestone=milestone,
        subject=(subject or (milestone.name if milestone else "Roadmap"))[:200],
        field=field,
        old=written(old),
        new=written(new),
        note=why,
        by=by,
    )


def note_all(
    by: User | None, milestone: Milestone, changes: Mapping[str, tuple[object, object]], *, why: str = ""
) -> None:
    """Write down several changed fields of one milestone: field to (old, new)."""
    Change.objects.bulk_create(
        Change(
            roadmap=milestone.roadmap,
            milestone=milestone,
            subject=milestone.name[:200],
            field=field,
            old=written(old),
            new=written(new),
            note=why,
            by=by,
        )
        for field, (old, new) in changes.items()
    )


def written(value: object) -> str:
    """A value as the history shows it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return formats.sig(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
