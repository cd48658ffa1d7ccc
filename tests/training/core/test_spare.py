"""The pre-imported spare, as a real process whose job kind needs no torch."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from .processes import events, start, types, wait_until, write_spec

pytestmark = pytest.mark.faults


def ready_spare() -> subprocess.Popen[str]:
    process = start("spare")
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] is True
    assert ready["pid"] == process.pid
    return process


def give(process: subprocess.Popen[str], **request: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()


def end(process: subprocess.Popen[str]) -> int:
    status = process.wait(15)
    process.communicate()
    return status


def test_it_runs_the_job_it_is_given(tmp_path: Path) -> None:
    process = ready_spare()
    log, place = tmp_path / "job/log.txt", tmp_path / "place"
    log.parent.mkdir()
    place.mkdir()
    asked = time.monotonic()
    spec = write_spec(tmp_path, steps=2)
    give(
        process,
        spec=str(spec),
        out=str(tmp_path / "job"),
        env={"CUDA_VISIBLE_DEVICES": "3"},
        cwd=str(place),
        log=str(log),
    )
    wait_until(lambda: "step" in types(tmp_path / "job"))
    assert time.monotonic() - asked < 1
    assert end(process) == 0
    assert types(tmp_path / "job")[-1] == "done"
    assert f"visible=3 cwd={place}" in [event.get("text") for event in events(tmp_path / "job")]
    assert "started probe" in log.read_text()


def test_its_job_stops_when_the_supervisor_dies(tmp_path: Path) -> None:
    process = ready_spare()
    give(process, spec=str(write_spec(tmp_path, steps=1000)), out=str(tmp_path / "job"))
    wait_until(lambda: "step" in types(tmp_path / "job"))
    assert process.stdin is not None
    process.stdin.close()
    process.stdin = None
    assert end(process) == 5
    assert types(tmp_path / "job")[-1] == "cancelled"


def test_its_job_answers_sigterm(tmp_path: Path) -> None:
    process = ready_spare()
    give(process, spec=str(write_spec(tmp_path, steps=1000)), out=str(tmp_path / "job"))
    wait_until(lambda: "step" in types(tmp_path / "job"))
    process.terminate()
    assert end(process) == 5
    assert types(tmp_path / "job").count("cancelled") == 1


def test_idle_it_ends_with_its_supervisor() -> None:
    process = ready_spare()
    process.communicate(timeout=5)  # closes its standard input
    assert process.returncode == 0


def test_idle_it_ends_at_once_on_sigterm() -> None:
    process = ready_spare()
    asked = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    assert end(process) == -signal.SIGTERM
    assert time.monotonic() - asked < 1


@pytest.mark.parametrize("line", ["not json", "[]", '{"spec": 1, "out": "x"}'])
def test_a_bad_request_is_refused(line: str) -> None:
    process = ready_spare()
    _, err = process.communicate(line + "\n", timeout=5)
    assert process.returncode != 0
    assert "must be a JSON object with spec and out" in err
