"""What a worker process is: its name, queue and devices; the row that says it lives; its wish to stop."""

import os
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import connection
from django.utils import timezone

from training.launch import device_environment
from training.speed import recorded
from webapp.launcher.places import process_space

from .models import HEARTBEAT_SECONDS, Job, JobState, Worker
from .queues import DEFAULT_QUEUE
from .spare import Spare

MEASURE_SECONDS = 60.0
"""The longest that measuring a machine may take; usually 12 s, of which 9 are imports."""

log = structlog.get_logger("uplift.worker")

draining = threading.Event()
"""Set when this worker was told to stop: its jobs go back to the queue."""

spare = Spare()
"""This worker's spare process; empty unless the worker trains and `SPARE_PROCESS` is on."""


@dataclass(frozen=True)
class Machine:
    """What this process may use."""

    cores: int
    memory_bytes: int


def machine() -> Machine:
    """Cores and memory of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(os.cpu_count() or 1, memory)


def new_owner(worker_name: str) -> str:
    """A claim's owner: which worker, in which process, where; never given twice."""
    return f"{worker_name[:80]}|{process_space()}|{os.getpid()}|{uuid.uuid4().hex[:8]}"


def owner_is_dead(owner: str) -> bool:
    """Whether the owner's process is known to have ended. False where that cannot be told from here."""
    parts = owner.split("|")
    if len(parts) != 4 or parts[1] != process_space() or not parts[2].isdecimal():
        return False
    try:
        os.kill(int(parts[2]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def pinned_devices() -> list[int]:
    """Numbers of the devices this worker may use; empty on a CPU."""
    return list(settings.DEVICES)


def capacity() -> int:
    """How many devices one job of this worker can have: the pinned ones, or a process a core."""
    return len(pinned_devices()) or machine().cores


def jobs_to_take(hint: int) -> list[int]:
    """The oldest queued jobs that fit this worker, and last the one a message named."""
    queued = Job.objects.filter(state=JobState.QUEUED, queue=settings.DEVICE_CLASS, cancel_requested_at=None)
    oldest = queued.order_by("pk").values_list("pk", "spec__devices")[:20]
    fitting = [pk for pk, devices in oldest if int(devices or 1) <= capacity() and pk != hint]
    return [*(pk for pk in fitting if pk < hint), hint]


def measure_once() -> None:
    """Measure this machine for predictions, in a process of its own, unless that was done; half a minute at most."""
    if recorded() is not None:
        return
    environment = device_environment(pinned_devices()[:1], None)
    try:
        subprocess.run(
            [sys.executable, "-m", "training", "speed"],
            cwd=settings.SOURCE,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=MEASURE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("the machine was not measured", error=str(error))


def _told_speed() -> dict[str, Any]:
    measured = recorded()
    return {} if measured is None else measured.to_json()


class Heartbeat:
    """Keeps one worker's row fresh from a thread of its own."""

    def __init__(self, name: str, queue: str, slots: int) -> None:
        self._name = name
        self._fields: dict[str, Any] = {
            "queue": queue,
            "devices": ",".join(map(str, settings.DEVICES)) if queue != DEFAULT_QUEUE else "",
            "slots": slots,
            "memory_bytes": machine().memory_bytes,
            "cores": machine().cores,
        }
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin to beat."""
        threading.Thread(target=self._run, daemon=True, name="heartbeat").start()

    def stop(self) -> None:
        """Stop, and take the row away, so that nobody waits for this worker."""
        self._stop.set()
        try:
            Worker.objects.filter(name=self._name).delete()
        except DatabaseTrouble as error:
            log.warning("worker row left behind", error=str(error))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                told = {**self._fields, "speed": _told_speed(), "seen_at": timezone.now()}
                Worker.objects.update_or_create(name=self._name, defaults=told)
            except DatabaseTrouble as error:
                log.warning("heartbeat missed", error=str(error))
                connection.close()
            self._stop.wait(HEARTBEAT_SECONDS)
        connection.close()
