"""`python job_driver.py run SPEC --out DIR`: the real command line with one more kind of job, `probe`.

A kind is one entry in `training.spec.KINDS`; this adds one whose work is sleeping, so that process tests need no
torch: signals, locks, limits and exits are the real ones.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Literal, cast

from training.cli import main
from training.events import EventType
from training.result import Measurement, Result, write_json
from training.run import Run
from training.spec import KINDS, JobSpec, Kind


class ProbeSpec(JobSpec):
    kind: Literal["probe"] = "probe"
    model: str = "none"
    stage: Literal["load", "train", "save", "memory", "disk", "fill", "bug", "nan"] = "train"
    steps: int = 5
    seconds_per_step: float = 0.02
    seconds_in_stage: float = 30.0


def run(spec: ProbeSpec, run: Run) -> Result:
    """Count steps, keep a checkpoint after each, and go on from it."""
    run.log(f"visible={os.environ.get('CUDA_VISIBLE_DEVICES')} cwd={Path.cwd()}")
    if spec.stage == "load":
        time.sleep(spec.seconds_in_stage)
    checkpoint = run.checkpoints / "step.json"
    step = 0
    if checkpoint.exists():
        kept = json.loads(checkpoint.read_text())
        step = kept["step"]
        run.continue_from(kept["seconds"])
    with run.graceful():
        while step < spec.steps:
            time.sleep(spec.seconds_per_step)
            step += 1
            run.emit(EventType.STEP, step=step, loss_nats=1 / step)
            if run.is_main:
                write_json(checkpoint, {"step": step, "seconds": run.elapsed_seconds})
            run.check()
    _trouble(spec, run)
    value = float("nan") if spec.stage == "nan" else 0.5
    return Result("probe", metrics={"steps": step}, measurements=[Measurement("accuracy", value)])


def _trouble(spec: ProbeSpec, run: Run) -> None:
    if spec.stage == "save":
        time.sleep(spec.seconds_in_stage)
    if spec.stage == "memory":
        bytearray(4 * 1024**3)
    if spec.stage == "disk":
        Path("/dev/full").write_text("x")
    if spec.stage == "fill":
        (run.artifacts / "big").write_bytes(b"x" * 8 * 1024**2)
        run.emit(EventType.SAMPLE, text="x" * 8 * 1024**2)
    if spec.stage == "bug":
        raise KeyError("surprise")


cast(dict[str, Any], KINDS)["probe"] = Kind("probe", "Probe", "Sleeps.", ProbeSpec, f"{__name__}:run")

if __name__ == "__main__":
    if sys.argv[1] == "spare":
        from training.spare import wait_for_job

        for name in set(KINDS) - {"probe"}:  # their modules import torch
            cast(dict[str, Any], KINDS).pop(name)
        sys.exit(wait_for_job(libraries=()))
    sys.exit(main())
