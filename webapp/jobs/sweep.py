"""Puts right, every few seconds, what a dead worker or a dead broker left behind. Any number may run at once."""

import math
import time
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from .models import ENDED, Job, JobState, Study
from .tasks import messages_waiting, send
from .verdict import died_with_worker
from .workers import owner_is_dead

log = structlog.get_logger("uplift.sweep")

SLOW_WRITE_SECONDS = 1.0
UNTOLD_FROM, UNTOLD_UNTIL = timedelta(seconds=15), timedelta(seconds=120)
"""A study is looked at again so long after a job of it ended: its worker had its time, and there is no endless loop."""


@dataclass
class _Watch:
    """When this process last swept with success, and until when it leaves expired leases alone."""

    last_sweep: float = -math.inf
    hold_until: float = -math.inf


_watch = _Watch()


def sweep_all() -> None:
    """Free expired claims, end what was cancelled meanwhile, and send queued jobs that no message stands for.

    When the database was away, the leases of healthy workers expired with it: they first get time to renew them.
    """
    started = time.monotonic()
    with transaction.atomic():  # on SQLite this waits for the right to write
        now = time.monotonic()
        if now - started > SLOW_WRITE_SECONDS or now - _watch.last_sweep > 4 * settings.SWEEP_SECONDS:
            _watch.hold_until = now + settings.LEASE_SECONDS
        _watch.last_sweep = now
        ended = release_dead()
        if now >= _watch.hold_until:
            ended += release_expired()
    ended += cancel_asked()
    resend_queued()
    for job_id in [*ended, *untold()]:
        _tell_ended(job_id)


def release_dead() -> list[int]:
    """Free the claims of processes of this machine that are no longer there, without waiting for their lease.

    Returns the jobs that failed for good, as do the next two.
    """
    ended: list[int] = []
    for job_id, owner, fence in Job.objects.filter(state=JobState.RUNNING).values_list("pk", "owner", "fence"):
        if owner_is_dead(owner):
            ended += _release(Q(pk=job_id, owner=owner, fence=fence))
    return ended


def release_expired() -> list[int]:
    """Free the claims whose lease ran out."""
    return _release(Q(lease_until__lt=Now()))


def _release(condition: Q) -> list[int]:
    """Queue the running jobs that match; fail those that used up their attempts."""
    ended = []
    running = Job.objects.filter(condition, state=JobState.RUNNING)
    for job in running.filter(attempts__gte=settings.JOB_ATTEMPTS, cancel_requested_at=None):
        failed = Job.objects.filter(condition, pk=job.pk, state=JobState.RUNNING, fence=job.fence).update(
            state=JobState.FAILED,
            failure=died_with_worker(job.attempts),
            ended_at=Now(),
            owner="",
            stage="",
            lease_until=None,
            eta_seconds=None,
            fence=F("fence") + 1,
        )
        if failed:
            ended.append(job.pk)
    # owner and fence stay: a worker that was only cut off from the database may take its claim up again
    released = running.update(state=JobState.QUEUED, dispatched_at=None, stage="", eta_seconds=None)
    if released:
        log.warning("jobs put back into the queue", jobs=released)
    return ended


def cancel_asked() -> list[int]:
    """End the queued jobs whose cancellation was asked for while they ran."""
    asked = Job.objects.filter(state=JobState.QUEUED, cancel_requested_at__isnull=False)
    end = {"state": JobState.CANCELLED, "ended_at": Now(), "owner": "", "lease_until": None, "fence": F("fence") + 1}
    return [pk for pk in asked.order_by("pk").values_list("pk", flat=True) if asked.filter(pk=pk).update(**end)]


def resend_queued() -> None:
    """Send the queued jobs for which no message was sent lately, oldest first.

    Not where as many messages wait as there are jobs: behind a long job they would pile up by the thousand.
    """
    before = timezone.now() - timedelta(seconds=settings.RESEND_SECONDS)
    queued: dict[tuple[str, int], list[Job]] = {}
    for job in Job.objects.filter(state=JobState.QUEUED, cancel_requested_at=None).order_by("pk"):
        queued.setdefault((job.queue, int(job.spec.get("devices") or 1)), []).append(job)
    for (queue, devices), jobs in queued.items():
        waiting = messages_waiting(queue, devices)
        if waiting is None:
            return
        if waiting >= len(jobs):
            continue
        for job in jobs:
            if job.dispatched_at is None or job.dispatched_at < before:
                send(job.pk, queue, devices)


def untold() -> list[int]:
    """Ended jobs whose worker died before it let go on what waited for them, or before their study was settled."""
    unsuccessful = [state for state in JobState if state != JobState.DONE]
    waiting = Job.objects.filter(state=JobState.WAITING, after__state=JobState.DONE)
    ready = waiting.exclude(after__state__in=unsuccessful)
    now = timezone.now()
    lately = Job.objects.filter(state__in=ENDED, ended_at__range=(now - UNTOLD_UNTIL, now - UNTOLD_FROM))
    studies = Study.objects.filter(jobs__in=lately).distinct().prefetch_related("jobs")
    unsettled = [study.pk for study in studies if not study.is_settled(list(study.jobs.all()))]
    last_of_each = lately.filter(study__in=unsettled).order_by("study", "-ended_at").values_list("study", "pk")
    return [*ready.values_list("after", flat=True).distinct(), *dict(last_of_each).values()]


def _tell_ended(job_id: int) -> None:
    """Of one job's dependants, so that an error there does not keep the others from being told."""
    from .services import job_ended

    try:
        job_ended(Job.objects.get(pk=job_id))
    except Exception:
        log.exception("what waits for the job could not go on", job_id=job_id)
