"""The one process a training worker keeps ready, with everything imported, so that the next job starts at once.

A spare holds about 480 MB and takes 6 to 10 seconds of one core to get ready; see `training.spare` for what it does.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import structlog

REFILL_AFTER_SECONDS = 10.0
"""A new spare waits so long, so that its imports do not slow the first steps of the job that took the old one."""

log = structlog.get_logger("uplift.spare")


class Spare:
    """Holds at most one waiting process. Its standard input is its tie to the worker: it ends when the worker does."""

    def __init__(self, command: list[str] | None = None) -> None:
        self._command = command or [sys.executable, "-m", "training", "spare"]
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False
        self._is_open = False

    def open(self) -> None:
        """From now on keep a spare; before, and where this is never called, there is none."""
        with self._lock:
            self._is_open = True
        self._fill()

    def _fill(self, delay_seconds: float = 0.0) -> None:
        """Start a spare in the background unless there is one."""
        timer = threading.Timer(delay_seconds, self._start)
        timer.daemon = True
        timer.start()

    @property
    def is_ready(self) -> bool:
        """Whether a job would start at once now."""
        with self._lock:
            return self._process is not None and self._is_ready and self._process.poll() is None

    def hand_over(
        self, *, spec: Path, out: Path, env: Mapping[str, str], log_path: Path
    ) -> subprocess.Popen[bytes] | None:
        """Give the job to the spare and return its process, now the job's; None if there is no spare ready.

        Another spare is started in its place a little later.
        """
        with self._lock:
            if not self._is_open:
                return None
            process = self._process
            if process is not None and process.poll() is None and not self._is_ready:
                return None  # still importing: it is for the next job
            self._process = None
        self._fill(REFILL_AFTER_SECONDS)
        if process is None or process.poll() is not None:
            _discard(process)
            return None
        request = {"spec": str(spec), "out": str(out), "env": dict(env), "log": str(log_path)}
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            _discard(process)
            return None
        return process

    def close(self) -> None:
        """End the spare for good."""
        with self._lock:
            self._is_open = False
            process, self._process = self._process, None
        _discard(process)

    def _start(self) -> None:
        with self._lock:
            if not self._is_open or (self._process is not None and self._process.poll() is None):
                return
            _discard(self._process)
            self._is_ready = False
            try:
                self._process = process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    env={**os.environ, "UPLIFT_WATCH_PARENT": "1"},
                )
            except OSError as error:
                log.warning("no spare process", error=str(error))
                return
        threading.Thread(target=self._await_ready, args=(process, time.monotonic()), daemon=True).start()

    def _await_ready(self, process: subprocess.Popen[bytes], started: float) -> None:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.stdout.close()
        if not line:
            process.wait()
            log.warning("the spare process ended before it was ready", exit_status=process.returncode)
            return
        with self._lock:
            if self._process is process:
                self._is_ready = True
        log.info("spare process ready", pid=process.pid, seconds=round(time.monotonic() - started, 1))


def _discard(process: "subprocess.Popen[bytes] | None") -> None:
    """End a spare that no job was given to, and close what belonged to it."""
    if process is not None:
        process.kill()
        process.wait()
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
