"""Calls on projects and their measurements."""

from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Status

from webapp.jobs.external import ExternalFigure, record_external
from webapp.jobs.models import Measurement
from webapp.projects.access import get_project
from webapp.projects.models import Project, Role
from webapp.projects.services import create_project

from .callers import caller
from .roadmap_schemas import EvidenceIn
from .schemas import DetailOut, FaultsOut, MeasurementOut, ProjectIn, ProjectOut

router = Router(tags=["projects"])

Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("", response=list[ProjectOut])
def list_projects(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> list[ProjectOut]:
    """The projects in which the caller is a member, by name."""
    visible = Project.objects.visible_to(caller(request))
    return [ProjectOut.of(project) for project in visible[offset : offset + limit]]


@router.post("", response={201: ProjectOut, 422: FaultsOut})
def make_project(request: HttpRequest, payload: ProjectIn) -> Status[ProjectOut]:
    """Make a project; the caller becomes its owner."""
    project = create_project(by=caller(request), name=payload.name, task=payload.task)
    return Status(201, ProjectOut.of(project))


@router.get("/{code}", response={200: ProjectOut, 404: DetailOut})
def show_project(request: HttpRequest, code: str) -> ProjectOut:
    """One project."""
    return ProjectOut.of(get_project(caller(request), code))


@router.get("/{code}/measurements", response={200: list[MeasurementOut], 404: DetailOut})
def list_measurements(
    request: HttpRequest,
    code: str,
    metric: Annotated[str, Query(max_length=60)] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[MeasurementOut]:
    """The project's measurements, newest first; of one metric where it is named."""
    found: QuerySet[Measurement] = get_project(caller(request), code).measurements.select_related("job")
    if metric:
        found = found.filter(metric=metric)
    return [MeasurementOut.of(measurement) for measurement in found[offset : offset + limit]]


@router.post("/{code}/measurements", response={201: MeasurementOut, 403: DetailOut, 404: DetailOut, 422: FaultsOut})
def add_evidence(request: HttpRequest, code: str, payload: EvidenceIn) -> Status[MeasurementOut]:
    """Store a figure that was measured elsewhere, with its source; it counts at gates, marked external."""
    user = caller(request)
    project = get_project(user, code, need=Role.EDITOR)
    made = record_external(by=user, project=project, figure=ExternalFigure(**payload.model_dump()))
    return Status(201, MeasurementOut.of(made))
