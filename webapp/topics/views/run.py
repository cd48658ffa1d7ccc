"""From a public page to a launch form, and a study's figures to the public pages."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from webapp.jobs.access import get_study
from webapp.projects.access import require
from webapp.projects.models import Role
from webapp.projects.pages import person

from ..services import publish_study, withdraw_study
from ..starts import editable, form_address, start


@require_safe
def run(request: HttpRequest, kind: str) -> HttpResponse:
    """To the launch form in one's project; with several to choose from, a list of them; without any, to make one."""
    wanted = start(kind)
    if wanted is None:
        raise Http404("There is no such kind of job")
    projects = editable(person(request))
    if not projects:
        messages.info(request, "Make a project first: it holds the data and the results.")
        return redirect("projects:new")
    if len(projects) == 1:
        return redirect(form_address(kind, projects[0]))
    choices = [(project, form_address(kind, project)) for project in projects]
    return render(request, "topics/run.html", {"start": wanted, "choices": choices})


@require_POST
def publication(request: HttpRequest, code: str, study: str) -> HttpResponse:
    """Show a study's figures on the public pages (`show=1`), or take them back; owners only."""
    by = person(request)
    found = get_study(by, study, project=code)
    require(by, found.project, Role.OWNER)
    if request.POST.get("show") == "1":
        publish_study(by=by, study=found)
        messages.success(request, "The figures of this study stand on the public pages now.")
    else:
        withdraw_study(by=by, study=found)
        messages.success(request, "The figures of this study are off the public pages.")
    return redirect("jobs:study", code=code, study=found.code)
