"""The list of a project's studies and jobs: filters, pages, and a number of queries that no job adds to."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q, QuerySet

from training.spec import KINDS
from webapp.projects.models import Project

from ..models import OPEN, Job, JobState, Study

JOBS_A_PAGE = 25
STUDIES_SHOWN = 6


@dataclass(frozen=True)
class JobFilter:
    """What the list is narrowed to. Values that name nothing are dropped, so an old address still opens."""

    state: str = ""
    kind: str = ""
    search: str = ""

    @classmethod
    def from_query(cls, query: Any) -> "JobFilter":
        """From a request's GET parameters `state`, `kind`, `q`."""
        state, kind = query.get("state", ""), query.get("kind", "")
        return cls(
            state=state if state in (*JobState.values, "open") else "",
            kind=kind if kind in KINDS else "",
            search=query.get("q", "").replace("\x00", "").strip()[:100],
        )

    def __bool__(self) -> bool:
        return bool(self.state or self.kind or self.search)

    def apply(self, jobs: "QuerySet[Job]") -> "QuerySet[Job]":
        """The jobs that pass."""
        if self.state:
            jobs = jobs.filter(state__in=OPEN if self.state == "open" else (self.state,))
        if self.kind:
            jobs = jobs.filter(kind=self.kind)
        if self.search:
            text = self.search
            jobs = jobs.filter(Q(name__icontains=text) | Q(code__startswith=text) | Q(study__question__icontains=text))
        return jobs


def job_page(project: Project, chosen: JobFilter, number: str) -> "Page[Job]":
    """One page of the project's jobs, newest first; a number out of range gives the nearest page."""
    # specs and results are large and the list shows neither
    jobs = Job.objects.filter(project=project).select_related("study").defer("spec", "result", "prediction")
    return Paginator(chosen.apply(jobs), JOBS_A_PAGE).get_page(number)


def kind_title(kind: str) -> str:
    """What people call a kind; its name if it is no longer known."""
    return KINDS[kind].title if kind in KINDS else kind


@dataclass(frozen=True)
class StudyLine:
    """A study in the list: its state from its jobs, how many of them are done, and what it found."""

    study: Study
    state: str
    done: int
    total: int
    headline: str


def study_lines(project: Project, limit: int = STUDIES_SHOWN) -> tuple[list[StudyLine], int]:
    """The newest studies, and how many there are in all."""
    studies = with_counts(Study.objects.filter(project=project).select_related("dataset_version__dataset"))
    return [study_line(study) for study in studies[:limit]], Study.objects.filter(project=project).count()


def with_counts(studies: "QuerySet[Study]") -> "QuerySet[Study]":
    """Each study with `total`, and with the number of its jobs in each state as `n_<state>`."""
    counts = {f"n_{state}": Count("jobs", filter=Q(jobs__state=state)) for state in JobState.values}
    return studies.annotate(total=Count("jobs"), **counts)


def study_line(study: Study) -> StudyLine:
    """The line of a study that came from `with_counts`."""
    numbers = {state: int(getattr(study, f"n_{state}")) for state in JobState.values}
    total = sum(numbers.values())
    return StudyLine(study, study_state(numbers), numbers["done"], total, str(study.outcome.get("headline", "")))


def study_state(numbers: dict[str, int]) -> str:
    """A study's state from the number of its jobs in each state.

    While anything runs or is queued it runs. A failure that leaves jobs waiting for ever is a failed study.
    """
    if numbers["running"]:
        return "running"
    if numbers["queued"]:
        return "queued"
    if numbers["failed"]:
        return "failed"
    if numbers["cancelled"]:
        return "cancelled"
    if numbers["waiting"]:
        return "waiting"
    return "done" if numbers["done"] else "waiting"


def with_children(study_pk: int) -> "Prefetch[str]":
    """The jobs of a study with what each waits for."""
    return Prefetch("jobs", queryset=Job.objects.filter(study_id=study_pk).prefetch_related("after").order_by("pk"))
