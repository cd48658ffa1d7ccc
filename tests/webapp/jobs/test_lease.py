"""Claims, fences and fenced writes, on whichever database DATABASE_URL names."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests.webapp import factories
from webapp.jobs.lease import Lease, LeaseLost, claim
from webapp.jobs.models import Job, JobState
from webapp.projects.models import Project


@pytest.fixture
def queued(project: Project) -> Job:
    return factories.job(project, state=JobState.QUEUED, queue="cpu")


def take(job: Job, owner: str = "one") -> Lease:
    lease = claim(job.pk, owner=owner, queue="cpu")
    assert lease is not None
    return lease


def expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_claim_takes_the_job_once(queued: Job) -> None:
    lease = take(queued)
    assert claim(queued.pk, owner="two", queue="cpu") is None
    queued.refresh_from_db()
    assert (queued.state, queued.owner, queued.fence, queued.attempts) == (JobState.RUNNING, "one", lease.fence, 1)
    assert queued.started_at is not None


def test_the_lease_lasts_as_long_as_set(queued: Job, settings: Settings) -> None:
    settings.LEASE_SECONDS = 100
    take(queued)
    queued.refresh_from_db()
    assert queued.lease_until is not None
    assert abs((queued.lease_until - timezone.now()).total_seconds() - 100) < 5


def test_a_worker_of_another_queue_takes_nothing(queued: Job) -> None:
    assert claim(queued.pk, owner="one", queue="cuda") is None


def test_a_job_whose_cancellation_is_asked_for_is_not_taken(queued: Job) -> None:
    Job.objects.filter(pk=queued.pk).update(cancel_requested_at=timezone.now())
    assert claim(queued.pk, owner="one", queue="cpu") is None


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_what_is_not_queued_is_not_taken(project: Project, state: JobState) -> None:
    job = factories.job(project, state=state, queue="cpu")
    assert claim(job.pk, owner="one", queue="cpu") is None


def test_an_expired_lease_can_be_taken_and_the_first_holder_writes_nothing_more(queued: Job) -> None:
    first = take(queued)
    expire(queued)
    second = take(queued, "two")
    assert second.fence == first.fence + 1
    with pytest.raises(LeaseLost):
        first.write(step=5)
    with pytest.raises(LeaseLost):
        first.end(JobState.DONE, {})
    second.write(step=7)
    queued.refresh_from_db()
    assert (queued.step, queued.state, queued.owner) == (7, JobState.RUNNING, "two")


def test_an_expired_lease_is_not_taken_once_the_attempts_are_used_up(queued: Job, settings: Settings) -> None:
    settings.JOB_ATTEMPTS = 1
    take(queued)
    expire(queued)
    assert claim(queued.pk, owner="two", queue="cpu") is None


def test_a_holder_goes_on_if_nobody_took_its_expired_claim(queued: Job) -> None:
    """The database was away for longer than the lease, and the sweeper queued the job again."""
    lease = take(queued)
    Job.objects.filter(pk=queued.pk).update(state=JobState.QUEUED)
    lease.write(step=3)
    queued.refresh_from_db()
    assert (queued.state, queued.step) == (JobState.RUNNING, 3)
    assert claim(queued.pk, owner="two", queue="cpu") is None


def test_an_end_is_written_once(queued: Job) -> None:
    lease = take(queued)
    lease.end(JobState.FAILED, {"failure": {"what": "x"}})
    queued.refresh_from_db()
    assert (queued.state, queued.owner, queued.lease_until) == (JobState.FAILED, "", None)
    assert queued.ended_at is not None
    with pytest.raises(LeaseLost):
        lease.end(JobState.DONE, {})
    with pytest.raises(LeaseLost):
        lease.write()


def test_putting_back_lets_another_take_it(queued: Job) -> None:
    take(queued).end(JobState.QUEUED, {})
    queued.refresh_from_db()
    assert (queued.state, queued.ended_at) == (JobState.QUEUED, None)
    assert take(queued, "two").fence == 2


def test_putting_back_a_job_that_is_to_be_cancelled_cancels_it(queued: Job) -> None:
    lease = take(queued)
    Job.objects.filter(pk=queued.pk).update(cancel_requested_at=timezone.now())
    lease.end(JobState.QUEUED, {})
    queued.refresh_from_db()
    assert queued.state == JobState.CANCELLED
    assert queued.ended_at is not None
