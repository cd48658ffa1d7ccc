"""Studies and jobs of a project."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from training.spec import KINDS
from webapp.projects.access import get_project, may_edit

from ..models import JobState
from ..pages.listing import JobFilter, job_page, kind_title, study_lines
from ..pages.tiles import counted
from .request import SignedInRequest


@require_safe
def jobs(request: SignedInRequest, code: str) -> HttpResponse:
    """Studies first, then every job; with nothing yet, what the page is for and the one button."""
    project = get_project(request.user, code)
    chosen = JobFilter.from_query(request.GET)
    lines, studies = study_lines(project)
    page = job_page(project, chosen, request.GET.get("page", ""))
    context = {
        "project": project,
        "may_edit": may_edit(request.user, project),
        "studies": lines,
        "studies_total": studies,
        "page": page,
        "has_any": bool(chosen or studies or page.paginator.count),
        "rows": [(job, kind_title(job.kind), counted(job)) for job in page.object_list],
        "filter": chosen,
        "states": [("open", "Not ended"), *JobState.choices],
        "kinds": [(kind.name, kind.title) for kind in KINDS.values()],
    }
    return render(request, "jobs/list.html", context)
