"""A job's events as its pages need them: few queries, bounded rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from training.events import EventType

from ..models import Job, JobEvent

LOG_LINES = 150
SAMPLES_SHOWN = 20
ALERTS_SHOWN = 20

_LOG_TYPES = (
    EventType.STARTED,
    EventType.LOG,
    EventType.WARNING,
    EventType.CHECKPOINT,
    EventType.DONE,
    EventType.FAILED,
    EventType.CANCELLED,
)


@dataclass(frozen=True)
class Alert:
    """A warning that still holds. `times` counts how often its rule spoke, `step` is the newest one's."""

    text: str
    remedy: str
    code: str
    step: int | None
    times: int


@dataclass(frozen=True)
class LogLine:
    """One line of the log: seconds since the epoch, the event's type, and what it says."""

    seq: int
    time: float
    type: str
    text: str

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(self.time, tz=UTC)


def alerts(job: Job) -> list[Alert]:
    """The job's warnings, one a rule, the newest first."""
    rows = JobEvent.objects.filter(job=job, type=EventType.WARNING).order_by("-seq")[:200]
    newest: dict[str, Mapping[str, Any]] = {}
    times: dict[str, int] = {}
    for row in rows:
        rule = row.payload.get("code") or row.payload.get("text", "")
        newest.setdefault(rule, row.payload)
        times[rule] = times.get(rule, 0) + 1
    return [
        Alert(
            payload.get("text", ""),
            payload.get("remedy", ""),
            payload.get("code", ""),
            payload.get("step"),
            times[rule],
        )
        for rule, payload in list(newest.items())[:ALERTS_SHOWN]
    ]


@dataclass(frozen=True)
class Samples:
    """Answers in groups of one step each, the newest first; `older` is the number to ask for those before, if any."""

    groups: list[dict[str, Any]]
    older: int | None


def samples(job: Job, before: int | None = None) -> Samples:
    """The newest answers the model gave while it learned, or the newest before event `before`."""
    rows = JobEvent.objects.filter(job=job, type=EventType.SAMPLE).order_by("-seq")
    rows = rows.filter(seq__lt=before) if before is not None else rows
    found = list(rows[: SAMPLES_SHOWN + 1])
    shown = found[:SAMPLES_SHOWN]
    groups: dict[int, dict[str, Any]] = {}
    for row in shown:
        group = groups.setdefault(int(row.payload.get("step", 0)), {"step": row.payload.get("step"), "answers": []})
        group["answers"].insert(0, row.payload)
    return Samples(list(groups.values()), shown[-1].seq if len(found) > len(shown) else None)


@dataclass(frozen=True)
class Log:
    """Lines, the newest first; `older` is the number to ask for those before, if any."""

    lines: list[LogLine]
    older: int | None


def log_lines(job: Job, search: str = "", before: int | None = None) -> Log:
    """The newest lines that contain `search` (any case), or the newest of them before event `before`."""
    rows = JobEvent.objects.filter(job=job, type__in=_LOG_TYPES).order_by("-seq")
    rows = rows.filter(seq__lt=before) if before is not None else rows
    found: list[LogLine] = []
    for row in rows.iterator(chunk_size=1000):
        line = LogLine(row.seq, row.time, row.type, log_text(row.type, row.payload))
        if search.lower() not in line.text.lower() and search.lower() not in line.type:
            continue
        if len(found) == LOG_LINES:
            return Log(found, found[-1].seq)
        found.append(line)
    return Log(found, None)


def log_text(type_: str, payload: Mapping[str, Any]) -> str:
    """What a line of the log says of an event."""
    if type_ == EventType.STARTED:
        return f"Started on {payload.get('devices', 1)} device(s), process {payload.get('pid', 'unknown')}"
    if type_ == EventType.CHECKPOINT:
        return f"Checkpoint at step {payload.get('step', 'unknown')}"
    if type_ == EventType.DONE:
        return "Done"
    said = [str(payload[name]) for name in ("text", "what", "why", "remedy") if payload.get(name)]
    return " — ".join(said)
