"""Any jobs of a project beside each other: one table, one chart, and the settings in which they differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from training.events import EventType
from webapp.projects.models import Project
from webapp.ui.diff import differences

from ..charts.curves import comparison_chart
from ..charts.figure import Chart
from ..charts.series import Row
from ..models import Job, JobEvent
from .facts import JobFacts, facts_of
from .listing import kind_title

MOST_COMPARED = 8
OFFERED = 60


@dataclass(frozen=True)
class SettingRow:
    """A setting in which the compared jobs differ; one value a job, None where it has no such setting."""

    name: str
    values: list[str | None]


@dataclass(frozen=True)
class Comparison:
    """The compare page. `rates` are drawn as dots with intervals where two jobs or more have one, else `chart`."""

    facts: list[JobFacts]
    rates: list[dict[str, object]]
    chart: Chart | None
    settings: list[SettingRow]
    offered: list[tuple[Job, str]]


def compare(project: Project, codes: Sequence[str]) -> Comparison:
    """The jobs with these codes in the order asked; codes that name no job of the project are left out."""
    wanted = list(dict.fromkeys(code for code in codes if code.isalnum()))[:MOST_COMPARED]
    found = {
        job.code: job for job in Job.objects.filter(project=project, code__in=wanted).select_related("study", "project")
    }
    jobs = [found[code] for code in wanted if code in found]
    facts = facts_of(jobs)
    others = Job.objects.filter(project=project).defer("spec", "result", "prediction")[:OFFERED]
    offered = [(job, kind_title(job.kind)) for job in others]
    rates = [_rate_row(each) for each in facts if each.rate is not None]
    curves = _validation_curves(jobs) if len(rates) < 2 else []
    chart = comparison_chart(curves) if curves else None
    return Comparison(facts, rates if len(rates) > 1 else [], chart, setting_rows(jobs), offered)


def _rate_row(facts: JobFacts) -> dict[str, object]:
    assert facts.rate is not None
    href = reverse("jobs:job", args=[facts.job.project.code, facts.job.code])
    rate = facts.rate
    return {"label": facts.job.name, "value": rate.value, "low": rate.low, "high": rate.high, "n": rate.n, "href": href}


def _validation_curves(jobs: Sequence[Job]) -> list[tuple[str, list[Row]]]:
    rows = JobEvent.objects.filter(job__in=jobs, type=EventType.EVAL).order_by("job", "seq")
    by_job: dict[int, list[Row]] = {}
    for pk, payload in rows.values_list("job_id", "payload"):
        by_job.setdefault(pk, []).append(payload)
    return [(job.name, by_job[job.pk]) for job in jobs if job.pk in by_job]


def setting_rows(jobs: Sequence[Job]) -> list[SettingRow]:
    """The settings that are not the same in all jobs, in the order of the first job that has them."""
    flat = [{item.name: item.after for item in differences({}, job.spec)} for job in jobs]
    names = list(dict.fromkeys(name for settings in flat for name in settings))
    rows = [SettingRow(name, [settings.get(name) for settings in flat]) for name in names]
    return [row for row in rows if len(set(row.values)) > 1]
