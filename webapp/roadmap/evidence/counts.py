"""What can be counted. A part of the product that counts something new adds a line to `COUNTERS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Job, JobState, Study

from ..gates import Figure
from ..gates.criteria import CountCriterion
from ..models import GateCriterion
from .hand import Hand


@dataclass(frozen=True)
class Counter:
    """Something countable: its name, its title, what one of them is called, and the count (None: not known yet).

    `is_of_data` says that it is of the dataset version stored last.
    """

    name: str
    title: str
    noun: str
    count: Callable[[Hand], Figure | None]
    is_of_data: bool = False


def counted(hand: Hand, criterion: CountCriterion, row: GateCriterion) -> Figure | None:
    """The count by its name; a name that no counter has is a metric, whose newest measurement is the count."""
    counter = COUNTERS.get(criterion.counted)
    if counter is not None:
        return counter.count(hand)
    return _of_metric(hand, criterion.counted)


def _of_metric(hand: Hand, metric: str) -> Figure | None:
    found = next((one for one in hand.measurements if one.metric == metric), None)
    if found is None:
        return None
    ref = f"job:{found.job.code}" if found.job else ""
    name = found.job.name if found.job else found.source
    return Figure(found.value, found.created_at, kind="count", name=name, ref=ref, source=found.source)


def _rows(*splits: str) -> Callable[[Hand], Figure | None]:
    """Rows of the dataset version that was stored last, in these splits."""

    def count(hand: Hand) -> Figure | None:
        version = next(iter(hand.newest_versions), None)
        if version is None:
            return None
        rows = sum(version.splits.get(split, 0) for split in splits)
        return _of_version(rows, version)

    return count


def _of_version(rows: int, version: DatasetVersion) -> Figure:
    """A number of rows of this version; the gate re-opens with another one."""
    return Figure(
        rows,
        version.created_at,
        kind="count",
        unit="row",
        name=str(version),
        ref=f"dataset:{version.dataset.code}/{version.number}",
        basis=(("data", str(version)),),
    )


def _overlap(hand: Hand) -> Figure | None:
    """Rows of the newest version that stand in two splits, where that was checked; those left out no longer count."""
    version = next(iter(hand.newest_versions), None)
    overlap = version.manifest.get("overlap") if version else None
    if version is None or overlap is None:
        return None
    rows = 0 if version.manifest.get("overlap_dropped") else int(overlap.get("rows", 0))
    return _of_version(rows, version)


def _studies(hand: Hand) -> Figure | None:
    """Studies that have an outcome."""
    newest = Study.objects.filter(project=hand.project).exclude(outcome={}).order_by("-created_at")
    first = newest.first()
    if first is None:
        return None
    return Figure(newest.count(), first.created_at, kind="count", unit="study,studies", ref=f"study:{first.code}")


def _jobs(hand: Hand) -> Figure | None:
    """Jobs that are done."""
    done = Job.objects.filter(project=hand.project, state=JobState.DONE).order_by("-created_at")
    first = done.first()
    if first is None:
        return None
    return Figure(done.count(), first.created_at, kind="count", unit="job", ref=f"job:{first.code}")


COUNTERS: Mapping[str, Counter] = {
    counter.name: counter
    for counter in (
        Counter("held_out_rows", "Held-out rows", "row", _rows("test"), is_of_data=True),
        Counter("training_rows", "Training rows", "row", _rows("train"), is_of_data=True),
        Counter("overlap_rows", "Rows in training and held-out data", "row", _overlap, is_of_data=True),
        Counter("studies", "Studies with an outcome", "study", _studies),
        Counter("jobs_done", "Jobs done", "job", _jobs),
    )
}

COUNTS_OF_DATA = frozenset(counter.name for counter in COUNTERS.values() if counter.is_of_data)
