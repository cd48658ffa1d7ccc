"""Keeps the parts of the plan running until it is told to stop."""

import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO

from .children import Kept
from .places import private_folder, process_space
from .plan import Part

LEFTOVERS_SECONDS = 30.0
TICK_SECONDS = 0.25


class CannotStart(Exception):
    """Why the launcher cannot start, in words for the person at the terminal."""


class Supervisor:
    """Starts, restarts and stops. `say` prints a line for the person at the terminal."""

    def __init__(self, *, source: Path, state: Path, say: Callable[[str], None]) -> None:
        self._source = source
        self._state = state
        self._say = say
        self._kept: list[Kept] = []
        self._own_locks: list[IO[str]] = []
        self._children_locks: dict[str, IO[str]] = {}
        self.must_stop = False

    def take_place(self, roles: Sequence[str]) -> None:
        """Make this the one launcher of these roles. Raises `CannotStart`.

        One broker serves a state folder; the other roles run once on each machine or container that shares it.
        Processes of a launcher that was killed end by themselves; the lock that they inherited tells when.
        """
        run = private_folder(self._state / "run")
        for role in roles:
            own = _lock(run / f"{_place(role)}.lock", 0.0)
            if own is None:
                raise CannotStart(
                    f"Uplift is already running in {self._state}. Stop it first, or set another UPLIFT_HOME."
                )
            self._own_locks.append(own)
        for role in roles:
            self._children_locks[role] = self._await_leftovers(run / f"{_place(role)}.children.lock")

    def _await_leftovers(self, path: Path) -> IO[str]:
        lock = _lock(path, 0.0)
        if lock is None:
            self._say("Waiting for the processes of an earlier start to end ...")
            lock = _lock(path, LEFTOVERS_SECONDS)
        if lock is None:
            left = _read(self._note_path)
            raise CannotStart(f"Processes of an earlier start are still there: {left}. End them first.")
        return lock

    @property
    def _note_path(self) -> Path:
        return self._state / "run" / f"{process_space()}.processes"

    def watch_signals(self) -> None:
        """Let SIGINT, SIGTERM and SIGHUP end `keep`."""

        def on_signal(number: int, frame: FrameType | None) -> None:
            self.must_stop = True

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, on_signal)

    def start(self, part: Part, environment: Mapping[str, str]) -> None:
        """Start one part."""
        logs = self._state / "log"
        logs.mkdir(exist_ok=True)
        lock_file = self._children_locks[part.role].fileno()
        kept = Kept(part, cwd=self._source, logs=logs, environment=environment, lock_file=lock_file)
        kept.start()
        self._kept.append(kept)
        self._note_processes()

    def wait_for(self, what: str, is_ready: Callable[[], bool], seconds: float) -> None:
        """Wait until `is_ready`; raises `CannotStart` when it takes too long. Returns early when told to stop."""
        deadline = time.monotonic() + seconds
        while not self.must_stop and not is_ready():
            self.look_after()
            if time.monotonic() > deadline:
                raise CannotStart(f"{what} did not answer within {seconds:.0f} s; see {self._state / 'log'}")
            time.sleep(0.05)

    def keep(self) -> None:
        """Look after the parts until told to stop, or until one keeps failing."""
        while not self.must_stop:
            self.look_after()
            time.sleep(TICK_SECONDS)

    def look_after(self) -> None:
        """One round. Raises `CannotStart` if a part keeps failing."""
        for kept in self._kept:
            said = kept.look_after()
            if said:
                self._say(said)
                self._note_processes()
            if kept.keeps_failing:
                raise CannotStart(f"{kept.part.name} keeps failing; see {self._state / 'log' / kept.part.name}.log")

    def stop(self) -> None:
        """Stop the parts in their order, each with its own time to stop."""
        started = time.monotonic()
        for order in sorted({kept.part.stop_order for kept in self._kept}):
            group = [kept for kept in self._kept if kept.part.stop_order == order]
            for kept in group:
                kept.ask_to_stop()
            for kept in group:
                if not kept.await_end(kept.part.stop_seconds):
                    self._say(f"{kept.part.name} did not stop in {kept.part.stop_seconds:.0f} s and was killed")
        self._kept.clear()
        self._say(f"Stopped in {time.monotonic() - started:.1f} s")

    def _note_processes(self) -> None:
        text = ", ".join(f"{kept.part.name} {kept.pid}" for kept in self._kept)
        with suppress(OSError):
            self._note_path.write_text(text + "\n")


def check_port(bind: str, port: int) -> None:
    """Raise `CannotStart` if the web port cannot be had."""
    with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind.strip("[]"), port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {bind} cannot be used: {error.strerror}. Set PORT to another one."
            ) from None


def answers(socket_path: Path) -> bool:
    """Whether the embedded broker answers on its socket and has read its log."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def environment_with(values: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `values`, unbuffered output, and workers that do not load every page to start."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", "CELERY_SKIP_CHECKS": "1", **values}


def _place(role: str) -> str:
    """The broker's data belongs to the state folder; anything else to this machine or container."""
    return role if role == "broker" else f"{process_space()}.{role}"


def _lock(path: Path, seconds: float) -> IO[str] | None:
    """The file, locked; None if another process still holds it after so many seconds."""
    file = path.open("a+")
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except OSError:
            if time.monotonic() >= deadline:
                file.close()
                return None
            time.sleep(0.1)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return "unknown"


def tell(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, file=sys.stdout, flush=True)


__all__: Sequence[str] = ("CannotStart", "Supervisor", "answers", "check_port", "environment_with", "tell")
