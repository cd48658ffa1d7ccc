"""One kept process: in its own session, its output in a log file, restarted with back-off, ended for certain."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from .plan import Part

RESTART_WINDOW_SECONDS = 60.0
MAX_RESTARTS = 8
LONGEST_WAIT_SECONDS = 5.0
LONGEST_LOG_BYTES = 20 * 1024 * 1024

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Kept:
    """A process that should run. Its own session: Ctrl-C in the terminal reaches the launcher alone."""

    def __init__(self, part: Part, *, cwd: Path, logs: Path, environment: Mapping[str, str], lock_file: int) -> None:
        """`lock_file`: a locked file that the process inherits, so that the lock lasts while it lives."""
        self.part = part
        self._cwd = cwd
        self._environment = {**environment, **part.environment}
        self._lock_file = lock_file
        self._log_path = logs / f"{part.name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._ends: list[float] = []
        self._start_at = 0.0

    @property
    def pid(self) -> int:
        """The process id; 0 before the first start."""
        return self._process.pid if self._process else 0

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def keeps_failing(self) -> bool:
        """Whether it ended so often lately that another start makes no sense."""
        return len(self._ends) > MAX_RESTARTS

    def start(self) -> None:
        """Start the process."""
        if self._log_path.exists() and self._log_path.stat().st_size > LONGEST_LOG_BYTES:
            self._log_path.replace(self._log_path.with_suffix(".log.1"))
        parent = os.getpid()
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                list(self.part.command),
                cwd=self._cwd,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[self._lock_file],
                preexec_fn=lambda: _die_with(parent),
            )

    def look_after(self) -> str:
        """Restart the process if it ended, after a wait that grows with each end; returns what there is to say."""
        if self.is_running or self._process is None:
            return ""
        now = time.monotonic()
        if self._start_at == 0.0:
            self._ends = [end for end in self._ends if now - end < RESTART_WINDOW_SECONDS] + [now]
            wait = min(0.2 * 2 ** (len(self._ends) - 1), LONGEST_WAIT_SECONDS)
            self._start_at = now + wait
            return f"{self.part.name} ended ({_how(self._process.returncode)}); see {self._log_path}"
        if now < self._start_at or self.keeps_failing:
            return ""
        self._start_at = 0.0
        self.start()
        return f"{self.part.name} started again, process {self.pid}"

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        if self._process is not None and self.is_running:
            self._process.terminate()

    def await_end(self, seconds: float) -> bool:
        """Wait for the end, then kill the whole group. True if it ended by itself."""
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
            ended = True
        except subprocess.TimeoutExpired:
            ended = False
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        return ended


def _die_with(parent: int) -> None:
    """Runs in the new process: be told to stop when the launcher dies, even by SIGKILL. Linux only."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


def _how(returncode: int | None) -> str:
    if returncode is not None and returncode < 0:
        return signal.Signals(-returncode).name
    return f"exit status {returncode}"
