"""Commands that start jobs, and what is read from how they ended."""

from pathlib import Path

import pytest

from training.events import EventLog, EventType
from training.faults import ExitStatus
from training.launch import device_environment, job_command, outcome
from training.spec import JobSpec, parse_spec


def spec(**fields: object) -> JobSpec:
    return parse_spec({"kind": "evaluate", "model": "m", "data": {"test": "t.jsonl"}, **fields})


def test_one_device_runs_plainly(tmp_path: Path) -> None:
    assert job_command(spec(), "python3", tmp_path) == [
        *("python3", "-m", "training", "run", str(tmp_path / "spec.json")),
        *("--out", str(tmp_path)),
    ]


@pytest.mark.parametrize("device", ["auto", "cuda", "cpu"])
def test_several_devices_go_through_accelerate(tmp_path: Path, device: str) -> None:
    command = job_command(spec(devices=4, device=device), "python3", tmp_path)
    assert command[:3] == ["python3", "-m", "accelerate.commands.launch"]
    assert command[command.index("--num_processes") + 1] == "4"
    assert "--multi_gpu" in command
    assert command[-6:] == ["-m", "training", "run", str(tmp_path / "spec.json"), "--out", str(tmp_path)]


def test_a_job_sees_only_its_devices() -> None:
    environment = device_environment([2, 3], memory_bytes=10)
    assert environment["CUDA_VISIBLE_DEVICES"] == "2,3"
    assert environment["UPLIFT_JOB_MEMORY_BYTES"] == "10"
    assert device_environment([])["CUDA_VISIBLE_DEVICES"] == ""


def test_the_last_event_tells_more_than_the_return_code(tmp_path: Path) -> None:
    """accelerate answers 1 for any failure."""
    log = EventLog(tmp_path / "events.jsonl")
    log.emit(EventType.FAILED, exit_status=4)
    assert outcome(tmp_path, 1) is ExitStatus.OUT_OF_RESOURCES


@pytest.mark.parametrize(
    ("returncode", "expected"),
    [(-15, ExitStatus.CANCELLED), (-9, None), (-11, None), (1, None), (0, None), (3, ExitStatus.BAD_DATA)],
)
def test_without_a_last_event(tmp_path: Path, returncode: int, expected: ExitStatus | None) -> None:
    EventLog(tmp_path / "events.jsonl").emit(EventType.STARTED)
    assert outcome(tmp_path, returncode) is expected
