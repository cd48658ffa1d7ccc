"""The measurements of a project that a figure of a scenario can stand on, and which of them are newer than others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.text import capfirst

from training.metrics import METRICS
from webapp.jobs.adaptation import BASE, method_name
from webapp.jobs.models import Job, Measurement
from webapp.projects.models import Project
from webapp.ui import formats

from .feeds import FEED_OF, MEASURED, RATES, SECONDS, SHARE, TOKENS_IN, TOKENS_OUT

_NEWEST = 200
_NAMES = {SECONDS: "device-seconds an item", TOKENS_IN: "tokens in an item", TOKENS_OUT: "tokens out an item"}


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
    job, study = measurement.job, measurement.study
    if job is None:
        subject = f"external {measurement.model}"
    elif study and job.role and job.role != f"eval:{BASE}":
        subject = f"{job.role} of {study.plan.get('model', '')}"  # trained anew in each study, so its digest differs
    else:
        subject = f"{measurement.model} {measurement.model_digest}"
    return Lineage(measurement.metric, measurement.label, subject, measurement.data_digest)


def job_of(measurement: Measurement) -> Job:
    """The job that measured it, of a measurement that is not external."""
    assert measurement.job is not None
    return measurement.job


def measurements(project: Project) -> QuerySet[Measurement]:
    """Whole-set measurements of the project, with their jobs and studies, newest first; external ones among them."""
    found = Measurement.objects.filter(project=project, label="").select_related(
        "project", "job", "study__dataset_version__dataset"
    )
    return found.defer("job__result", "job__prediction", "job__spec", "study__outcome").order_by("-created_at", "-pk")


def fed_metric(measurement: Measurement) -> str:
    """The metric by which it may feed a figure, one of `FEED_OF`; empty where it may feed none.

    A share needs the items that it was counted on. What a person brought is a share of right items also under a name
    that the product does not know: the person who binds it says what it is.
    """
    name = measurement.metric
    if name in RATES:
        return name if measurement.n > 0 else ""
    if name in MEASURED:
        return name if measurement.n > 0 or measurement.is_external else ""
    is_share = measurement.is_external and name not in METRICS and measurement.unit == "fraction"
    return SHARE if is_share and measurement.n > 0 and 0 <= measurement.value <= 1 else ""


def usable(project: Project) -> list[Measurement]:
    """The newest measurement of each thing that a figure can stand on. One query."""
    newest: dict[Lineage, Measurement] = {}
    known = Q(metric__in=MEASURED) | Q(job__isnull=True, unit="fraction")
    for measurement in measurements(project).filter(known)[:_NEWEST]:
        if fed_metric(measurement):
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
    for measurement in measurements(project).filter(metric__in=metrics, created_at__gte=first)[:_NEWEST]:
        if fed_metric(measurement):
            newest.setdefault(lineage(measurement), measurement)
    latest = {pk: newest.get(lineage(old)) for pk, old in known.items()}
    return {
        pk: new
        for pk, new in latest.items()
        if new is not None and (new.created_at, new.pk) > (known[pk].created_at, known[pk].pk)
    }


def subject(measurement: Measurement) -> str:
    """What was measured, as people call it: `LoRA`, `Base model`, or the job's name; the model of an external one."""
    job = measurement.job
    if job is None:
        return measurement.model or "A model"
    step, _, method = job.role.partition(":")
    name = method_name(method) if step == "eval" and method else job.name
    return str(capfirst(name))


def described(measurement: Measurement) -> str:
    """One line for a list: what was measured, how, the figure with its interval, and on what or from where."""
    metric, name = METRICS.get(measurement.metric), measurement.metric
    if metric is not None:
        shown, name = formats.interval(measurement, "percent" if metric.is_rate else "sig"), metric.title.lower()
    elif FEED_OF.get(fed_metric(measurement)) is FEED_OF[SHARE]:
        shown = formats.interval(measurement, "percent")
    else:
        unit = " s" if name == SECONDS else ""
        counted = f", n={formats.count(measurement.n)}" if measurement.n else ""
        shown, name = f"{formats.sig(measurement.value)}{unit}{counted}", _NAMES.get(name, name)
    where = f", {measurement.study.dataset_version}" if measurement.study else ""
    source = f", external: {measurement.source}" if measurement.is_external else ""
    return f"{subject(measurement)}, {name}: {shown}{where}{source}"
