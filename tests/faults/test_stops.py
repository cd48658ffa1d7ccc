"""Cancel at every stage, resume, and many messages for one job."""

import json
from datetime import datetime

import pytest

from training.events import read_events

from .installation import Installation
from .ledger import check_counted_once

pytestmark = pytest.mark.faults

CANCEL_SECONDS = 3.0
SLOTS = 4
STEPS = 80


def seconds_to_cancel(running: Installation, *codes: str) -> float:
    """From the request to the end, by the database's times; the longest of these jobs."""
    running.act("cancel", codes=codes)
    jobs = [running.wait_for_state(code, "cancelled", seconds=10) for code in codes]
    asked = [job["cancel_requested_at"] or job["ended_at"] for job in jobs]
    took = [
        datetime.fromisoformat(job["ended_at"]) - datetime.fromisoformat(at)
        for job, at in zip(jobs, asked, strict=True)
    ]
    return max(seconds.total_seconds() for seconds in took)


def test_cancel_while_queued(running: Installation) -> None:
    busy = running.launch(*({"steps": 1000} for _ in range(SLOTS)))
    running.wait_until(lambda: all(running.job(code)["state"] == "running" for code in busy), 20, "all slots taken")
    (waiting,) = running.launch({"steps": 10})
    assert seconds_to_cancel(running, waiting) < CANCEL_SECONDS
    assert not running.folder(waiting).exists()
    assert seconds_to_cancel(running, *busy) < CANCEL_SECONDS


def test_cancel_while_loading(running: Installation) -> None:
    (code,) = running.launch({"load_seconds": 60})
    running.wait_until(lambda: running.job(code)["stage"] == "Loading", 20, "the load")
    assert seconds_to_cancel(running, code) < CANCEL_SECONDS
    assert running.job_pids(code) == []


def test_cancel_while_training_keeps_a_checkpoint_and_resume_goes_on_from_it(running: Installation) -> None:
    (code,) = running.launch({"steps": STEPS, "checkpoint_every_steps": 1000})
    running.wait_until(lambda: running.job(code)["step"] >= 10, 20, "ten steps")
    assert seconds_to_cancel(running, code) < CANCEL_SECONDS
    assert running.job_pids(code) == []
    step = json.loads((running.folder(code) / "checkpoints" / "count.json").read_text())["step"]
    assert step >= 10
    assert running.job(code)["step"] == step
    running.act("resume", code=code)
    running.wait_for_end(code)
    check_counted_once(running, code, STEPS)
    steps = [event["step"] for event in read_events(running.folder(code) / "events.jsonl") if event["type"] == "step"]
    assert steps == list(range(1, STEPS + 1)), "no step was done twice"


def test_cancel_while_saving(running: Installation) -> None:
    (code,) = running.launch({"steps": 5, "save_seconds": 60})
    running.wait_until(lambda: running.job(code)["step"] == 5, 20, "the last step")
    assert seconds_to_cancel(running, code) < CANCEL_SECONDS
    assert running.job(code)["result"] == "{}"


def test_twenty_messages_for_one_job_run_it_once(running: Installation) -> None:
    (code,) = running.launch({"steps": STEPS})
    assert running.act("repeat", code=code, times=20) == 20
    assert running.job(code)["state"] == "running", "the messages came while it ran"
    running.wait_for_end(code)
    assert running.act("repeat", code=code, times=5) == 5
    check_counted_once(running, code, STEPS)
    assert running.job(code)["fence"] == 1
    assert sum(row["type"] == "started" for row in running.stored_events(code)) == 1
