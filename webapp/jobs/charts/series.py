"""From a job's events to the points of its curves. Rows in, numbers out; no database."""

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = Mapping[str, Any]
Point = tuple[float, float]

MAX_POINTS = 400
"""A curve holds at most this many points, whatever the job's length: two for each 4 pixels of a wide screen."""

_NOT_A_NUMBER = math.inf
_ABSENT = math.nan


@dataclass(frozen=True)
class Track:
    """One field over the steps. steps, values: [points], finite and in order; `broken` are the steps at which the job
    told of the field and it was not a number."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    broken: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.steps)

    def __bool__(self) -> bool:
        return len(self.steps) > 0

    def upto(self, step: float) -> "Track":
        """The part up to and with `step`."""
        kept = self.steps <= step
        return Track(self.steps[kept], self.values[kept], self.broken[self.broken <= step])

    def scaled(self, divisor: float) -> "Track":
        """Every value divided."""
        return Track(self.steps, self.values / divisor, self.broken)

    def above(self, bound: float) -> "Track":
        """Without values that are not above `bound`, as an axis of logarithms needs it."""
        kept = self.values > bound
        return Track(self.steps[kept], self.values[kept], self.broken)

    def points(self) -> list[Point]:
        """All of them."""
        return list(zip(self.steps.tolist(), self.values.tolist(), strict=True))

    def downsampled(self, limit: int = MAX_POINTS) -> list[Point]:
        """At most `limit` points that keep the curve's look.

        The first and the last point stay; between them each bucket gives its lowest and its highest point in their
        order, so that no spike is lost, as averaging would.
        """
        if limit < 4:
            raise ValueError(f"limit must be at least 4, not {limit}")
        if len(self) <= limit:
            return self.points()
        buckets = (limit - 2) // 2
        edges = 1 + np.arange(buckets + 1) * (len(self) - 2) // buckets
        kept = {0, len(self) - 1}
        for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            bucket = self.values[start:end]
            kept |= {start + int(bucket.argmin()), start + int(bucket.argmax())}
        places = sorted(kept)
        return list(zip(self.steps[places].tolist(), self.values[places].tolist(), strict=True))

    def smoothed(self, reach: int) -> "Track":
        """Each value as the mean of itself and up to `reach` neighbours at either side, so that the line does not lag.

        Near an end the window shrinks on both sides alike: the first and the last value stay what they are.
        """
        sums = np.concatenate([[0.0], np.cumsum(self.values)])
        places = np.arange(len(self))
        side = np.minimum(reach, np.minimum(places, len(self) - 1 - places))
        means = (sums[places + side + 1] - sums[places - side]) / (2 * side + 1)
        return Track(self.steps, means, self.broken)


class History:
    """Some fields of a job's events, each with `step`, oldest first; grows with the job: 8 bytes a field and event.

    A job that resumes goes back to its last checkpoint and does the later steps again. So a row whose step is not past
    the one before it drops every row from its step on, also those that the new attempt has not reached yet.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        self._steps = array("q")
        self._values = {field: array("d") for field in fields}

    @classmethod
    def of(cls, rows: Iterable[Row], fields: Sequence[str]) -> "History":
        """The history of rows that are all known."""
        made = cls(fields)
        made.extend(rows)
        return made

    def extend(self, rows: Iterable[Row]) -> None:
        """Take in further rows; those without a step are left out."""
        for row in rows:
            step = row.get("step")
            if not isinstance(step, int):
                continue
            while self._steps and self._steps[-1] >= step:
                self._steps.pop()
                for values in self._values.values():
                    values.pop()
            self._steps.append(step)
            for field, values in self._values.items():
                values.append(_number(row, field))

    @property
    def last_step(self) -> float:
        """The newest step; infinite before the first."""
        return self._steps[-1] if self._steps else math.inf

    def track(self, field: str) -> Track:
        """One field."""
        # copies: an array that numpy looks into cannot grow
        steps = np.array(self._steps, dtype=np.int64)
        values = np.array(self._values[field], dtype=np.float64)
        finite = np.isfinite(values)
        return Track(steps[finite], values[finite], steps[np.isinf(values)])


def _number(row: Row, field: str) -> float:
    """The value; what is no number stands as null in an event, because JSON has none for it."""
    value = row.get(field, _ABSENT)
    if type(value) is float:
        return value
    if value is None:
        return _NOT_A_NUMBER
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _ABSENT
    return float(value)
