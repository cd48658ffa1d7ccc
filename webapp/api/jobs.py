"""Calls on jobs: launch from a spec, watch, cancel, resume, fetch what they left."""

from typing import Annotated, Any

from django.http import FileResponse, HttpRequest
from ninja import Query, Router, Status

from webapp.jobs.access import get_job
from webapp.jobs.downloads import artifact_response
from webapp.jobs.models import JobEvent
from webapp.jobs.references import resolved_spec
from webapp.jobs.services import cancel_job, launch_job, resume_job
from webapp.projects.access import get_project
from webapp.projects.models import Role

from .callers import caller
from .projects import Limit, Offset
from .schemas import ArtifactOut, DetailOut, EventsOut, FaultsOut, JobIn, JobOut, ResumeIn

router = Router(tags=["jobs"])

REFUSED: dict[int, Any] = {403: DetailOut, 404: DetailOut, 422: FaultsOut}


@router.get("/projects/{code}/jobs", response={200: list[JobOut], 404: DetailOut})
def list_jobs(request: HttpRequest, code: str, limit: Limit = 50, offset: Offset = 0) -> list[JobOut]:
    """The project's jobs, newest first."""
    jobs = get_project(caller(request), code).jobs.select_related("project", "study")
    return [JobOut.of(job) for job in jobs[offset : offset + limit]]


@router.post("/projects/{code}/jobs", response={201: JobOut, **REFUSED})
def launch(request: HttpRequest, code: str, payload: JobIn) -> Status[JobOut]:
    """Launch a job from its spec. A spec with faults is answered with all of them."""
    user = caller(request)
    project = get_project(user, code, need=Role.EDITOR)
    job = launch_job(by=user, project=project, spec=payload.spec, name=payload.name, launch_key=payload.launch_key)
    return Status(201, JobOut.of(job))


@router.get("/jobs/{code}", response={200: JobOut, 404: DetailOut})
def show_job(request: HttpRequest, code: str) -> JobOut:
    """One job and where it stands."""
    return JobOut.of(get_job(caller(request), code))


@router.get("/jobs/{code}/spec", response={200: dict[str, Any], 404: DetailOut})
def job_spec(request: HttpRequest, code: str) -> dict[str, Any]:
    """The spec with its references resolved to paths, as `python -m training run` takes it on this machine."""
    return resolved_spec(get_job(caller(request), code))


@router.post("/jobs/{code}/cancel", response={200: JobOut, **REFUSED})
def cancel(request: HttpRequest, code: str) -> JobOut:
    """Cancel a job; an ended one stays as it is."""
    user = caller(request)
    job = get_job(user, code, edit=True)
    cancel_job(by=user, job=job)
    return JobOut.of(job)


@router.post("/jobs/{code}/resume", response={200: JobOut, **REFUSED})
def resume(request: HttpRequest, code: str, payload: ResumeIn) -> JobOut:
    """Let a cancelled or failed job go on from its newest checkpoint."""
    user = caller(request)
    job = get_job(user, code, edit=True)
    resume_job(by=user, job=job, max_minutes=payload.max_minutes, max_usd=payload.max_usd)
    return JobOut.of(get_job(user, code))


@router.get("/jobs/{code}/events", response={200: EventsOut, 404: DetailOut})
def events(
    request: HttpRequest,
    code: str,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> EventsOut:
    """The job's events after a sequence number, oldest first."""
    job = get_job(caller(request), code)
    found = list(JobEvent.objects.filter(job=job, seq__gt=after).order_by("seq")[:limit])
    told = [{"seq": event.seq, "time": event.time, "type": event.type, **event.payload} for event in found]
    return EventsOut(events=told, last_seq=found[-1].seq if found else after)


@router.get("/jobs/{code}/artifacts", response={200: list[ArtifactOut], 404: DetailOut})
def list_artifacts(request: HttpRequest, code: str) -> list[ArtifactOut]:
    """What the job left."""
    return [ArtifactOut.of(artifact) for artifact in get_job(caller(request), code).artifacts.all()]


@router.get("/jobs/{code}/artifacts/{name}", response={200: bytes, 404: DetailOut})
def fetch_artifact(request: HttpRequest, code: str, name: str) -> FileResponse:
    """One artifact: a file as it is, a folder as a zip."""
    return artifact_response(get_job(caller(request), code), name)
