"""From a job's `events.jsonl` into the database: each event once, whatever fails in between."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from training.events import Event, EventType, last_event

from .lease import Lease
from .models import Job, JobEvent

BATCH_EVENTS = 1000
BATCH_BYTES = 4 * 1024 * 1024

_STAGES = {
    EventType.STARTED: "Loading",
    EventType.STEP: "Working",
    EventType.EVAL: "Working",
    EventType.CHECKPOINT: "Working",
}
_LATEST = {  # the row's field: the names under which events carry it; of several in one event the last counts
    "step": ("step", "items_done"),
    "total_steps": ("max_steps", "total_steps", "items_total"),
    "eta_seconds": ("eta_seconds",),
    "elapsed_seconds": ("elapsed_seconds",),
    "usd": ("usd",),
}


class Tail:
    """Reads the whole lines that a log gained. A position moves only with `advance`, once its events are stored."""

    def __init__(self, path: Path, after_seq: int) -> None:
        self._path = path
        self._offset = 0
        self._next_offset = 0
        self.seq = after_seq

    def read(self) -> list[Event]:
        """The next events with `seq` above `self.seq`: at most `BATCH_EVENTS`, or about `BATCH_BYTES`."""
        events: list[Event] = []
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return events
        with file:
            offset = position = file.seek(self._offset)
            for line in file:
                position += len(line)
                event = _parse(line)
                if event is not None:
                    offset = position  # a torn or broken last line is read again; a broken one before others is passed
                    if event["seq"] > self.seq:
                        events.append(event)
                if len(events) >= BATCH_EVENTS or position - self._offset >= BATCH_BYTES:
                    break
        self._next_offset = offset
        return events

    def advance(self, events: Sequence[Event]) -> None:
        """These events, which `read` returned last, are stored."""
        self._offset = self._next_offset
        if events:
            self.seq = events[-1]["seq"]


def store(lease: Lease, events: Sequence[Event]) -> None:
    """Store events and what they say of the job in one transaction, and renew the lease. Raises `LeaseLost`."""
    with transaction.atomic():
        lease.write(**progress_fields(events))  # first: it holds the row, so a new claim waits
        JobEvent.objects.bulk_create((_row(lease.job_id, event) for event in events), ignore_conflicts=True)


def match_file(lease: Lease, path: Path) -> int:
    """Make the stored events agree with the file before a job goes on; returns the newest stored `seq`.

    The file is the source of truth. It is behind the database after a power cut that lost its last page, or where
    the job's folder is not on this machine and it begins anew: events it lacks are dropped, as their numbers will
    be given again. Raises `LeaseLost`.
    """
    last = last_event(path)
    file_seq = 0 if last is None else int(last["seq"])
    with transaction.atomic():
        lease.write()
        stored = Job.objects.values_list("last_seq", flat=True).get(pk=lease.job_id)
        if stored <= file_seq:
            return stored
        JobEvent.objects.filter(job=lease.job_id, seq__gt=file_seq).delete()
        lease.write(last_seq=file_seq)
        return file_seq


def progress_fields(events: Sequence[Event]) -> dict[str, Any]:
    """The fields of the job's row that these events change; the newest event counts."""
    fields: dict[str, Any] = {}
    for event in events:
        fields["last_seq"] = event["seq"]
        for field, names in _LATEST.items():
            for name in names:
                value = event.get(name)
                if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
                    fields[field] = value
        stage = event.get("stage") or _STAGES.get(event["type"])
        if isinstance(stage, str):
            fields["stage"] = stage[:60]
        if event["type"] == EventType.CHECKPOINT:
            fields["attempts"] = 1  # attempts count what made no progress: this one did
    return fields


def storable(value: object) -> Any:
    """The value without what a database text cannot hold: NUL, and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    return value


def _row(job_id: int, event: Event) -> JobEvent:
    own = {name: storable(value) for name, value in event.items() if name not in ("seq", "time", "type")}
    return JobEvent(job_id=job_id, seq=event["seq"], type=event["type"], time=event["time"], payload=own)


def _parse(line: bytes) -> Event | None:
    if not line.endswith(b"\n"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    is_event = isinstance(event, dict) and isinstance(event.get("seq"), int) and event.get("type") in set(EventType)
    return event if is_event and isinstance(event.get("time"), int | float) else None
