"""What a job cost and brought, in one shape for every page that sets jobs beside each other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..models import Job, Measurement


@dataclass(frozen=True)
class JobFacts:
    """Numbers of one job; None where it has none. `rate` is its main measurement, if it measured a share of items."""

    job: Job
    rate: Measurement | None
    validation_loss_nats: float | None
    training_loss_nats: float | None
    trainable_parameters: int | None
    tokens: int | None
    flops: float | None
    device_seconds: float | None
    peak_memory_bytes: int | None
    usd: float | None
    measurements: list[Measurement] = field(default_factory=list)


def facts_of(jobs: Iterable[Job]) -> list[JobFacts]:
    """The facts of these jobs in their order; one query for all measurements."""
    wanted = list(jobs)
    by_job: dict[int, list[Measurement]] = {}
    for measurement in Measurement.objects.filter(job__in=wanted).order_by("pk"):
        if measurement.job_id is not None:
            by_job.setdefault(measurement.job_id, []).append(measurement)
    return [_facts(job, by_job.get(job.pk, [])) for job in wanted]


def main_rate(measurements: Iterable[Measurement]) -> Measurement | None:
    """The measurement that stands for the whole: no label, a share of items."""
    return next((found for found in measurements if not found.label and found.unit == "fraction"), None)


def _facts(job: Job, measurements: list[Measurement]) -> JobFacts:
    result: dict[str, Any] = job.result
    cost = result.get("cost") or {}
    return JobFacts(
        job=job,
        rate=main_rate(measurements),
        validation_loss_nats=_number(result, "validation_loss_nats"),
        training_loss_nats=_number(result, "train_loss_nats"),
        trainable_parameters=_whole(result, "trainable_parameters"),
        tokens=_whole(result, "train_tokens"),
        flops=_number(result, "flops"),
        device_seconds=_number(cost, "device_seconds"),
        peak_memory_bytes=_whole(result, "peak_memory_bytes"),
        usd=_number(cost, "usd") if _number(cost, "usd") is not None else job.usd,
        measurements=measurements,
    )


def _number(values: dict[str, Any], name: str) -> float | None:
    value = values.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(values: dict[str, Any], name: str) -> int | None:
    value = _number(values, name)
    return None if value is None else round(value)
