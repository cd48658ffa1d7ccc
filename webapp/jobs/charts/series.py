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


def smoothed(curve: Sequence[Point], reach: int) -> list[Point]:
    """Each value as the mean of itself and up to `reach` neighbours at either side, so that the line does not lag.

    Near an end the window shrinks on both sides alike: the first and the last value stay what they are.
    """
    sums = [0.0]
    for _, value in curve:
        sums.append(sums[-1] + value)
    found: list[Point] = []
    last = len(curve) - 1
    for place, (step, _) in enumerate(curve):
        side = min(reach, place, last - place)
        low, high = place - side, place + side + 1
        found.append((step, (sums[high] - sums[low]) / (high - low)))
    return found


def stride_for(events: int, limit: int = 4 * MAX_POINTS) -> int:
    """Every how many-th event to read from the database so that a very long job costs no more than a long one."""
    return max(1, math.ceil(events / limit))
