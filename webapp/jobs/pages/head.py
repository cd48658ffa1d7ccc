"""The head of a job's page: state, progress, time, money, and what can be done now or why not."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ..models import OPEN, Job, JobState, Worker
from ..services import why_not_resumable
from .events import Alert, alerts

REFRESH_SECONDS = 10
"""An open page is drawn again this often even if no event came, so that times move."""


@dataclass(frozen=True)
class JobHead:
    """Everything above the tabs. Empty `why_not_...` means that it can be done."""

    job: Job
    version: str
    now: str
    waits: list[Job]
    elapsed_seconds: float | None
    usd: float | None
    why_not_cancellable: str
    why_not_resumable: str
    alerts: list[Alert]

    @property
    def is_live(self) -> bool:
        """Whether the page keeps asking."""
        return not self.job.has_ended


def version_of(job: Job) -> str:
    """Changes whenever the page would look different. An ended job's changes no more."""
    turn = "" if job.has_ended else str(int(timezone.now().timestamp() // REFRESH_SECONDS))
    stopping = "c" if job.cancel_requested_at else ""
    return f"{job.last_seq}.{job.state}{stopping}.{turn}"


def job_head(job: Job) -> JobHead:
    """The head of the job's page."""
    waits = list(job.after.exclude(state=JobState.DONE)) if job.state == JobState.WAITING else []
    return JobHead(
        job=job,
        version=version_of(job),
        now=_now(job, waits),
        waits=waits,
        elapsed_seconds=elapsed_seconds(job),
        usd=usd_so_far(job),
        why_not_cancellable=why_not_cancellable(job),
        why_not_resumable=why_not_resumable(job),
        alerts=alerts(job),
    )


def why_not_cancellable(job: Job) -> str:
    """Why this job cannot be cancelled, in a sentence; empty if it can."""
    if job.has_ended:
        return "The job has ended."
    if job.cancel_requested_at:
        return "It is stopping: the work so far goes into a checkpoint first."
    return ""


def _now(job: Job, waits: list[Job]) -> str:
    """What the job does at this moment, in a sentence."""
    match job.state:
        case JobState.WAITING:
            broken = next((other for other in waits if other.state in (JobState.FAILED, JobState.CANCELLED)), None)
            if broken is not None:
                return f"Waits for “{broken.name}”, which {_ENDED_WORDS[broken.state]}: resume that job first."
            return "Waits for " + _listed([f"“{other.name}”" for other in waits]) + "." if waits else "Waits."
        case JobState.QUEUED:
            return _queued(job)
        case JobState.RUNNING:
            if job.cancel_requested_at:
                return "Stopping: the work so far goes into a checkpoint first."
            return job.stage or "Starting."
        case _:
            return ""


_ENDED_WORDS = {JobState.FAILED.value: "failed", JobState.CANCELLED.value: "was cancelled"}


def _queued(job: Job) -> str:
    before = Job.objects.filter(queue=job.queue, state=JobState.QUEUED, pk__lt=job.pk).count()
    if not Worker.objects.alive().filter(queue=job.queue).exists():
        return f"No {job.queue} worker has been heard from lately; it starts when one is back."
    if before:
        return f"Queued for a {job.queue} worker, behind {before} other {'job' if before == 1 else 'jobs'}."
    return f"Next in line for a {job.queue} worker."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def elapsed_seconds(job: Job) -> float | None:
    """Seconds of work over all attempts; of a running job, since its start if it has not told yet."""
    if job.state not in OPEN or job.elapsed_seconds is not None:
        return job.elapsed_seconds
    return None if job.started_at is None else (timezone.now() - job.started_at).total_seconds()


def usd_so_far(job: Job) -> float | None:
    """What the job has cost, as it told, else from its time at its price; None without a price."""
    if job.usd is not None:
        return job.usd
    budget: dict[str, Any] = job.spec.get("budget") or {}
    price, seconds = budget.get("usd_per_device_hour"), elapsed_seconds(job)
    if price is None or seconds is None:
        return None
    return float(price) * int(job.spec.get("devices", 1)) * seconds / 3600
