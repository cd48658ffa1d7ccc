"""What a project's first page says of its jobs: what was measured, and what runs now."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from training.spec.evaluate import METRICS
from webapp.jobs.adaptation import method_name
from webapp.jobs.models import OPEN, Job, JobState, Measurement, Study
from webapp.jobs.sweep import UNTOLD_UNTIL
from webapp.ui import formats

from .models import Project

BASELINE_ROLE = "eval:base"
METRIC_NAMES = {
    "choice": "Accuracy, choosing among the labels",
    "exact": "Exact answers",
    "normalised": "Answers equal but for case and punctuation",
    "numeric": "Right numbers",
    "contains": "Answers that hold the expected one",
    "f1": "F1 over words",
}
_NEWEST = 200
_MOST_ROWS = 8


@dataclass(frozen=True)
class Plotted:
    """One line of a dot-and-interval plot."""

    label: str
    value: float
    low: float | None
    high: float | None
    n: int
    href: str
    tone: str


@dataclass(frozen=True)
class Finding:
    """Measurements of one metric on the same held-out rows, the baseline first if there is one.

    `sentence` says what the plot shows; it never calls a difference real that the intervals do not settle.
    """

    metric: str
    study: Study | None
    url: str
    newest: datetime
    kind: str
    rows: list[Plotted]
    baseline_value: float | None
    sentence: str


def newest_findings(project: Project, limit: int = 3) -> list[Finding]:
    """The `limit` newest groups of how well models answer whole held-out sets; not what that cost. Two queries."""
    found = (
        Measurement.objects.filter(project=project, label="", metric__in=METRICS)
        .select_related("job", "study")
        .order_by("-created_at", "-pk")[:_NEWEST]
    )
    groups: dict[tuple[int | None, str, str], list[Measurement]] = {}
    for measurement in found:
        groups.setdefault((measurement.study_id, measurement.data_digest, measurement.metric), []).append(measurement)
    return [_finding(project, group) for group in list(groups.values())[:limit]]


def _finding(project: Project, newest_first: list[Measurement]) -> Finding:
    first = newest_first[0]
    of_study = (m for m in newest_first if m.job is not None and m.job.role == BASELINE_ROLE)
    baseline = next(of_study, None) or next((m for m in newest_first if _is_baseline(project, m)), None)
    others = sorted((m for m in newest_first if m is not baseline), key=lambda m: -m.value)[:_MOST_ROWS]
    shown = [*([baseline] if baseline else []), *others]
    kind = "percent" if first.unit == "fraction" else "sig"
    return Finding(
        metric=METRIC_NAMES.get(first.metric, first.metric.replace("_", " ")),
        study=first.study,
        url=reverse("jobs:study", args=[project.code, first.study.code]) if first.study else "",
        newest=first.created_at,
        kind=kind,
        rows=[_plotted(project, m, is_baseline=m is baseline) for m in shown],
        baseline_value=baseline.value if baseline else None,
        sentence=_sentence(baseline, others, kind, project.minimum_effect),
    )


def _plotted(project: Project, measurement: Measurement, *, is_baseline: bool) -> Plotted:
    job = measurement.job
    return Plotted(
        label="Base model" if is_baseline else _model_name(measurement),
        value=measurement.value,
        low=measurement.low,
        high=measurement.high,
        n=measurement.n,
        href=reverse("jobs:job", args=[project.code, job.code]) if job else "",
        tone="plain" if is_baseline else "",
    )


def _model_name(measurement: Measurement) -> str:
    """What was measured: the method in a study, else what the job is called."""
    if measurement.job is None:
        return f"{measurement.model or 'A model'}, external"
    step, _, method = measurement.job.role.partition(":")
    name = method_name(method) if step == "eval" and method else measurement.job.name
    return capfirst(name)


def _sentence(baseline: Measurement | None, others: list[Measurement], kind: str, minimum_effect: float) -> str:
    """What the plot shows, in words. Two intervals that overlap settle nothing here; the study's paired test may."""

    def shown(measurement: Measurement) -> str:
        return formats.percent(measurement.value) if kind == "percent" else formats.sig(measurement.value)

    if not others:
        assert baseline is not None  # a finding has at least one measurement
        return f"The base model reaches {shown(baseline)}; nothing is measured against it yet."
    best = others[0]
    if baseline is None:
        return f"{_model_name(best)} reaches {shown(best)}; the base model is not measured on these rows."
    if kind != "percent":
        return f"{_model_name(best)} has {shown(best)}, the base model {shown(baseline)}."
    gain = formats.points(abs(best.value - baseline.value)).lstrip("+").replace("pts", "points")
    if best.low is not None and baseline.high is not None and best.low > baseline.high:
        if best.value - baseline.value < minimum_effect:
            return f"{_model_name(best)} gains {gain} over the base model, too little to matter here."
        return f"{_model_name(best)} gains {gain} over the base model."
    if best.high is not None and baseline.low is not None and best.high < baseline.low:
        return f"{_model_name(best)}, the best of what was tried, loses {gain} against the base model."
    return f"{_model_name(best)} and the base model cannot be told apart by their intervals."


def _is_baseline(project: Project, measurement: Measurement) -> bool:
    if measurement.job is None:
        return False
    spec = measurement.job.spec
    return spec.get("model") == project.base_model and not spec.get("adapter") and not measurement.job.role


@dataclass(frozen=True)
class OpenJob:
    """A job that has not ended, with the address of its page if the site has one."""

    job: Job
    url: str


def at_work(project: Project, limit: int = 6) -> tuple[list[OpenJob], bool]:
    """What runs, waits or is queued, running first; and whether something is on its way that is not on the page yet.

    That is a job, or the comparison of a study's results, which follows a moment after its last job.
    """
    found = project.jobs.filter(Q(state__in=OPEN) | Q(study__isnull=False, ended_at__gt=timezone.now() - UNTOLD_UNTIL))
    jobs = list(found.select_related("study").order_by(F("ended_at").asc(nulls_first=True), "created_at")[:50])
    order = {JobState.RUNNING: 0, JobState.QUEUED: 1, JobState.WAITING: 2}
    going = sorted((job for job in jobs if not job.has_ended), key=lambda job: order[JobState(job.state)])
    shown = [OpenJob(job, reverse("jobs:job", args=[project.code, job.code])) for job in going[:limit]]
    studies = {job.study for job in jobs if job.has_ended and job.study}
    return shown, bool(going) or any(not study.is_settled(list(study.jobs.all())) for study in studies)
