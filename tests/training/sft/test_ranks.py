"""Two processes train as one does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.sft.job import Job
from training.home import SOURCE_ROOT
from training.launch import job_command


@pytest.mark.training
def test_two_processes_of_one_row_give_the_curve_of_one_of_two(job: Job) -> None:
    """Through `accelerate launch`, as a worker starts it. 35 rows: in the 18th step the second process has none."""
    alone = job.run("alone", job.spec(optim={"batch_size": 2, "max_steps": None, "epochs": 1}, sample_prompts=0))
    spec = job.spec(optim={"batch_size": 1, "max_steps": None, "epochs": 1}, devices=2, sample_prompts=0)
    path = job.folder / "spec.json"
    path.write_text(json.dumps(spec.model_dump(mode="json")))
    command = job_command(spec, sys.executable, job.folder / "two", path)
    environment = {**os.environ, "PYTHONPATH": str(SOURCE_ROOT), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, cwd=SOURCE_ROOT, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    assert [event["step"] for event in job.events("two", "step")] == list(range(1, 19))
    assert list(job.losses("two").values()) == pytest.approx(list(job.losses("alone").values()), abs=1e-4)
    two = json.loads((job.folder / "two/result.json").read_text())
    assert two["train_tokens"] == alone.metrics["train_tokens"]
    assert two["validation_loss_nats"] == pytest.approx(alone.metrics["validation_loss_nats"], abs=1e-4)
    assert Path(job.folder / "two/artifacts/adapter/adapter_model.safetensors").is_file()
