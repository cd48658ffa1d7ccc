"""A job that counts: as quick as a job can be, with the stages, checkpoints and stops of a real one.

Its running total is kept in the checkpoint, so that a step left out or done twice shows in the result.
"""

import json
import os
import signal
import time
from typing import Literal

from training import spec as registry
from training.events import EventType
from training.result import ArtifactFile, Measurement, Result, write_json
from training.run import Run
from training.spec import Kind
from training.spec.base import JobSpec

Trick = Literal["", "fail", "kill-self", "exhaust-memory", "full-checkpoint", "full-events"]


class CountSpec(JobSpec):
    """Counts from 1 to `steps`."""

    kind: Literal["count"] = "count"
    model: str = "none"
    steps: int = 20
    step_seconds: float = 0.05
    load_seconds: float = 0.0
    save_seconds: float = 0.0
    checkpoint_every_steps: int = 5
    trick: Trick = ""


def register() -> None:
    """Make the kind known in this process."""
    registry.KINDS["count"] = Kind("count", "Count", "Count to a number; for tests.", CountSpec, "count_job:run")  # type: ignore[index]


def run(spec: JobSpec, run: Run) -> Result:
    """Count, with a checkpoint every few steps."""
    assert isinstance(spec, CountSpec)
    checkpoint = run.checkpoints / "count.json"
    time.sleep(spec.load_seconds)
    with run.graceful():
        state = json.loads(checkpoint.read_text()) if checkpoint.exists() else {"step": 0, "total": 0, "seconds": 0.0}
        run.continue_from(state["seconds"])
        while state["step"] < spec.steps:
            time.sleep(spec.step_seconds)
            state["step"] += 1
            state["total"] += state["step"]
            run.emit(
                EventType.STEP,
                step=state["step"],
                max_steps=spec.steps,
                loss_nats=1 / state["step"],
                elapsed_seconds=run.elapsed_seconds,
            )
            _play(spec.trick, run)
            is_due = state["step"] % spec.checkpoint_every_steps == 0
            if is_due or run.stop_reason:
                _save(run, state, spec)
            run.check()
    time.sleep(spec.save_seconds)
    write_json(run.artifacts / "count.json", state)
    return Result(
        kind="count",
        metrics={"total": state["total"]},
        measurements=[Measurement("total", float(state["total"]), n=spec.steps, unit="count")],
        artifacts=[ArtifactFile("count", "report", "artifacts/count.json")],
        cost=run.cost("cpu"),
    )


def _save(run: Run, state: dict[str, float], spec: CountSpec) -> None:
    target = run.checkpoints / "count.json"
    if spec.trick == "full-checkpoint":
        with open("/dev/full", "w") as full:
            json.dump(state, full)
    write_json(target, {**state, "seconds": run.elapsed_seconds})
    run.emit(EventType.CHECKPOINT, step=state["step"])


def _play(trick: str, run: Run) -> None:
    if trick == "kill-self":
        os.kill(os.getpid(), signal.SIGKILL)
    if trick == "fail":
        raise RuntimeError("told to fail")
    if trick == "full-events":
        os.dup2(os.open("/dev/full", os.O_WRONLY), run.events._file or 0)
    if trick == "exhaust-memory":
        hoard = [bytearray(64 * 1024 * 1024) for _ in range(1000)]
        raise AssertionError(f"held {len(hoard)} blocks")
