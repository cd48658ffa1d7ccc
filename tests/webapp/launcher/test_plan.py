"""What `up` starts on a machine with and without GPUs."""

import os
from pathlib import Path

import pytest

from webapp.jobs.queues import queue_name, queue_names
from webapp.launcher.devices import device_groups, visible_gpus
from webapp.launcher.places import LONGEST_SOCKET_PATH, broker_socket, private_folder
from webapp.launcher.plan import Part, Settings, make_plan


def plan(
    *, roles: tuple[str, ...] = ("broker", "train", "default", "beat", "web"), **changes: object
) -> dict[str, Part]:
    values: dict[str, object] = {
        "source": Path("/source"),
        "state": Path("/state"),
        "socket": Path("/state/broker/s"),
        "bind": "127.0.0.1",
        "port": 8000,
        "job_stop_seconds": 20,
        "device_class": "cpu",
        "cpu_slots": 1,
        **changes,
    }
    return {part.name: part for part in make_plan(Settings(**values), roles)}  # type: ignore[arg-type]


def queues(part: Part) -> list[str]:
    command = list(part.command)
    return command[command.index("--queues") + 1].split(",")


def test_a_machine_without_gpus() -> None:
    parts = plan()
    assert list(parts) == ["broker", "web", "train-cpu", "default", "beat"]
    assert queues(parts["train-cpu"])[0] == "train.cpu"
    assert parts["train-cpu"].environment["UPLIFT_DEVICE_CLASS"] == "cpu"
    assert queues(parts["default"]) == ["default"]


def test_one_worker_a_gpu_each_pinned_to_its_own() -> None:
    parts = plan(gpu_groups=[[0], [1]])
    pinned = {name: part.environment["UPLIFT_DEVICES"] for name, part in parts.items() if name.startswith("train-cuda")}
    assert pinned == {"train-cuda-0": "0", "train-cuda-1": "1"}
    assert queues(parts["train-cuda-0"]) == ["train.cuda"]
    assert parts["train-cpu"].environment["UPLIFT_SPARE_PROCESS"] == "0"


def test_a_group_of_gpus_takes_jobs_for_up_to_that_many() -> None:
    parts = plan(gpu_groups=[[0], [1, 2, 3]])
    assert queues(parts["train-cuda-1-2-3"]) == ["train.cuda", "train.cuda.x2", "train.cuda.x3"]
    assert parts["train-cuda-1-2-3"].environment["UPLIFT_DEVICES"] == "1,2,3"


def test_a_device_class_of_ones_own() -> None:
    parts = plan(gpu_groups=[[0]], device_class="h200")
    assert queues(parts["train-cuda-0"]) == ["train.h200"]


def test_another_machine_only_trains() -> None:
    assert list(plan(roles=("train",), socket=None)) == ["train-cpu"]


def test_no_broker_is_started_where_redis_is_given() -> None:
    assert "broker" not in plan(socket=None)


def test_the_web_stops_first_and_the_broker_last() -> None:
    order = {name: part.stop_order for name, part in plan().items()}
    assert order["web"] < order["default"] <= order["train-cpu"] < order["broker"]


def test_a_worker_has_time_to_checkpoint_its_job() -> None:
    assert plan(job_stop_seconds=300)["train-cpu"].stop_seconds > 300


def test_queue_names() -> None:
    assert queue_names("cuda", 3) == ["train.cuda", "train.cuda.x2", "train.cuda.x3"]
    assert queue_name("cpu", 1) == "train.cpu"


def test_device_groups() -> None:
    assert device_groups([0, 1], "") == [[0], [1]]
    assert device_groups([0, 1, 2], "0;1,2") == [[0], [1, 2]]


@pytest.mark.parametrize(("asked", "told"), [("0;7", "no GPU"), ("0;0", "two groups"), ("a", "groups of numbers")])
def test_a_wrong_device_group_is_told(asked: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        device_groups([0, 1], asked)


def test_gpus_are_those_of_the_driver_that_are_left_visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\nprintf '0\\n1\\n2\\n'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert visible_gpus() == [0, 1, 2]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,0")
    assert visible_gpus() == [0, 2]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert visible_gpus() == []
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert visible_gpus() == []


def test_a_long_state_folder_gets_a_short_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert broker_socket(Path("/srv/uplift")) == Path("/srv/uplift/broker/s")
    long = tmp_path / ("x" * 120)
    for runtime in ("", "/run/user/1000", "/" + "y" * 90):
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        short = broker_socket(long)
        assert len(os.fsencode(short)) <= LONGEST_SOCKET_PATH
        assert short != broker_socket(long / "other")


def test_the_broker_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir(mode=0o755)
    assert private_folder(folder).stat().st_mode & 0o777 == 0o700
