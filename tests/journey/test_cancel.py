"""Cancelling full fine-tuning of the real model, at each stage of its process, takes at most three seconds."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from training.data.samples import write_sample
from training.home import state_folder
from webapp.jobs.children import Child

from .product import MODEL, SOURCE

pytestmark = [pytest.mark.training, pytest.mark.alone]

CANCEL_SECONDS = 3.0
STAGE_SECONDS = 180


def is_loading(out: Path) -> bool:
    return (out / "events.jsonl").is_file()


def is_training(out: Path) -> bool:
    return '"step"' in (out / "events.jsonl").read_text() if is_loading(out) else False


def is_saving(out: Path) -> bool:
    return any(out.glob("checkpoints/*.part"))


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Full fine-tuning of the base model with a checkpoint (1.6 GB: weights and two moments) after each step."""
    subprocess.run([sys.executable, "-m", "training", "prepare", MODEL], cwd=SOURCE, check=True)
    folder = tmp_path_factory.mktemp("cancel")
    write_sample("medical-coding", folder / "rows")
    fields = {
        "kind": "sft",
        "model": MODEL,
        "data": {"train": str(folder / "rows/train.jsonl")},
        "adaptation": {"method": "full"},
        "optim": {"batch_size": 2, "max_steps": 50},
        "checkpoint_every_steps": 1,
    }
    (folder / "spec.json").write_text(json.dumps(fields))
    return folder / "spec.json"


@pytest.mark.parametrize("stage", [is_loading, is_training, is_saving], ids=["loading", "training", "saving"])
def test_a_cancelled_job_is_gone_within_three_seconds(
    stage: Callable[[Path], bool], spec: Path, tmp_path: Path
) -> None:
    out = tmp_path / "job"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "UPLIFT_HOME": str(state_folder())}
    job = subprocess.Popen(
        [sys.executable, "-m", "training", "run", str(spec), "--out", str(out)],
        cwd=SOURCE,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + STAGE_SECONDS
    while not stage(out):
        assert job.poll() is None, "the job ended by itself"
        assert time.monotonic() < deadline, "the stage never came"
        time.sleep(0.005)
    asked = time.monotonic()
    child = Child(job)
    child.stop(hurry=True)  # what the worker does when a person presses Cancel
    while not child.wait(0.4):
        assert time.monotonic() - asked < 60
    assert child.returncode == 5
    took = time.monotonic() - asked
    print(f"cancelled in {took:.2f} s")
    last = json.loads((out / "events.jsonl").read_text().splitlines()[-1])
    assert last["type"] == "cancelled"
    assert took < CANCEL_SECONDS
