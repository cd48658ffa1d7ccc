"""Who runs a job: one claim at a time, known by its fence.

The database row is the truth. A claim is one conditional update that raises the row's fence; whatever the claimant
writes afterwards is bound to that fence, so a worker that lost its claim (it was stopped, cut off or slow for longer
than the lease) writes nothing. Times are the database's own clock: workers' clocks may differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now

from .models import Job, JobState


class LeaseLost(Exception):
    """Another worker claimed the job, or it was ended: nothing more may be written for this claim."""


@dataclass(frozen=True)
class Lease:
    """One claim on one job."""

    job_id: int
    owner: str
    fence: int

    def rows(self) -> QuerySet[Job]:
        """The job's row as long as this claim holds it.

        A claim that expired while the database was away, and that nobody took over, still holds: the sweeper puts
        such a row back to queued but leaves owner and fence.
        """
        return Job.objects.filter(
            pk=self.job_id, owner=self.owner, fence=self.fence, state__in=(JobState.RUNNING, JobState.QUEUED)
        )

    def write(self, **fields: Any) -> None:
        """Renew the lease and set `fields`, in one update. Raises `LeaseLost`."""
        if not self.rows().update(state=JobState.RUNNING, lease_until=_lease_end(), **fields):
            raise LeaseLost(self)

    def end(self, state: JobState, fields: Mapping[str, Any]) -> None:
        """Give the claim up and leave the job in `state`: ended, or queued for another claim. Raises `LeaseLost`.

        A job that is put back while its cancellation is asked for is cancelled instead.
        """
        with transaction.atomic():
            rows = self.rows()
            if state == JobState.QUEUED:
                if rows.filter(cancel_requested_at=None).update(
                    state=state, owner="", lease_until=None, dispatched_at=None, eta_seconds=None, **fields
                ):
                    return
                state, fields = JobState.CANCELLED, {}
            if not rows.update(
                state=state, owner="", lease_until=None, ended_at=Now(), eta_seconds=None, stage="", **fields
            ):
                raise LeaseLost(self)


def claim(job_id: int, *, owner: str, queue: str) -> Lease | None:
    """Take a queued job, or a running one whose lease expired; None when there is nothing to take.

    Delivering the same message many times is harmless: one claim succeeds.
    """
    expired = Q(state=JobState.RUNNING, lease_until__lt=Now(), attempts__lt=settings.JOB_ATTEMPTS)
    with transaction.atomic():
        taken = Job.objects.filter(
            Q(state=JobState.QUEUED) | expired, pk=job_id, queue=queue, cancel_requested_at=None
        ).update(
            state=JobState.RUNNING,
            owner=owner,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_until=_lease_end(),
            started_at=Coalesce(F("started_at"), Now()),
            stage="Starting",
        )
        if not taken:
            return None
        return Lease(job_id, owner, Job.objects.values_list("fence", flat=True).get(pk=job_id))


def _lease_end() -> Combinable:
    return ExpressionWrapper(Now() + timedelta(seconds=settings.LEASE_SECONDS), output_field=DateTimeField())
