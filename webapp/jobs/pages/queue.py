"""What waits, for what, and which worker runs what."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from webapp.projects.models import Project

from ..models import Job, JobState, Worker
from ..queues import DEFAULT_QUEUE
from .foretold import foretold


@dataclass(frozen=True)
class Waiting:
    """A job that has not begun. `place` is its place in its device class's line, None while it needs other jobs.

    `needs` are the jobs it waits for; `seconds` the estimated wait, None where nothing can be said.
    """

    job: Job
    place: int | None
    needs: list[Job]
    seconds: float | None
    reason: str


@dataclass(frozen=True)
class WorkerLine:
    """A worker with the jobs it runs; jobs of other projects are counted, not named."""

    worker: Worker
    is_alive: bool
    jobs: list[Job]
    elsewhere: int


@dataclass(frozen=True)
class Queue:
    """The queue page."""

    waiting: list[Waiting]
    workers: list[WorkerLine]


def queue(project: Project) -> Queue:
    """The queue as this project sees it. Four queries, whatever its length."""
    now = timezone.now()
    # the line is one for all projects, so their jobs count for the place but are not shown
    live = list(
        Job.objects.filter(
            Q(state__in=[JobState.QUEUED, JobState.RUNNING]) | Q(project=project, state=JobState.WAITING)
        )
        .select_related("study", "project")
        .prefetch_related("after")
        .order_by("pk")
        .defer("spec", "result")
    )
    workers = list(Worker.objects.exclude(queue=DEFAULT_QUEUE))
    alive = {worker.queue for worker in workers if worker.is_alive(now)}
    running = [job for job in live if job.state == JobState.RUNNING]
    return Queue(_waiting(live, running, workers, alive, project, now), _worker_lines(workers, running, project, now))


def _waiting(
    live: list[Job], running: list[Job], workers: list[Worker], alive: set[str], project: Project, now: datetime
) -> list[Waiting]:
    ahead: dict[str, float | None] = {}
    slots: dict[str, int] = defaultdict(int)
    for worker in workers:
        if worker.is_alive(now):
            slots[worker.queue] += worker.slots
    for job in running:
        ahead[job.queue] = _add(ahead.get(job.queue, 0.0), seconds_left(job))
    places: dict[str, int] = defaultdict(int)
    found: list[Waiting] = []
    for job in live:
        if job.state == JobState.QUEUED:
            places[job.queue] += 1
            before = ahead.get(job.queue, 0.0)
            if job.project_id == project.pk:
                found.append(_queued(job, places[job.queue], before, slots[job.queue], alive))
            ahead[job.queue] = _add(before, seconds_left(job))
        elif job.state == JobState.WAITING:
            needs = [other for other in job.after.all() if other.state != JobState.DONE]
            found.append(Waiting(job, None, needs, None, "needs"))
    return sorted(found, key=lambda waiting: (waiting.place is None, waiting.place or 0, waiting.job.pk))


def _queued(job: Job, place: int, before: float | None, slots: int, alive: set[str]) -> Waiting:
    if job.queue not in alive:
        return Waiting(job, place, [], None, f"no {job.queue} worker has been heard from")
    seconds = None if before is None else before / max(1, slots)
    return Waiting(job, place, [], seconds, f"a free {job.queue} slot")


def _add(total: float | None, more: float | None) -> float | None:
    return None if total is None or more is None else total + more


def seconds_left(job: Job) -> float | None:
    """What the job still needs by its own account, else by the prediction; None where neither speaks."""
    if job.eta_seconds is not None:
        return job.eta_seconds
    predicted = foretold(job.prediction).seconds
    return None if predicted is None else predicted.value


def _worker_lines(workers: list[Worker], running: list[Job], project: Project, now: datetime) -> list[WorkerLine]:
    lines = []
    for worker in workers:
        # an owner begins with its worker's name (`workers.new_owner`)
        held = [job for job in running if job.owner.partition("|")[0] == worker.name[:80]]
        own = [job for job in held if job.project_id == project.pk]
        lines.append(WorkerLine(worker, worker.is_alive(now), own, len(held) - len(own)))
    return lines
