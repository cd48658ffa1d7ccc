"""One study: its jobs while they run, what was found when they have."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from webapp.projects.access import may_edit
from webapp.ui.formats import count

from ..access import get_study
from ..adaptation import method_name
from ..models import Study
from ..pages.outcome import outcome
from ..pages.study import Pipeline, pipeline
from ..services import LaunchRefused
from ..studies import cancel_study, retry_study
from .job import NOTHING_NEW
from .request import SignedInRequest


@require_safe
def study(request: SignedInRequest, code: str, study: str) -> HttpResponse:
    """The study's page; it asks again at the same address with `seen`, as a job's does."""
    found = get_study(request.user, study, project=code)
    jobs = pipeline(found)
    if request.htmx and "seen" in request.GET:
        if request.GET["seen"] == jobs.version:
            return HttpResponse(status=NOTHING_NEW)
        if not jobs.is_live:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "jobs/study/_pipeline.html", _context(request, found, jobs))
    return render(request, "jobs/study/study.html", {**_context(request, found, jobs), "outcome": outcome(found)})


def _context(request: SignedInRequest, study: Study, jobs: Pipeline) -> dict[str, object]:
    return {
        "project": study.project,
        "study": study,
        "pipeline": jobs,
        "lanes": [(method_name(lane.name), lane.jobs) for lane in jobs.lanes],
        "may_edit": may_edit(request.user, study.project),
        "trainings": ",".join(job.code for lane in jobs.lanes for job in lane.jobs if job.kind == "sft"),
    }


@require_POST
def retry(request: SignedInRequest, code: str, study: str) -> HttpResponse:
    """Let the failed and cancelled jobs go on; what is done stays done."""
    found = get_study(request.user, study, project=code, edit=True)
    try:
        resumed = retry_study(by=request.user, study=found)
    except LaunchRefused as refused:
        messages.error(request, " ".join(fault.message for fault in refused.faults))
    else:
        text = f"{resumed} {'job goes' if resumed == 1 else 'jobs go'} on." if resumed else "All jobs are done."
        messages.success(request, text)
    return redirect("jobs:study", code=found.project.code, study=found.code)


@require_POST
def cancel(request: SignedInRequest, code: str, study: str) -> HttpResponse:
    """Cancel every job of the study that has not ended."""
    found = get_study(request.user, study, project=code, edit=True)
    cancelled = cancel_study(by=request.user, study=found)
    messages.success(request, f"{count(cancelled, 'job')} cancelled. A retry takes the study up again.")
    return redirect("jobs:study", code=found.project.code, study=found.code)
