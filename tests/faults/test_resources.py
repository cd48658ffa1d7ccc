"""Memory and disk that run out, a process that dies, a job that fails, a database and a broker that are away."""

import json
import sqlite3
import time

import pytest

from .installation import Installation
from .ledger import check_counted_once

pytestmark = pytest.mark.faults

LOCKED_SECONDS = 30.0


def failure(running: Installation, code: str) -> dict[str, object]:
    """The job's failure once it failed; a failed job never looks finished."""
    job = running.wait_for_state(code, "failed")
    assert job["result"] == "{}"
    found: dict[str, object] = json.loads(job["failure"])
    assert found["what"]
    assert found["why"]
    assert found["remedy"]
    return found


def test_memory_limit(running: Installation) -> None:
    other, code = running.launch({"steps": 40}, {"steps": 5, "trick": "exhaust-memory"})
    found = failure(running, code)
    assert found["exit_status"] == 4
    assert "memory" in str(found["what"])
    assert "batch_size" in str(found["remedy"])
    running.wait_for_end(other)
    check_counted_once(running, other, 40)


def test_disk_full_at_a_checkpoint(running: Installation) -> None:
    (code,) = running.launch({"steps": 10, "trick": "full-checkpoint"})
    found = failure(running, code)
    assert found["exit_status"] == 4
    assert "disk" in str(found["what"])
    assert [row["type"] for row in running.stored_events(code)].count("failed") == 1


def test_disk_full_for_the_events_themselves(running: Installation) -> None:
    """Not even the `failed` event can be written: the exit status still tells."""
    (code,) = running.launch({"steps": 10, "trick": "full-events"})
    found = failure(running, code)
    assert found["exit_status"] == 4
    assert all(row["type"] != "failed" for row in running.stored_events(code))


def test_a_job_that_fails_is_not_tried_again(running: Installation) -> None:
    (code,) = running.launch({"steps": 10, "trick": "fail"})
    assert "told to fail" in str(failure(running, code)["why"])
    assert running.job(code)["fence"] == 1


def test_a_job_that_dies_each_time_fails_after_its_attempts(running: Installation) -> None:
    (code,) = running.launch({"steps": 10, "trick": "kill-self", "checkpoint_every_steps": 1000})
    found = failure(running, code)
    assert running.job(code)["fence"] == 2
    assert "memory" in str(found["why"])
    assert running.job_pids(code) == []


def test_database_locked_for_30_seconds(running: Installation) -> None:
    """The jobs go on; what they report arrives when the database is back, once."""
    short, long = running.launch({"steps": 40}, {"steps": 340, "step_seconds": 0.1})
    running.wait_until(lambda: min(running.job(short)["step"], running.job(long)["step"]) > 0, 20, "both to run")
    lock = sqlite3.connect(running.state / "uplift.sqlite3", isolation_level=None, timeout=10)
    lock.execute("BEGIN EXCLUSIVE")
    time.sleep(LOCKED_SECONDS)
    assert (running.folder(short) / "result.json").exists(), "the job went on while the database was away"
    lock.execute("ROLLBACK")
    lock.close()
    running.wait_for_end(short, long, seconds=60)
    check_counted_once(running, short, 40)
    check_counted_once(running, long, 340)
    assert running.job(long)["fence"] == 1, "a healthy job is not taken from its worker because the database was away"


def test_a_job_launched_while_the_broker_is_away_runs_when_it_is_back(running: Installation) -> None:
    pids = running.pids("valkey")
    assert len(pids) == 1
    running.kill("broker")
    (code,) = running.launch({"steps": 5})
    running.wait_for_end(code)
    check_counted_once(running, code, 5)
