"""What a job will take, predicted from its spec before it is launched. Formulas: docs/methods.md, "Prediction before
launch"."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from .catalogue import Shape
from .devices import DeviceSpeed
from .spec import EvaluateSpec, JobSpec, SftSpec
from .work import DataFacts, Part, evaluate_work, sft_work

PRIOR_JOBS = 2.0
"""How many jobs the first prediction is worth against those that ran on the same machine."""

_Z90 = 1.645
_MEMORY_SPREAD = 1.6


@dataclass(frozen=True)
class Range:
    """A predicted number and the range that 9 of 10 jobs are expected to lie in."""

    value: float
    low: float
    high: float

    def scaled(self, factor: float) -> "Range":
        """Every number times `factor`."""
        return Range(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True)
class Calibration:
    """Actual over predicted seconds, learned from finished jobs of one machine and kind.

    `factor` corrects the prediction; `spread` is the factor up and down within which 9 of 10 jobs are expected.
    """

    factor: float = 1.0
    spread: float = 3.0
    jobs: int = 0

    @classmethod
    def learn(cls, pairs: Iterable[tuple[float, float]], prior_spread: float = 3.0) -> "Calibration":
        """From `(predicted seconds, actual seconds)` pairs; others than positive numbers are left out.

        With r = log(actual / predicted) over n jobs, s0 = log(prior_spread) / 1.645 and k = `PRIOR_JOBS`:
        factor = exp(n mean(r) / (n + k)), variance = (k s0^2 + sum (r - log factor)^2) / (n + k), and
        spread = exp(1.645 sqrt(variance (1 + 1 / (n + k)))). Without jobs that is 1 and a little above the prior.
        """
        ratios = [
            math.log(actual / predicted) for predicted, actual in pairs if predicted > 0 and 0 < actual < math.inf
        ]
        n = len(ratios)
        centre = sum(ratios) / (n + PRIOR_JOBS)
        prior_variance = (math.log(prior_spread) / _Z90) ** 2
        variance = (PRIOR_JOBS * prior_variance + sum((ratio - centre) ** 2 for ratio in ratios)) / (n + PRIOR_JOBS)
        if n == 0:
            return cls(1.0, prior_spread, 0)
        return cls(math.exp(centre), math.exp(_Z90 * math.sqrt(variance * (1 + 1 / (n + PRIOR_JOBS)))), n)


@dataclass(frozen=True)
class Prediction:
    """A job's time, memory and cost. `seconds` is wall-clock over all devices at once, `parts` what it is made of in
    the order of the job, in seconds; `steps` is 0 for evaluations."""

    seconds: Range
    parts: dict[str, float]
    tokens: float
    flops: float
    peak_memory_bytes: Range
    usd: Range | None
    steps: int
    epochs: float
    trainable_parameters: int
    device: str
    calibrated_on: int = 0
    basis: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def predict(
    spec: JobSpec,
    data: DataFacts,
    model: Shape,
    device: DeviceSpeed,
    *,
    calibration: Calibration | None = None,
    usd_per_device_hour: float | None = None,
) -> Prediction:
    """Predict a job. Without `usd_per_device_hour` the spec's own price counts; without either there is no cost.

    Raises `ValueError` for a kind that has no prediction.
    """
    if isinstance(spec, SftSpec):
        work = sft_work(spec, data, model, device)
    elif isinstance(spec, EvaluateSpec):
        work = evaluate_work(spec, data, model, device)
    else:
        raise ValueError(f"no prediction is made for the kind {spec.kind}")
    known = calibration or Calibration(spread=device.spread)
    whole = (Part("start", seconds=device.start_seconds), *work.parts)
    parts = {part.name: part.takes(device, spec.devices) * known.factor for part in whole}
    seconds = sum(parts.values())
    reach = Range(seconds, seconds / known.spread, seconds * known.spread)
    price = spec.budget.usd_per_device_hour if usd_per_device_hour is None else usd_per_device_hour
    memory = work.memory_bytes
    return Prediction(
        seconds=reach,
        parts={name: round(taken, 3) for name, taken in parts.items() if taken > 0},
        tokens=work.tokens,
        flops=work.flops,
        peak_memory_bytes=Range(memory, memory / _MEMORY_SPREAD, memory * _MEMORY_SPREAD),
        usd=None if price is None else reach.scaled(price * spec.devices / 3600),
        steps=work.steps,
        epochs=work.epochs,
        trainable_parameters=work.trainable,
        device=device.name,
        calibrated_on=known.jobs,
        basis=[f"speed: {device.source} ({device.read})", *_calibration_note(known)],
    )


def _calibration_note(known: Calibration) -> list[str]:
    if not known.jobs:
        return []
    jobs = "1 finished job" if known.jobs == 1 else f"{known.jobs} finished jobs"
    return [f"corrected by {known.factor:.2f} from {jobs} here"]
