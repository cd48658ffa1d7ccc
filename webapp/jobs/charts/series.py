"""From a job's events to the points of its curves. Rows in, numbers out; no database."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Point = tuple[float, float]

MAX_POINTS = 1000
"""A curve holds at most this many points, whatever the job's length."""


def current_rows(rows: Iterable[Row]) -> list[Row]:
    """The rows (oldest first, each with `step`) that still hold, by step.

    A job that resumes goes back to its last checkpoint and does the later steps again. So a row whose step is not
    past the one before it drops every row from its step on, also those that the new attempt has not reached yet.
    """
    kept: list[Row] = []
    for row in rows:
        while kept and kept[-1]["step"] >= row["step"]:
            kept.pop()
        kept.append(row)
    return kept


def points(rows: Iterable[Row], name: str) -> list[Point]:
    """(step, value) of one field; rows without it, and values that are not finite, are left out."""
    found: list[Point] = []
    for row in rows:
        value = row.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            found.append((row["step"], float(value)))
    return found


def downsample(curve: Sequence[Point], limit: int = MAX_POINTS) -> list[Point]:
    """At most `limit` points that keep the curve's look.

    The first and the last point stay; between them each bucket gives its lowest and its highest point in their order,
    so that no spike is lost, as averaging would.
    """
    if limit < 4:
        raise ValueError(f"limit must be at least 4, not {limit}")
    if len(curve) <= limit:
        return list(curve)
    inner = curve[1:-1]
    buckets = (limit - 2) // 2
    kept = [curve[0]]
    for number in range(buckets):
        bucket = inner[number * len(inner) // buckets : (number + 1) * len(inner) // buckets]
        ends = {min(bucket, key=lambda point: point[1]), max(bucket, key=lambda point: point[1])}
        kept.extend(sorted(ends))
    kept.append(curve[-1])
    return kept


def smoothed(curve: Sequence[Point], halflife: float) -> list[Point]:
    """An exponential moving average that forgets half in `halflife` steps, without the bias of its first points.

    With w = 0.5 ** (steps since the last point / halflife): sum = w sum + (1 - w) y, weight = w weight + (1 - w),
    shown sum / weight, so that the first point is itself.
    """
    total = weight = 0.0
    before: float | None = None
    found: list[Point] = []
    for step, value in curve:
        keep = 0.5 ** (max(1.0, step - before if before is not None else 1.0) / halflife)
        total = keep * total + (1 - keep) * value
        weight = keep * weight + (1 - keep)
        before = step
        found.append((step, total / weight))
    return found


def stride_for(events: int, limit: int = 4 * MAX_POINTS) -> int:
    """Every how many-th event to read from the database so that a very long job costs no more than a long one."""
    return max(1, math.ceil(events / limit))
