"""The compare page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.projects.access import get_project, may_edit

from ..pages.compare import MOST_COMPARED
from ..pages.compare import compare as comparison_of
from .request import SignedInRequest


@require_safe
def compare(request: SignedInRequest, code: str) -> HttpResponse:
    """The jobs named by `?jobs=a,b,c`, or chosen one by one as `job`."""
    project = get_project(request.user, code)
    codes = [*request.GET.get("jobs", "").split(","), *request.GET.getlist("job")]
    found = comparison_of(project, codes)
    context = {
        "project": project,
        "may_edit": may_edit(request.user, project),
        "comparison": found,
        "chosen": [each.job.code for each in found.facts],
        "most": MOST_COMPARED,
    }
    return render(request, "jobs/compare.html", context)
