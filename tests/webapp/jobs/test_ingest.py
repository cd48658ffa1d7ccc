"""Events from the file into the database."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.webapp import factories
from training.events import EventLog, EventType
from webapp.jobs import ingest
from webapp.jobs.ingest import Tail, match_file, progress_fields, store
from webapp.jobs.lease import Lease, LeaseLost, claim
from webapp.jobs.models import Job, JobEvent, JobState
from webapp.projects.models import Project


@pytest.fixture
def job(project: Project) -> Job:
    return factories.job(project, state=JobState.QUEUED, queue="cpu")


@pytest.fixture
def lease(job: Job) -> Lease:
    found = claim(job.pk, owner="one", queue="cpu")
    assert found is not None
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def write_steps(path: Path, count: int) -> None:
    log = EventLog(path)
    for step in range(1, count + 1):
        log.emit(EventType.STEP, step=step, max_steps=count, loss_nats=1.5)
    log.close()


def stored(job: Job) -> list[int]:
    return list(JobEvent.objects.filter(job=job).values_list("seq", flat=True))


def test_events_arrive_with_the_progress_they_tell(job: Job, lease: Lease, path: Path) -> None:
    write_steps(path, 3)
    tail = Tail(path, 0)
    events = tail.read()
    store(lease, events)
    tail.advance(events)
    assert stored(job) == [1, 2, 3]
    job.refresh_from_db()
    assert (job.last_seq, job.step, job.total_steps) == (3, 3, 3)
    first = JobEvent.objects.filter(job=job)[0]
    assert (first.type, first.payload) == ("step", {"step": 1, "max_steps": 3, "loss_nats": 1.5})
    assert tail.read() == []


def test_a_batch_stored_twice_is_there_once(job: Job, lease: Lease, path: Path) -> None:
    """A commit whose answer was lost is tried again."""
    write_steps(path, 3)
    events = Tail(path, 0).read()
    store(lease, events)
    store(lease, events)
    assert stored(job) == [1, 2, 3]


def test_without_the_claim_nothing_is_stored(job: Job, lease: Lease, path: Path) -> None:
    write_steps(path, 3)
    Job.objects.filter(pk=job.pk).update(fence=lease.fence + 1)
    with pytest.raises(LeaseLost):
        store(lease, Tail(path, 0).read())
    assert stored(job) == []


def test_a_line_still_being_written_waits(path: Path) -> None:
    write_steps(path, 2)
    tail = Tail(path, 0)
    whole = json.dumps({"seq": 3, "time": 1.0, "type": "step", "step": 3})
    with path.open("a") as file:
        file.write(whole[:10])
    events = tail.read()
    assert [event["seq"] for event in events] == [1, 2]
    tail.advance(events)
    assert tail.read() == []
    with path.open("a") as file:
        file.write(whole[10:] + "\n")
    assert [event["seq"] for event in tail.read()] == [3]


def test_a_torn_line_that_a_restart_cuts_off_is_not_in_the_way(path: Path) -> None:
    write_steps(path, 2)
    with path.open("ab") as file:
        file.write(b'{"seq": 3, "ti' + b"\0" * 20 + b"\n")
    tail = Tail(path, 0)
    events = tail.read()
    tail.advance(events)
    write_steps(path, 1)  # opening the log cuts the torn line
    assert [event["seq"] for event in tail.read()] == [3]


def test_reading_goes_on_after_what_is_stored_and_in_batches(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH_EVENTS", 4)
    write_steps(path, 10)
    tail, seen = Tail(path, 3), []
    while events := tail.read():
        assert len(events) <= 4
        tail.advance(events)
        seen += [event["seq"] for event in events]
    assert seen == [4, 5, 6, 7, 8, 9, 10]


def test_a_read_that_was_not_stored_is_read_again(path: Path) -> None:
    write_steps(path, 3)
    tail = Tail(path, 0)
    assert tail.read() == tail.read()


def test_events_beyond_the_file_are_dropped_before_their_numbers_come_again(job: Job, lease: Lease, path: Path) -> None:
    write_steps(path, 5)
    store(lease, Tail(path, 0).read())
    path.unlink()
    write_steps(path, 2)
    assert match_file(lease, path) == 2
    assert stored(job) == [1, 2]
    job.refresh_from_db()
    assert job.last_seq == 2


def test_text_that_a_database_cannot_hold_is_stored_without_it(job: Job, lease: Lease) -> None:
    event: dict[str, Any] = {"seq": 1, "time": 1.0, "type": "log", "text": "a\0b\ud800", "more": [{"k\0": "\0"}]}
    store(lease, [event])
    assert JobEvent.objects.get(job=job).payload == {"text": "a\ufffdb?", "more": [{"k\ufffd": "\ufffd"}]}


def test_a_checkpoint_makes_the_attempts_count_anew() -> None:
    assert progress_fields([{"seq": 9, "type": "checkpoint", "step": 3}]) == {
        "last_seq": 9,
        "step": 3,
        "stage": "Working",
        "attempts": 1,
    }
    assert "attempts" not in progress_fields([{"seq": 9, "type": "step", "step": 3}])


def test_numbers_that_are_none_change_nothing() -> None:
    assert progress_fields([{"seq": 1, "type": "log", "eta_seconds": None, "usd": None}]) == {"last_seq": 1}
