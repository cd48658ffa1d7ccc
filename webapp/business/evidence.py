"""The measurements of a project that a figure of a scenario can stand on, and which of them are newer than others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.text import capfirst

from training.metrics import METRICS
from webapp.jobs.adaptation import BASE, method_name
from webapp.jobs.models import Job, Measurement
from webapp.projects.models import Project
from webapp.ui import formats

RATES = tuple(name for name, metric in METRICS.items() if metric.is_rate)
"""Metrics whose items are right or wrong, so that their counts make a beta distribution."""

SECONDS = "seconds_per_item"
_NEWEST = 200


@dataclass(frozen=True)
class Lineage:
    """What a measurement is of. Two measurements with the same lineage are of the same thing, the later one counts.

    `subject` is the part that the model has in its study with the study's base model, or the model itself.
    """

    metric: str
    label: str
    subject: str
    data_digest: str


def lineage(measurement: Measurement) -> Lineage:
    """The lineage of a measurement that has its job and study at hand. No query."""
    job, study = job_of(measurement), measurement.study
    if study and job.role and job.role != f"eval:{BASE}":
        subject = f"{job.role} of {study.plan.get('model', '')}"  # trained anew in each study, so its digest differs
    else:
        subject = f"{measurement.model} {measurement.model_digest}"
    return Lineage(measurement.metric, measurement.label, subject, measurement.data_digest)


def job_of(measurement: Measurement) -> Job:
    """The job that measured it."""
    assert measurement.job is not None  # `measurements` brings no others
    return measurement.job


def measurements(project: Project) -> QuerySet[Measurement]:
    """Whole-set measurements by jobs of the project, with their jobs and studies, newest first.

    One that a person brought from elsewhere is not `measured` here, so no figure is bound to it.
    """
    found = Measurement.objects.filter(project=project, label="", job__isnull=False).select_related(
        "project", "job", "study__dataset_version__dataset"
    )
    return found.order_by("-created_at", "-pk")


def usable(project: Project, metrics: Iterable[str]) -> list[Measurement]:
    """The newest measurement of each thing, of these metrics, that has items behind it. One query."""
    newest: dict[Lineage, Measurement] = {}
    for measurement in measurements(project).filter(metric__in=tuple(metrics), n__gt=0)[:_NEWEST]:
        newest.setdefault(lineage(measurement), measurement)
    return list(newest.values())


def by_id(project: Project, ids: Iterable[int]) -> dict[int, Measurement]:
    """The project's measurements with these ids. One query, or none."""
    wanted = set(ids)
    return {found.pk: found for found in measurements(project).filter(pk__in=wanted)} if wanted else {}


def newer_ones(known: Mapping[int, Measurement]) -> dict[int, Measurement]:
    """For each of these measurements of one project that has one, the newest later measurement of the same thing.

    One query, however many there are.
    """
    if not known:
        return {}
    project = next(iter(known.values())).project
    first = min(found.created_at for found in known.values())
    metrics = {found.metric for found in known.values()}
    newest: dict[Lineage, Measurement] = {}
    for measurement in measurements(project).filter(metric__in=metrics, created_at__gte=first, n__gt=0)[:_NEWEST]:
        newest.setdefault(lineage(measurement), measurement)
    latest = {pk: newest.get(lineage(old)) for pk, old in known.items()}
    return {
        pk: new
        for pk, new in latest.items()
        if new is not None and (new.created_at, new.pk) > (known[pk].created_at, known[pk].pk)
    }


def successes(measurement: Measurement) -> int:
    """How many of the n items were right."""
    return round(measurement.value * measurement.n)


def subject(measurement: Measurement) -> str:
    """What was measured, as people call it: `LoRA`, `Base model`, or the job's name."""
    job = job_of(measurement)
    step, _, method = job.role.partition(":")
    name = method_name(method) if step == "eval" and method else job.name
    return str(capfirst(name))


def described(measurement: Measurement) -> str:
    """One line for a list: what was measured, how, the figure with its interval, and on what."""
    metric = METRICS.get(measurement.metric)
    if metric is not None:
        shown, name = formats.interval(measurement, "percent" if metric.is_rate else "sig"), metric.title.lower()
    else:
        shown, name = f"{formats.sig(measurement.value)} s, n={formats.count(measurement.n)}", "device-seconds an item"
    where = f", {measurement.study.dataset_version}" if measurement.study else ""
    return f"{subject(measurement)}, {name}: {shown}{where}"
