"""`events.jsonl`: the append-only record of a job, one JSON object a line, and its source of truth.

Every event has `seq` (1, 2, 3 ...), `time` (seconds since the epoch) and `type`; the type's own
fields carry their unit in the name (`loss_nats`, `tokens_per_second`, `peak_memory_bytes`).
"""

import json
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

Event = dict[str, Any]
Watcher = Callable[[Event], None]

_TAIL_BYTES = 4 * 1024 * 1024


class EventType(StrEnum):
    """The closed list of event types."""

    STARTED = "started"
    STEP = "step"
    EVAL = "eval"
    SAMPLE = "sample"
    CHECKPOINT = "checkpoint"
    WARNING = "warning"
    LOG = "log"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL_TYPES = frozenset({EventType.DONE, EventType.FAILED, EventType.CANCELLED})


class LogEnded(RuntimeError):
    """An event came after this process wrote the job's final one."""


class EventLog:
    """Appends events to one file; safe from several threads of one process.

    Opening an existing log continues its numbering. A line torn by a crash is cut off first, so a reader that has
    seen the whole lines before it sees no number twice. `path` None keeps nothing: the log of a process that is
    not its job's first. `watch` is called with each event once it is written.
    """

    def __init__(self, path: Path | None, watch: Watcher | None = None) -> None:
        self._lock = threading.Lock()
        self._watch = watch
        self._ended = False
        self._seq = 0 if path is None else _cut_torn_tail(path)
        self._file = None if path is None else os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def emit(self, type_: EventType, **fields: object) -> Event:
        """Write one event and return it. Numbers that JSON lacks (nan, inf) become None.

        Raises `OSError` when the disk is full; the log then ends with the last whole event, and its number is free.
        Raises `LogEnded` after a final event: a job ends once.
        """
        with self._lock:
            if self._ended:
                raise LogEnded(f"no {type_} event may follow the job's last")
            event: Event = {"seq": self._seq + 1, "time": round(time.time(), 3), "type": str(type_)}
            event.update({name: plain(value) for name, value in fields.items()})
            if self._file is not None:
                _append(
                    self._file, json.dumps(event, ensure_ascii=False, default=str).encode("utf-8", "replace") + b"\n"
                )
                if type_ in FINAL_TYPES or type_ is EventType.CHECKPOINT:
                    os.fsync(self._file)
            self._seq += 1
            self._ended = type_ in FINAL_TYPES
        if self._watch is not None:
            self._watch(event)
        return event

    def close(self) -> None:
        """Close the file; further calls to `emit` fail."""
        if self._file is not None:
            os.close(self._file)
            self._file = -1


def read_events(path: Path, after: int = 0) -> Iterator[Event]:
    """The events of a log with `seq` above `after`; stops before a line still being written."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            event = json.loads(line)
            if event["seq"] > after:
                yield event


def last_event(path: Path) -> Event | None:
    """The newest whole event of a log, None where there is none; reads the end of the file only."""
    return _last_whole(path)[1]


def latest_by_step(events: Iterable[Event]) -> list[Event]:
    """The `step` events with each step once, by step number.

    A job that died after its last checkpoint does some steps again when it resumes; the later one counts.
    """
    latest = {event["step"]: event for event in events if event["type"] == EventType.STEP}
    return [latest[step] for step in sorted(latest)]


def _append(file: int, line: bytes) -> None:
    """Write the whole line or nothing of it."""
    start = os.fstat(file).st_size
    rest = line
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
    except OSError:
        with suppress(OSError):  # the first error is the one to tell
            os.ftruncate(file, start)
        raise


def _cut_torn_tail(path: Path) -> int:
    """Drop what follows the last whole event; returns that event's `seq` (0 if none)."""
    if not path.exists():
        return 0
    end, event = _last_whole(path)
    if end < path.stat().st_size:
        os.truncate(path, end)
    return 0 if event is None else int(event["seq"])


def _last_whole(path: Path) -> tuple[int, Event | None]:
    """The offset after the last line that is whole JSON, and its event. A power cut can leave blocks of NUL."""
    if not path.exists():
        return 0, None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    end = tail.rfind(b"\n") + 1
    while end > 0:
        begin = tail.rfind(b"\n", 0, end - 1) + 1
        try:
            event = json.loads(tail[begin:end])
        except ValueError:
            end = begin
            continue
        return start + end, event
    return 0, None


def plain(value: object) -> object:
    """The value as strict JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
