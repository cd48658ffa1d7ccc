"""How many samples an item are worth their price: the best amount of test-time compute."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .monotone import monotone

Array = NDArray[np.float64]

MAX_SAMPLES = 4096


@dataclass(frozen=True)
class MeasuredPoint:
    """Accuracy (0 to 1) with `samples` an item, and its interval where one was measured."""

    samples: int
    accuracy: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class SamplesValue:
    """The value with `samples` an item at the accuracy expected there, and at the ends of that accuracy's interval.

    `is_measured`: whether the accuracy was measured at this number, or interpolated between two that were.
    """

    samples: int
    accuracy: float
    value: float
    value_low: float
    value_high: float
    is_measured: bool


@dataclass(frozen=True)
class BestSamples:
    """The number of samples of the highest value, and the value at every number from the first to the last measured.

    `gain`: over the fewest measured. `plausible`: fewest and most samples whose value, at the high end of its interval,
    reaches the best one's at its low end; the evidence cannot tell these apart. `at_end`: whether the best number is
    the largest measured, so that more samples may be better still.
    """

    samples: int
    value: float
    gain: float
    plausible: tuple[int, int]
    at_end: bool
    curve: tuple[SamplesValue, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)


def best_samples(curve: Sequence[MeasuredPoint], value: Callable[[Array, Array], Array]) -> BestSamples:
    """The N of the highest `value(samples, accuracy)`, both arrays [n]; the smallest such N where several tie.

    Between measured numbers accuracy is interpolated in log N by monotone cubics (Fritsch and Carlson 1980), so that it
    never leaves the measured points' range; beyond the last one nothing is claimed. Accuracy rises about linearly in
    log N and then flattens: Snell et al. (2024), "Scaling LLM test-time compute optimally", arXiv 2408.03314. Raises
    `ValueError` on an empty curve, a number of samples that is no whole number from 1 to 4096 or is given twice, or an
    accuracy outside 0 to 1 or outside its own interval.
    """
    points = sorted(_checked(curve), key=lambda point: point.samples)
    samples = np.arange(points[0].samples, points[-1].samples + 1, dtype=float)
    accuracy = _interpolated(points, [point.accuracy for point in points], samples)
    low = _interpolated(points, [_or(point.low, point.accuracy) for point in points], samples)
    high = _interpolated(points, [_or(point.high, point.accuracy) for point in points], samples)
    middle = np.asarray(value(samples, accuracy), dtype=float)
    ends = np.sort(
        [np.asarray(value(samples, low), dtype=float), np.asarray(value(samples, high), dtype=float)], axis=0
    )
    best = int(middle.argmax())
    rivals = samples[ends[1] >= ends[0][best]]
    measured = {point.samples for point in points}
    return BestSamples(
        samples=int(samples[best]),
        value=float(middle[best]),
        gain=float(middle[best] - middle[0]),
        plausible=(int(rivals[0]), int(rivals[-1])),
        at_end=best == samples.size - 1,
        curve=tuple(
            SamplesValue(int(n), float(a), float(v), float(lo), float(hi), int(n) in measured)
            for n, a, v, lo, hi in zip(samples, accuracy, middle, *ends, strict=True)
        ),
    )


def value_per_item(
    *, price_per_sample: float, value_per_correct: float, cost_per_error: float = 0.0
) -> Callable[[Array, Array], Array]:
    """The value of one item answered with N samples: accuracy x worth - (1 - accuracy) x cost of error - N x price."""
    return lambda samples, accuracy: (
        accuracy * value_per_correct - (1 - accuracy) * cost_per_error - samples * price_per_sample
    )


def _or(end: float | None, accuracy: float) -> float:
    return accuracy if end is None else end


def _interpolated(points: Sequence[MeasuredPoint], values: Sequence[float], samples: Array) -> Array:
    if len(points) == 1:
        return np.full_like(samples, values[0])
    places = np.log([point.samples for point in points])
    # an end may come out a rounding off its measured value in log space
    between = monotone(places, values, np.clip(np.log(samples), places[0], places[-1]))
    return np.asarray(np.clip(between, 0.0, 1.0))


def _checked(curve: Sequence[MeasuredPoint]) -> Sequence[MeasuredPoint]:
    if not curve:
        raise ValueError("a curve needs at least one measured point")
    for point in curve:
        if not (isinstance(point.samples, int) and 1 <= point.samples <= MAX_SAMPLES):
            raise ValueError(f"samples must be a whole number from 1 to {MAX_SAMPLES}, not {point.samples}")
        low, high = _or(point.low, point.accuracy), _or(point.high, point.accuracy)
        if not (math.isfinite(point.accuracy) and 0 <= low <= point.accuracy <= high <= 1):
            raise ValueError(f"accuracy with {point.samples} samples must be from 0 to 1 and inside its interval")
    if len({point.samples for point in curve}) < len(curve):
        raise ValueError("a number of samples is given twice")
    return curve
