"""What a job is foretold to take, from its spec, its data's manifest, its model's sizes and the worker's device.

Finished jobs of the same kind and queue correct the prediction: the more there are, the more they count.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from training.catalogue import KNOWN_MODELS, Shape, locate, shape_of
from training.data.messages import text_of
from training.data.stats import estimated_tokens
from training.devices import DeviceSpeed, cpu, device_named
from training.estimate import Calibration, DataFacts, Prediction, predict
from training.faults import BadSpec
from training.readiness import Finding, readiness
from training.spec import EvaluateSpec, SftSpec, parse_spec

from .models import Job, JobState, Worker
from .references import DataReference, split_path

LEARN_FROM = 50
_SAMPLED_ROWS = 100


@dataclass(frozen=True)
class Forecast:
    """The prediction and what to know before launching; without a prediction where nothing is known of the model."""

    prediction: Prediction | None
    calibration: Calibration
    findings: list[Finding]

    def to_json(self) -> dict[str, Any]:
        """What a job's row keeps. `uncalibrated_seconds` is what later calibrations learn from."""
        if self.prediction is None:
            return {}
        told = self.prediction.to_json()
        return {**told, "uncalibrated_seconds": self.prediction.seconds.value / self.calibration.factor}


def forecast(
    raw: dict[str, Any], data: Sequence[DataReference], device_class: str, *, minimum_effect: float | None = None
) -> Forecast:
    """Predict a whole spec as `check_spec` returns it. `minimum_effect` is the project's, as a fraction."""
    spec = parse_spec(raw)
    shape = _shape(spec.model)
    if shape is None or not isinstance(spec, SftSpec | EvaluateSpec):
        return Forecast(None, Calibration(), [])
    facts = data_facts(spec, data)
    device = device_of(device_class)
    known = calibration(spec.kind, device_class)
    known = known if known.jobs else Calibration(spread=device.spread)
    prediction = predict(spec, facts, shape, device, calibration=known)
    found = readiness(spec, facts, prediction, device, minimum_effect=minimum_effect)
    return Forecast(prediction, known, found)


def foretell(raw: dict[str, Any], data: Sequence[DataReference], device_class: str) -> dict[str, Any]:
    """The prediction alone, as a job's row keeps it."""
    return forecast(raw, data, device_class).to_json()


def calibration(kind: str, queue: str) -> Calibration:
    """What the newest finished jobs of this kind and queue teach about the predictions."""
    finished = Job.objects.filter(kind=kind, queue=queue, state=JobState.DONE, elapsed_seconds__gt=0)
    pairs = finished.order_by("-ended_at").values_list("prediction__uncalibrated_seconds", "elapsed_seconds")
    return Calibration.learn(
        (float(before), float(after)) for before, after in pairs[:LEARN_FROM] if before and after is not None
    )


def device_of(queue: str) -> DeviceSpeed:
    """The device behind a queue, as its newest worker told of it."""
    worker = Worker.objects.filter(queue=queue).order_by("-seen_at").first()
    if queue == "cpu":
        return cpu(worker.cores, worker.memory_bytes or None) if worker else cpu()
    return device_named(queue)


def data_facts(spec: SftSpec | EvaluateSpec, data: Sequence[DataReference]) -> DataFacts:
    """Rows and lengths of the splits, from the manifest; the answers' length from the first rows."""
    by_field = {used.field: used for used in data}
    used = by_field["data.train" if isinstance(spec, SftSpec) else "data.test"]
    statistics = used.version.manifest.get("splits", {}).get(used.split, {}).get("statistics", {})
    tokens = statistics.get("tokens", {})
    buckets = [bucket["from"] for bucket in tokens.get("histogram", []) if bucket["rows"]]
    validation = by_field.get("data.validation")
    means = _sampled_lengths(split_path(used.version, used.split))
    return DataFacts(
        rows=used.version.splits[used.split],
        mean_tokens=tokens.get("mean") or means[0],
        target_tokens=means[1],
        longest_tokens=tokens.get("longest", 0),
        shortest_tokens=buckets[0] if buckets else 0,
        validation_rows=validation.version.splits[validation.split] if validation else 0,
        choices=len(statistics.get("labels", {})),
    )


def _sampled_lengths(path: Path) -> tuple[float, float]:
    """Mean tokens of a whole row and of its answer over the first rows."""
    whole, answers = [], []
    with path.open(encoding="utf-8") as file:
        for line in islice(file, _SAMPLED_ROWS):
            row = json.loads(line)
            parts = [text_of(value) for value in row.values() if isinstance(value, str | list)]
            whole.append(sum(map(estimated_tokens, parts)))
            answers.append(estimated_tokens(text_of(row["completion"])) if "completion" in row else 0)
    return (sum(whole) / len(whole), sum(answers) / len(answers)) if whole else (0.0, 0.0)


def _shape(model: str) -> Shape | None:
    """The model's sizes; those of its base for a model that a job is still to make. None where nothing is known."""
    if model.startswith("job:"):
        made_by = Job.objects.filter(code=model.removeprefix("job:").partition("/")[0]).first()
        return _shape(str(made_by.spec["model"])) if made_by else None
    try:
        return shape_of(locate(model))
    except BadSpec:
        known = KNOWN_MODELS.get(model)
        return known.shape if known else None
