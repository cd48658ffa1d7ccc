"""Calls on studies."""

from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from ninja import Router, Status
from pydantic import ValidationError

from training.spec import SpecFault
from webapp.datasets.models import DatasetVersion
from webapp.jobs.access import get_study
from webapp.jobs.adaptation import AdaptationPlan, launch_adaptation_study
from webapp.jobs.models import Job
from webapp.jobs.services import LaunchRefused
from webapp.jobs.studies import retry_study
from webapp.projects.access import get_project
from webapp.projects.models import Role

from .callers import caller
from .jobs import REFUSED
from .projects import Limit, Offset
from .schemas import DetailOut, StudyIn, StudyOut

router = Router(tags=["studies"])


@router.get("/projects/{code}/studies", response={200: list[StudyOut], 404: DetailOut})
def list_studies(request: HttpRequest, code: str, limit: Limit = 20, offset: Offset = 0) -> list[StudyOut]:
    """The project's studies, newest first."""
    project = get_project(caller(request), code)
    jobs = Prefetch("jobs", Job.objects.select_related("project", "study"))
    return [StudyOut.of(study) for study in project.studies.prefetch_related(jobs)[offset : offset + limit]]


@router.post("/projects/{code}/studies", response={201: StudyOut, **REFUSED})
def launch_study(request: HttpRequest, code: str, payload: StudyIn) -> Status[StudyOut]:
    """Launch an adaptation study: evaluate the base model, train each method, evaluate each result."""
    user = caller(request)
    project = get_project(user, code, need=Role.EDITOR)
    version = DatasetVersion.objects.filter(dataset__project=project, digest=payload.dataset_digest).first()
    if version is None:
        raise Http404("No such dataset in this project")
    study = launch_adaptation_study(
        by=user,
        project=project,
        version=version,
        plan=_plan(payload.plan),
        launch_key=payload.launch_key,
        question=payload.question,
    )
    return Status(201, StudyOut.of(study))


@router.get("/studies/{code}", response={200: StudyOut, 404: DetailOut})
def show_study(request: HttpRequest, code: str) -> StudyOut:
    """One study with its jobs and, when they have ended, its outcome."""
    return StudyOut.of(get_study(caller(request), code))


@router.post("/studies/{code}/retry", response={200: StudyOut, **REFUSED})
def retry(request: HttpRequest, code: str) -> StudyOut:
    """Let the failed and cancelled jobs of a study go on; what is done stays done."""
    user = caller(request)
    study = get_study(user, code, edit=True)
    retry_study(by=user, study=study)
    return StudyOut.of(study)


def _plan(raw: dict[str, Any]) -> AdaptationPlan:
    try:
        return AdaptationPlan.model_validate(raw)
    except ValidationError as error:
        told = error.errors(include_url=False)
        raise LaunchRefused(
            SpecFault("plan." + ".".join(map(str, item["loc"])), str(item["msg"])) for item in told
        ) from error
