"""A real job process, killed and cancelled on the way, ends as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.training.sft.job import Job
from training.events import Event
from training.home import SOURCE_ROOT

STEPS = 300
CANCEL_SECONDS = 3.0


def start(job: Job, name: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "training", "run", str(job.folder / "spec.json"), "--out", str(job.folder / name)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    return subprocess.Popen(
        command, cwd=SOURCE_ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )


def wait_for_step(job: Job, name: str, step: int) -> None:
    deadline = time.monotonic() + 120
    while not any(event["step"] >= step for event in job.events(name, "step")):
        assert time.monotonic() < deadline, f"step {step} never came"
        time.sleep(0.01)


def effective_steps(events: list[Event]) -> list[Event]:
    """Steps without those that a later attempt took back."""
    steps: list[Event] = []
    for event in events:
        if "resumed_from_step" in event:
            steps = [step for step in steps if step["step"] <= event["resumed_from_step"]]
        if event["type"] == "step":
            steps.append(event)
    return steps


@pytest.mark.training
@pytest.mark.faults
def test_killed_then_cancelled_then_done(job: Job) -> None:
    spec = job.spec(
        optim={"max_steps": STEPS, "learning_rate": 0.002},
        checkpoint_every_steps=10,
        eval_every_steps=1000,
        sample_prompts=0,
    )
    (job.folder / "spec.json").write_text(json.dumps(spec.model_dump(mode="json")))
    job.run("undisturbed", spec)

    first = start(job, "disturbed")
    wait_for_step(job, "disturbed", 25)
    first.kill()
    first.wait()

    second = start(job, "disturbed")
    wait_for_step(job, "disturbed", 60)
    asked = time.monotonic()
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=30) == 5
    assert time.monotonic() - asked < CANCEL_SECONDS
    events = job.events("disturbed")
    assert events[-1]["type"] == "cancelled"
    last_step = max(event["step"] for event in events if event["type"] == "step")
    assert [event["step"] for event in events if event["type"] == "checkpoint"][-1] == last_step

    assert start(job, "disturbed").wait(timeout=120) == 0
    steps = effective_steps(job.events("disturbed"))
    assert [event["step"] for event in steps] == list(range(1, STEPS + 1))
    wanted = list(job.losses("undisturbed").values())
    assert [event["loss_nats"] for event in steps] == pytest.approx(wanted, abs=1e-5)
    assert (job.folder / "disturbed/result.json").is_file()
