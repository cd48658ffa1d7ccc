"""How a job's process is started and ended."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from training.spec import SpecFaults
from webapp.jobs.children import Child, job_environment, start_child
from webapp.jobs.workers import machine


def started(code: str) -> Child:
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return Child(process)


def test_a_process_that_does_not_hear_is_killed_after_its_grace(settings: Settings) -> None:
    settings.STOP_GRACE_SECONDS = 0.3
    child = started("import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)")
    began = time.monotonic()
    child.stop()
    child.stop()
    while not child.wait(0.05):
        assert time.monotonic() - began < 10
    assert child.returncode == -signal.SIGKILL
    assert time.monotonic() - began >= 0.3


def test_what_the_process_started_ends_with_it() -> None:
    code = "import subprocess; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    left = int(process.stdout.readline())
    process.stdout.close()
    child = Child(process)
    while not child.wait(1):
        pass
    deadline = time.monotonic() + 10
    while Path(f"/proc/{left}").exists() and "Z" not in Path(f"/proc/{left}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_command_line_runs_the_spec_that_was_launched(tmp_path: Path) -> None:
    """A real process: it finds no data, says so in its events, and ends with 3."""
    spec = {"kind": "sft", "model": "none", "data": {"train": str(tmp_path / "missing.jsonl")}}
    child = start_child(spec, tmp_path / "job")
    while not child.wait(1):
        pass
    assert child.returncode == 3, (tmp_path / "job" / "log.txt").read_text()
    assert json.loads((tmp_path / "job" / "launch.json").read_text()) == spec
    assert not child.was_spare


def test_a_spec_that_is_no_longer_good_is_refused_before_a_process_starts(tmp_path: Path) -> None:
    with pytest.raises(SpecFaults):
        start_child({"kind": "sft"}, tmp_path / "job")


def test_a_job_is_pinned_to_as_many_devices_as_it_asks_for(settings: Settings) -> None:
    settings.DEVICES = [2, 3, 5]
    settings.JOB_MEMORY_BYTES = 10**9
    environment = job_environment(2)
    assert environment["CUDA_VISIBLE_DEVICES"] == "2,3"
    assert environment["UPLIFT_JOB_MEMORY_BYTES"] == "1000000000"
    assert "OMP_NUM_THREADS" not in environment


def test_a_job_on_a_cpu_sees_no_gpu_and_shares_the_cores(settings: Settings) -> None:
    settings.DEVICES = []
    settings.JOB_MEMORY_BYTES = 0
    assert job_environment(1)["CUDA_VISIBLE_DEVICES"] == ""
    assert "OMP_NUM_THREADS" not in job_environment(1)
    assert "UPLIFT_JOB_MEMORY_BYTES" not in job_environment(1)
    settings.CPU_SLOTS = 2
    assert job_environment(1)["OMP_NUM_THREADS"] == str(max(1, machine().cores // 2))
    assert os.cpu_count() == machine().cores
