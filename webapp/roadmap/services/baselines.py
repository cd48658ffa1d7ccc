"""Named baselines: the dates as they stand, kept as they are."""

from datetime import date

from django.db import IntegrityError, transaction

from webapp.accounts.models import User
from webapp.projects.audit import record

from ..models import Baseline, Roadmap
from .history import RoadmapRefused, note

MOST_BASELINES = 100


@transaction.atomic
def keep_baseline(*, by: User, roadmap: Roadmap, name: str) -> Baseline:
    """Keep today's dates under a name that is still free. Raises `RoadmapRefused`."""
    if roadmap.baselines.count() >= MOST_BASELINES:
        raise RoadmapRefused(f"A roadmap has at most {MOST_BASELINES} baselines.", "name")
    dates = {
        each.key: {
            "name": each.name,
            "start": each.start.isoformat(),
            "finish": each.finish.isoformat(),
            "effort_days": each.effort_days,
        }
        for each in roadmap.milestones.all()
    }
    try:
        with transaction.atomic():
            made = Baseline.objects.create(roadmap=roadmap, name=name, dates=dates, created_by=by)
    except IntegrityError:
        raise RoadmapRefused(f"There is a baseline named {name} already, and baselines never change.", "name") from None
    note(by, roadmap, "baseline", new=name)
    record(by, "baseline.kept", made, project=roadmap.project, name=name)
    return made


@transaction.atomic
def rename_baseline(*, by: User, baseline: Baseline, name: str) -> Baseline:
    """Give the baseline another name; its dates never change. Raises `RoadmapRefused` for a name that is taken."""
    old = baseline.name
    if name == old:
        return baseline
    try:
        with transaction.atomic():
            Baseline.objects.filter(pk=baseline.pk).update(name=name)
    except IntegrityError:
        raise RoadmapRefused(f"There is a baseline named {name} already.", "name") from None
    baseline.name = name
    note(by, baseline.roadmap, "baseline", old=old, new=name)
    record(by, "baseline.renamed", baseline, project=baseline.roadmap.project, name=[old, name])
    return baseline


@transaction.atomic
def delete_baseline(*, by: User, baseline: Baseline) -> None:
    """Let the kept dates go; that they were there stays in the history."""
    note(by, baseline.roadmap, "baseline", old=baseline.name)
    record(by, "baseline.deleted", baseline, project=baseline.roadmap.project, name=baseline.name)
    baseline.delete()


def baseline_dates(baseline: Baseline) -> dict[str, tuple[date, date]]:
    """The kept dates by key."""
    return {
        key: (date.fromisoformat(row["start"]), date.fromisoformat(row["finish"]))
        for key, row in baseline.dates.items()
    }
