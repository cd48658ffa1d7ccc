"""A job's events as its pages need them: few queries, bounded rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import F

from training.events import EventType

from ..charts.curves import training_charts
from ..charts.figure import Chart
from ..charts.series import stride_for
from ..models import Job, JobEvent

LOG_LINES = 500
SAMPLES_SHOWN = 60
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


def charts(job: Job) -> list[Chart]:
    """The job's curves up to its newest event; many watchers of one process share the work."""
    return _charts(job.pk, job.code, job.last_seq)


@lru_cache(maxsize=32)
def _charts(pk: int, code: str, last_seq: int) -> list[Chart]:
    """`code` is in the key because a number can come again in a new database."""
    steps = JobEvent.objects.filter(job_id=pk, type=EventType.STEP, seq__lte=last_seq)
    stride = stride_for(last_seq)
    if stride > 1:
        steps = steps.annotate(turn=F("seq") % stride).filter(turn=0)
    evals = JobEvent.objects.filter(job_id=pk, type=EventType.EVAL, seq__lte=last_seq)
    step_rows, eval_rows = (
        [row for row in rows.order_by("seq").values_list("payload", flat=True) if "step" in row]
        for rows in (steps, evals)
    )
    return training_charts(step_rows, eval_rows)


def samples(job: Job) -> list[dict[str, Any]]:
    """The newest answers the model gave while it learned, newest first, in groups of one step each."""
    rows = JobEvent.objects.filter(job=job, type=EventType.SAMPLE).order_by("-seq")[:SAMPLES_SHOWN]
    groups: dict[int, dict[str, Any]] = {}
    for row in rows:
        group = groups.setdefault(int(row.payload.get("step", 0)), {"step": row.payload.get("step"), "answers": []})
        group["answers"].insert(0, row.payload)
    return list(groups.values())


def log_lines(job: Job, search: str = "") -> tuple[list[LogLine], bool]:
    """The newest lines that contain `search` (any case), oldest first, and whether older ones were left out."""
    rows = JobEvent.objects.filter(job=job, type__in=_LOG_TYPES).order_by("-seq")
    found: list[LogLine] = []
    for row in rows.iterator(chunk_size=1000):
        line = LogLine(row.seq, row.time, row.type, log_text(row.type, row.payload))
        if search.lower() not in line.text.lower() and search.lower() not in line.type:
            continue
        if len(found) == LOG_LINES:
            return found[::-1], True
        found.append(line)
    return found[::-1], False


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
