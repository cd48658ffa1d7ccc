"""The one process kept ready: a real one, with the real protocol."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from training.events import read_events
from webapp.jobs import spare as spare_module
from webapp.jobs.spare import Spare

COMMAND = [sys.executable, str(Path(__file__).resolve().parent / "quick_spare.py")]


@pytest.fixture
def spare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spare]:
    monkeypatch.setattr(spare_module, "REFILL_AFTER_SECONDS", 0.0)
    made = Spare(COMMAND)
    yield made
    made.close()


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def hand_over(spare: Spare, folder: Path) -> "subprocess.Popen[bytes] | None":
    folder.mkdir(exist_ok=True)
    (folder / "launch.json").write_text(json.dumps({"kind": "count", "steps": 3}))
    return spare.hand_over(
        spec=folder / "launch.json", out=folder, env={"CUDA_VISIBLE_DEVICES": ""}, log_path=folder / "log.txt"
    )


def finish(process: "subprocess.Popen[bytes]") -> int:
    status = process.wait(20)
    assert process.stdin is not None
    process.stdin.close()
    return status


def test_where_no_spare_is_wanted_none_is_ever_started(spare: Spare, tmp_path: Path) -> None:
    assert hand_over(spare, tmp_path / "job") is None
    time.sleep(0.2)
    assert spare._process is None


def test_it_runs_the_job_and_is_replaced(spare: Spare, tmp_path: Path) -> None:
    spare.open()
    wait_until(lambda: spare.is_ready)
    process = hand_over(spare, tmp_path / "job")
    assert process is not None
    assert hand_over(spare, tmp_path / "other") is None, "it is given once"
    assert finish(process) == 0
    assert [event["type"] for event in read_events(tmp_path / "job" / "events.jsonl")][-1] == "done"
    assert "started count" in (tmp_path / "job" / "log.txt").read_text()
    wait_until(lambda: spare.is_ready)
    second = hand_over(spare, tmp_path / "second")
    assert second is not None
    assert second.pid != process.pid
    assert finish(second) == 0


def test_there_is_never_more_than_one(spare: Spare, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    popen = subprocess.Popen

    def counting(*args: object, **kwargs: object) -> object:
        started.append(args)
        return popen(*args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(spare_module.subprocess, "Popen", counting)
    for _ in range(5):
        spare.open()
    wait_until(lambda: spare.is_ready)
    assert len(started) == 1


def test_a_spare_that_died_is_not_used(spare: Spare, tmp_path: Path) -> None:
    spare.open()
    wait_until(lambda: spare.is_ready)
    assert spare._process is not None
    spare._process.kill()
    spare._process.wait()
    assert not spare.is_ready
    assert hand_over(spare, tmp_path / "job") is None
    wait_until(lambda: spare.is_ready)


def test_it_ends_with_its_worker() -> None:
    """A worker killed with -9: its end of the pipe closes."""
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"""
import subprocess, sys, time
spare = subprocess.Popen({COMMAND!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
spare.stdout.readline()
print(spare.pid, flush=True)
time.sleep(60)
""",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    pid = int(worker.stdout.readline())
    worker.kill()
    worker.wait()
    worker.stdout.close()
    wait_until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2])
