"""What the sweeper puts right."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests.webapp import factories
from webapp.jobs import sweep, workers
from webapp.jobs.models import Job, JobState, Worker
from webapp.projects.models import Project


@pytest.fixture(autouse=True)
def _swept_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "_watch", sweep._Watch(last_sweep=time.monotonic()))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs that were sent; the broker is empty."""
    found: list[int] = []

    def send(job_id: int, queue: str, devices: int) -> bool:
        found.append(job_id)
        return True

    monkeypatch.setattr(sweep, "send", send)
    monkeypatch.setattr(sweep, "messages_waiting", lambda queue, devices: 0)
    return found


def running(project: Project, *, owner: str = "elsewhere|x|1|y", seconds: float = -1, **fields: object) -> Job:
    """A running job whose lease ends in `seconds`."""
    return factories.job(
        project,
        state=JobState.RUNNING,
        owner=owner,
        fence=3,
        lease_until=timezone.now() + timedelta(seconds=seconds),
        **fields,
    )


def state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def test_an_expired_job_is_queued_and_sent(project: Project, sent: list[int]) -> None:
    expired, healthy = running(project), running(project, seconds=30)
    sweep.sweep_all()
    assert (state(expired), state(healthy)) == (JobState.QUEUED, JobState.RUNNING)
    assert sent == [expired.pk]


def test_after_an_outage_workers_first_get_time_to_renew(
    project: Project, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "_watch", sweep._Watch(last_sweep=time.monotonic() - 1000))
    expired = running(project)
    sweep.sweep_all()
    assert state(expired) == JobState.RUNNING
    sweep._watch.hold_until = 0.0
    sweep.sweep_all()
    assert state(expired) == JobState.QUEUED


def test_a_dead_process_of_this_machine_is_known_at_once(project: Project, sent: list[int]) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    space = workers.process_space()
    dead = running(project, owner=f"w|{space}|{gone.pid}|x", seconds=30)
    alive = running(project, owner=f"w|{space}|{os.getpid()}|x", seconds=30)
    elsewhere = running(project, owner=f"w|another|{gone.pid}|x", seconds=30)
    sweep.sweep_all()
    assert [state(job) for job in (dead, alive, elsewhere)] == [JobState.QUEUED, JobState.RUNNING, JobState.RUNNING]


def test_a_job_that_kills_its_workers_fails(project: Project, sent: list[int], settings: Settings) -> None:
    settings.JOB_ATTEMPTS = 2
    job = running(project, attempts=2)
    sweep.sweep_all()
    assert state(job) == JobState.FAILED
    assert all(job.failure[key] for key in ("what", "why", "remedy"))
    assert sent == []


def test_a_dead_job_that_was_to_be_cancelled_is_cancelled(project: Project, sent: list[int]) -> None:
    job = running(project, cancel_requested_at=timezone.now())
    sweep.sweep_all()
    assert state(job) == JobState.CANCELLED
    assert sent == []


def test_queued_jobs_are_sent_again_oldest_first_but_not_at_once(project: Project, sent: list[int]) -> None:
    now = timezone.now()
    long_ago = factories.job(project, state=JobState.QUEUED, dispatched_at=now - timedelta(minutes=5))
    never = factories.job(project, state=JobState.QUEUED)
    factories.job(project, state=JobState.QUEUED, dispatched_at=now)
    factories.job(project, state=JobState.DONE)
    sweep.sweep_all()
    assert sent == [long_ago.pk, never.pk]


def test_messages_do_not_pile_up_behind_a_long_job(
    project: Project, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.job(project, state=JobState.QUEUED)
    monkeypatch.setattr(sweep, "messages_waiting", lambda queue, devices: 1)
    sweep.sweep_all()
    assert sent == []


def test_what_waits_for_a_done_job_goes_on_though_its_worker_died_before_it_told(
    project: Project, sent: list[int]
) -> None:
    first = factories.job(project, state=JobState.DONE)
    second = factories.job(project, state=JobState.WAITING)
    second.after.add(first)
    sweep.sweep_all()
    assert state(second) == JobState.QUEUED


def test_a_worker_takes_the_oldest_job_that_fits(project: Project, settings: Settings) -> None:
    settings.DEVICES = [0]
    settings.DEVICE_CLASS = "cuda"
    spec = {"kind": "sft", "model": "m"}
    wide = factories.job(project, state=JobState.QUEUED, queue="cuda", spec={**spec, "devices": 4})
    old = factories.job(project, state=JobState.QUEUED, queue="cuda", spec={**spec, "devices": 1})
    other = factories.job(project, state=JobState.QUEUED, queue="cpu", spec={**spec, "devices": 1})
    named = factories.job(project, state=JobState.QUEUED, queue="cuda", spec={**spec, "devices": 1})
    assert workers.jobs_to_take(named.pk) == [old.pk, named.pk]
    assert {wide.pk, other.pk}.isdisjoint(workers.jobs_to_take(named.pk))


@pytest.mark.django_db
def test_a_worker_that_was_silent_for_long_does_not_count() -> None:
    now = timezone.now()
    Worker.objects.create(name="fresh", queue="cpu", seen_at=now)
    Worker.objects.create(name="stale", queue="cpu", seen_at=now - timedelta(minutes=5))
    assert [worker.name for worker in Worker.objects.alive()] == ["fresh"]


def test_what_waits_for_a_failed_job_too_is_left_alone(project: Project, sent: list[int]) -> None:
    done, failed = (factories.job(project, state=state) for state in (JobState.DONE, JobState.FAILED))
    waiting = factories.job(project, state=JobState.WAITING)
    waiting.after.set([done, failed])
    assert sweep.untold() == []
    sweep.sweep_all()
    assert state(waiting) == JobState.WAITING


def test_an_error_with_one_job_does_not_keep_others_from_going_on(
    project: Project, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = (running(project, cancel_requested_at=timezone.now()) for _ in range(2))
    told: list[int] = []

    def job_ended(job: Job) -> None:
        told.append(job.pk)
        if job.pk == broken.pk:
            raise RuntimeError("a broken study")

    monkeypatch.setattr("webapp.jobs.services.job_ended", job_ended)
    sweep.sweep_all()
    assert told == [broken.pk, fine.pk]
