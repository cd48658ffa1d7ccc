"""What a job is foretold to take, from its spec, its data's manifest, its model's sizes and the worker's device.

Finished jobs of the same kind and queue correct the prediction: the more there are, the more they count.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from training.catalogue import KNOWN_MODELS, Shape, locate, shape_of
from training.data.lengths import Lengths, sampled_lengths
from training.devices import DeviceSpeed, cpu, device_named
from training.estimate import Calibration, Prediction, predict
from training.faults import BadSpec
from training.readiness import Finding, readiness
from training.spec import EvaluateSpec, SftSpec, parse_spec
from training.speed import Speed, recorded
from training.work import DataFacts

from .lookups import Lookups
from .models import Job, JobState, Worker
from .references import DataReference, split_path

LEARN_FROM = 50

SPARE_START_SECONDS = 1.0
"""From the row's claim to the first event where a worker keeps a process ready."""


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
    raw: dict[str, Any],
    data: Sequence[DataReference],
    device_class: str,
    *,
    minimum_effect: float | None = None,
    lookups: Lookups | None = None,
) -> Forecast:
    """Predict a whole spec as `check_spec` returns it. `minimum_effect` is the project's, as a fraction."""
    lookups = lookups or Lookups()
    spec = parse_spec(raw)
    shape = lookups.once(("shape", spec.model), lambda: _shape(spec.model))
    if shape is None or not isinstance(spec, SftSpec | EvaluateSpec):
        return Forecast(None, Calibration(), [])
    facts = data_facts(spec, data, lookups)
    device = lookups.once(("device", device_class), lambda: device_of(device_class))
    question = ("calibration", spec.kind, device_class)
    known = lookups.once(question, lambda: calibration(spec.kind, device_class, device.spread))
    prediction = predict(spec, facts, shape, device, calibration=known)
    found = readiness(spec, facts, prediction, device, minimum_effect=minimum_effect)
    return Forecast(prediction, known, found)


def foretell(
    raw: dict[str, Any], data: Sequence[DataReference], device_class: str, lookups: Lookups | None = None
) -> dict[str, Any]:
    """The prediction alone, as a job's row keeps it."""
    return forecast(raw, data, device_class, lookups=lookups).to_json()


def calibration(kind: str, queue: str, spread: float) -> Calibration:
    """What the newest finished jobs of this kind and queue teach about the predictions, which without them lie within
    a factor of `spread`."""
    # what was foretold without parts, by an earlier way of counting, teaches nothing about this one
    finished = Job.objects.filter(kind=kind, queue=queue, state=JobState.DONE, prediction__has_key="parts")
    pairs = finished.order_by("-ended_at").values_list("prediction__uncalibrated_seconds", "elapsed_seconds")
    known = [(float(before), float(after)) for before, after in pairs[:LEARN_FROM] if before and after is not None]
    return Calibration.learn(known, spread)


def device_of(queue: str) -> DeviceSpeed:
    """The device behind a queue, as its newest worker told of it; before there is one, as it was measured here."""
    worker = Worker.objects.filter(queue=queue).order_by("-seen_at").first()
    measured = recorded() if worker is None else Speed.from_json(worker.speed)
    if queue == "cpu":
        memory = worker.memory_bytes or None if worker else None
        device = cpu(worker.cores if worker else None, memory, measured)
    else:
        device = device_named(queue, measured=measured)
    return replace(device, start_seconds=SPARE_START_SECONDS) if settings.SPARE_PROCESS else device


def data_facts(
    spec: SftSpec | EvaluateSpec, data: Sequence[DataReference], lookups: Lookups | None = None
) -> DataFacts:
    """Rows and lengths of the splits, from the manifest; the answers' length from the first rows."""
    by_field = {used.field: used for used in data}
    used = by_field["data.train" if isinstance(spec, SftSpec) else "data.test"]
    statistics = used.version.manifest.get("splits", {}).get(used.split, {}).get("statistics", {})
    tokens = statistics.get("tokens", {})
    buckets = [bucket["from"] for bucket in tokens.get("histogram", []) if bucket["rows"]]
    validation = by_field.get("data.validation")
    path = split_path(used.version, used.split)
    lengths = (lookups or Lookups()).once(("lengths", path), lambda: _lengths(path))
    return DataFacts(
        rows=used.version.splits[used.split],
        mean_tokens=tokens["mean"] + lengths.template if tokens.get("mean") else lengths.whole,
        target_tokens=lengths.answer,
        longest_tokens=tokens.get("longest", 0),
        shortest_tokens=buckets[0] if buckets else 0,
        validation_rows=validation.version.splits[validation.split] if validation else 0,
        choices=len(statistics.get("labels", {})),
        shared_tokens=lengths.shared,
    )


def _lengths(path: Path) -> Lengths:
    """Of the first rows."""
    with path.open(encoding="utf-8") as file:
        return sampled_lengths(json.loads(line) for line in file)


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
