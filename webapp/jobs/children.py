"""The process of one job as its supervisor holds it: started, signalled as a group, ended for certain."""

import math
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from training.launch import device_environment, job_command
from training.result import write_json
from training.spec import parse_spec

from .workers import machine, pinned_devices, spare

HURRY_AFTER_SECONDS = 1.5
"""How long a cancelled job's checkpoint may take before the process is told to end without it."""


class Child:
    """A started job process, the leader of its own session."""

    def __init__(self, process: "subprocess.Popen[bytes]", *, was_spare: bool = False) -> None:
        self._process = process
        self._kill_at: float | None = None
        self._hurry_at: float | None = None
        self.was_spare = was_spare
        self.returncode: int | None = None

    @property
    def pid(self) -> int:
        """The process id, also the id of its process group."""
        return self._process.pid

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds`; True once the process ended. Hurries and kills it when its time to stop is over."""
        if self._hurry_at is not None and time.monotonic() >= self._hurry_at:
            self._hurry_at = math.inf
            self._signal(signal.SIGTERM)
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            self._signal(signal.SIGKILL)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        if self.returncode is None:
            self.returncode = self._process.returncode
            self._signal(signal.SIGKILL)  # what the leader left behind: data loaders, other ranks
            if self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()
        return True

    def stop(self, *, hurry: bool = False) -> None:
        """Ask the whole group to stop; `wait` kills it after `STOP_GRACE_SECONDS`. Later calls do not ask again.

        `hurry`: a person waits, so that a checkpoint which takes long is given up (see `training.stopping`).
        """
        if hurry and self._hurry_at is None:
            self._hurry_at = time.monotonic() + HURRY_AFTER_SECONDS
        if self._kill_at is None:
            self._kill_at = time.monotonic() + settings.STOP_GRACE_SECONDS
            self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def start_child(spec: dict[str, Any], folder: Path) -> Child:
    """Start the job's process in `folder`, in the spare where that can be.

    The spec goes to `launch.json`, as the process keeps its own whole copy in `spec.json`. Raises `OSError` and
    `SpecFaults`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "launch.json"
    write_json(source, spec)
    parsed = parse_spec(spec)
    environment = job_environment(parsed.devices)
    log_path = folder / "log.txt"
    if parsed.devices == 1:
        process = spare.hand_over(spec=source, out=folder, env=environment, log_path=log_path)
        if process is not None:
            return Child(process, was_spare=True)
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            job_command(parsed, sys.executable, folder, source),
            cwd=settings.SOURCE,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return Child(process)


def job_environment(devices: int) -> dict[str, str]:
    """Pins a job to the first `devices` of this worker's GPUs, bounds its memory, and shares out the cores."""
    environment = dict(device_environment(pinned_devices()[:devices], settings.JOB_MEMORY_BYTES or None))
    if not pinned_devices() and settings.CPU_SLOTS > 1:
        # jobs side by side that each start a thread a core are slower than one after the other
        environment["OMP_NUM_THREADS"] = str(max(1, machine().cores // settings.CPU_SLOTS))
    return environment
