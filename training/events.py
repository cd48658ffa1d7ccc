"""`events.jsonl`: the append-only record of a job, one JSON object a line, and its source of truth.

Every event has `seq` (1, 2, 3 ...), `time` (seconds since the epoch) and `type`; the type's own
fields carry their unit in the name (`loss_nats`, `tokens_per_second`, `peak_memory_bytes`).
"""

import json
import math
import os
import threading
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

Event = dict[str, Any]


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


class EventLog:
    """Appends events to one file; safe from several threads of one process.

    Opening an existing log continues its numbering. A line torn by a crash is cut off first, so a
    reader that has seen the whole lines before it sees no number twice.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._seq = _cut_torn_tail(path)
        self._file: BinaryIO = path.open("ab", buffering=0)

    def emit(self, type_: EventType, **fields: object) -> Event:
        """Write one event and return it. Numbers that JSON lacks (nan, inf) become None."""
        with self._lock:
            self._seq += 1
            event: Event = {"seq": self._seq, "time": round(time.time(), 3), "type": str(type_)}
            event.update({name: _plain(value) for name, value in fields.items()})
            self._file.write(json.dumps(event, ensure_ascii=False).encode() + b"\n")
            if type_ in FINAL_TYPES or type_ is EventType.CHECKPOINT:
                os.fsync(self._file.fileno())
            return event

    def close(self) -> None:
        """Close the file; further calls to `emit` fail."""
        self._file.close()


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


def _cut_torn_tail(path: Path) -> int:
    """Drop a last line without its newline; returns the last whole event's `seq` (0 if none)."""
    if not path.exists():
        return 0
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    last = whole.rstrip(b"\n").rsplit(b"\n", 1)[-1]
    return int(json.loads(last)["seq"]) if last else 0


def _plain(value: object) -> object:
    """The value as strict JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
