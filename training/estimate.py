"""What a job will take, predicted from its spec before it is launched. Formulas: docs/methods.md, "Prediction before
launch"."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from .catalogue import Shape
from .devices import DeviceSpeed
from .footprint import ATTENTION_MAPS, FOUR_BIT_BYTES, linear_maps, lora_parameters, training_memory
from .spec import EvaluateSpec, JobSpec, SftSpec

FULL_FLOPS_PER_WEIGHT = 6.0
FROZEN_FLOPS_PER_WEIGHT = 4.0
FORWARD_FLOPS_PER_WEIGHT = 2.0

PRIOR_JOBS = 2.0
"""How many jobs the published speed is worth against those that ran on the same machine."""

_Z90 = 1.645
_PROCESS_BYTES = 0.9 * 1024**3
_MEMORY_SPREAD = 1.6
_METHOD_TIME = {"full": 1.0, "lora": 1.0, "dora": 1.4, "qlora": 1.5, "ia3": 1.0, "prompt": 1.0}
"""Time beyond the counted operations: dora norms its merged weights each step, qlora unpacks 4-bit weights."""


@dataclass(frozen=True)
class DataFacts:
    """What the data's manifest tells. Token counts are means a row; `target_tokens` is the part that is learned or
    answered; `shortest_tokens` and `longest_tokens` bound whole rows. Zero where not known."""

    rows: int
    mean_tokens: float
    target_tokens: float = 0.0
    longest_tokens: int = 0
    shortest_tokens: int = 0
    validation_rows: int = 0
    choices: int = 0


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
    """A job's time, memory and cost. `seconds` is wall-clock over all devices at once; `steps` is 0 for evaluations."""

    seconds: Range
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
        work = _sft_work(spec, data, model)
    elif isinstance(spec, EvaluateSpec):
        work = _evaluate_work(spec, data, model)
    else:
        raise ValueError(f"no prediction is made for the kind {spec.kind}")
    known = calibration or Calibration(spread=device.spread)
    rate = device.flops_per_second * spec.devices
    computing = work.flops * work.time_factor / rate + work.decode_flops / (rate * device.decode_share)
    seconds = (device.start_seconds + computing) * known.factor
    reach = Range(seconds, seconds / known.spread, seconds * known.spread)
    price = spec.budget.usd_per_device_hour if usd_per_device_hour is None else usd_per_device_hour
    memory = work.memory_bytes
    return Prediction(
        seconds=reach,
        tokens=work.tokens,
        flops=work.flops + work.decode_flops,
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


@dataclass(frozen=True)
class _Work:
    tokens: float
    flops: float
    memory_bytes: float
    decode_flops: float = 0.0
    steps: int = 0
    epochs: float = 0.0
    trainable: int = 0
    time_factor: float = 1.0


def planned_steps(spec: SftSpec, rows: int) -> int:
    """Optimizer steps: those given, else those of the epochs given, else the kind's default."""
    if spec.optim.max_steps is not None:
        return spec.optim.max_steps
    if spec.optim.epochs is not None:
        return max(1, math.ceil(spec.optim.epochs * rows / rows_per_step(spec)))
    return spec.default_steps


def rows_per_step(spec: SftSpec) -> int:
    """Rows of one optimizer step over all devices."""
    return spec.optim.batch_size * spec.optim.gradient_accumulation * spec.devices


def trainable_parameters(spec: SftSpec, model: Shape) -> int:
    """Weights that learn."""
    maps = linear_maps(model)
    chosen = ATTENTION_MAPS if spec.adaptation.targets == "attention" else tuple(maps)
    match spec.adaptation.method:
        case "full":
            return model.parameters
        case "lora" | "qlora":
            return lora_parameters(model, spec.adaptation.rank, chosen)
        case "dora":
            norms = model.layers * sum(maps[name][1] for name in chosen)
            return lora_parameters(model, spec.adaptation.rank, chosen) + norms
        case "ia3":
            return model.layers * (2 * maps["k"][1] + model.intermediate_size)
        case "prompt":
            return spec.adaptation.prompt_tokens * model.hidden_size


def _sizes(model: Shape) -> tuple[int, int]:
    """Weights of the body without embeddings, and of the output layer."""
    head = model.vocabulary * model.hidden_size
    return model.parameters - head * (1 if model.tied_embeddings else 2), head


def _sft_work(spec: SftSpec, data: DataFacts, model: Shape) -> _Work:
    rows = min(data.rows, spec.data.max_rows or data.rows)
    steps = planned_steps(spec, rows)
    length = min(data.mean_tokens, spec.max_tokens)
    prompt = spec.adaptation.prompt_tokens if spec.adaptation.method == "prompt" else 0
    targets = length if spec.loss_on == "all" else min(data.target_tokens or length / 2, length)
    body, head = _sizes(model)
    seen = steps * rows_per_step(spec)
    tokens = seen * (length + prompt)
    trainable = trainable_parameters(spec, model)
    is_full = spec.adaptation.method == "full"
    factor = FULL_FLOPS_PER_WEIGHT if is_full else FROZEN_FLOPS_PER_WEIGHT
    flops = factor * (body * tokens + head * seen * targets)
    if not is_full:
        flops += FULL_FLOPS_PER_WEIGHT * trainable * tokens
    checks = 0 if not data.validation_rows else 10 if spec.eval_every_steps is None else steps // spec.eval_every_steps
    validated = checks * data.validation_rows
    flops += FORWARD_FLOPS_PER_WEIGHT * validated * (body * length + head * targets)
    written = checks * spec.sample_prompts * targets
    return _Work(
        tokens=tokens,
        flops=flops,
        memory_bytes=_memory_bytes(spec, model, trainable, length + prompt, targets),
        decode_flops=FORWARD_FLOPS_PER_WEIGHT * (body + head) * written,
        steps=steps,
        epochs=seen / rows if rows else 0.0,
        trainable=trainable,
        time_factor=_METHOD_TIME[spec.adaptation.method],
    )


def _memory_bytes(spec: SftSpec, model: Shape, trainable: int, length: float, targets: float) -> float:
    """The process itself and what its step holds."""
    width = 4 if spec.precision == "fp32" else 2
    frozen_width = FOUR_BIT_BYTES if spec.adaptation.method == "qlora" else width
    batch = spec.optim.batch_size
    return (
        _PROCESS_BYTES
        + training_memory(
            model,
            learned=trainable,
            frozen_width=0.0 if spec.adaptation.method == "full" else frozen_width,
            width=width,
            tokens=batch * length,
            targets=batch * targets,
        ).total
    )


def _evaluate_work(spec: EvaluateSpec, data: DataFacts, model: Shape) -> _Work:
    rows = min(data.rows, spec.data.max_rows or data.rows)
    body, head = _sizes(model)
    answer = data.target_tokens or min(spec.max_new_tokens, 16)
    prompt = max(1.0, data.mean_tokens - answer)
    width = 4 if spec.precision == "fp32" else 2
    read, scored, written = prompt, 1.0, 0.0
    if spec.metric == "choice":
        options = len(spec.choices) if spec.choices else max(2, data.choices)
        read, scored = prompt + options * answer, options * answer
    elif spec.metric == "perplexity":
        read, scored = data.mean_tokens, answer
    else:
        written = min(spec.max_new_tokens, 2 * answer)
    batch = spec.batch_tokens or 2048
    return _Work(
        tokens=rows * (read + written),
        flops=FORWARD_FLOPS_PER_WEIGHT * rows * (body * read + head * scored),
        memory_bytes=_PROCESS_BYTES
        + model.parameters * width
        + 4.0 * batch * (model.vocabulary + 20 * model.hidden_size),
        decode_flops=FORWARD_FLOPS_PER_WEIGHT * rows * (body + head) * written,
    )
