"""How a running job is told to stop, and how its end happens once.

SIGTERM, SIGINT, end-of-file on the pipe from a supervisor that died, and a spent budget all stop a job. The main
thread ends it at its next `run.check()`; where it cannot (an import, a load, a step that hangs) a second thread
does. Both first take `Ending`, which only one of them gets.

A second SIGTERM, a second or more after the first, says that nobody wants to wait: the job ends at once with its
`cancelled` event, without a checkpoint where that one is not yet whole. Signals are read by a thread, since Python
runs its handlers only once the main thread is back from whatever it computes or writes.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from .faults import ExitStatus, JobFault
from .run import Run

STOP_GRACE_SECONDS = 60.0
"""How long a stopped job may take to reach a checkpoint before it is ended without one."""

HURRY_AFTER_SECONDS = 1.0
"""A SIGTERM this long after the first ends the job at once. A launcher of several processes sends the first twice."""

_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Signals:
    """stop: the job is to end after a checkpoint; hurry: it is to end now."""

    stop: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)


class Ending:
    """Taken by the one thread that ends the job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.is_taken = threading.Event()

    def take(self) -> bool:
        """True for the first caller only."""
        with self._lock:
            if self.is_taken.is_set():
                return False
            self.is_taken.set()
            return True

    def take_or_sleep(self) -> None:
        """Take it; if another thread has, wait for that thread to end the process."""
        if not self.take():
            while True:
                time.sleep(1)


@contextmanager
def stop_signals(signals: Signals) -> Iterator[None]:
    """Let SIGTERM and a first SIGINT set `stop`, a later SIGTERM set `hurry`, a second SIGINT interrupt at once.

    Main thread only.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupts = 0

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal interrupts
        if number == signal.SIGINT:
            interrupts += 1
            if interrupts > 1:
                raise KeyboardInterrupt
            with suppress(OSError):
                print("\nStopping after a checkpoint; press Ctrl-C again to stop at once", file=sys.stderr)

    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    threading.Thread(target=_listen, args=(reader, signals), daemon=True, name="signals").start()
    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writer)


def _listen(reader: int, signals: Signals) -> None:
    """Read signal numbers, one byte each, from the pipe that the interpreter writes them to, until it is closed."""
    first: float | None = None
    while arrived := os.read(reader, 1):
        now = time.monotonic()
        if arrived[0] == signal.SIGTERM and first is not None and now - first >= HURRY_AFTER_SECONDS:
            signals.hurry.set()
        if arrived[0] in (signal.SIGTERM, signal.SIGINT):
            first = now if first is None else first
            signals.stop.set()
    os.close(reader)


def leave(status: int) -> NoReturn:
    """End the process with this status, whatever a library does while the interpreter ends, and though the log's disk
    is full."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def watch_parent(stop: threading.Event) -> None:
    """Set `stop` when standard input ends, which it does when the supervisor that holds its other end dies."""

    def wait() -> None:
        # os.read and not a buffered read: that one can abort the interpreter at exit
        while os.read(0, 1024):
            pass
        stop.set()

    threading.Thread(target=wait, daemon=True, name="parent-watch").start()


def end_when_due(run: Run, ending: Ending, end: Callable[[JobFault], ExitStatus]) -> None:
    """Start the thread that ends the process when the main thread does not.

    Outside `run.graceful()` nothing is worth a checkpoint and the end comes at once; inside, after the job had
    time for one. `end` writes the last event.
    """

    def wait() -> None:
        reason = run.stop_reason
        while reason is None:
            if ending.is_taken.wait(_POLL_SECONDS):
                return
            reason = run.stop_reason
        # from here on the main thread enters no graceful block; after the grace it is ended inside one
        late = time.monotonic() + STOP_GRACE_SECONDS
        while not run.graceful_lock.acquire(timeout=_POLL_SECONDS):
            if run.hurry.is_set() or time.monotonic() >= late:
                break
        # the main thread may just have left its graceful block with the same reason: it goes first
        if ending.is_taken.wait(_POLL_SECONDS) or not ending.take():
            return
        status: int = ExitStatus.OTHER
        try:
            status = end(reason)
        finally:
            leave(status)

    threading.Thread(target=wait, daemon=True, name="stop-watch").start()
