"""Store what somebody worked out with the public calculator in one of their projects."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from webapp.projects.access import get_project
from webapp.projects.models import Project, Role
from webapp.projects.pages import person

from ..calculator.outcome import outcome
from ..calculator.session import opened
from ..calculator.spreads import BY_HAND
from ..editing import signed
from ..forms import SaveForm
from ..services import create_scenario

_EDITORS = (Role.EDITOR, Role.OWNER)


@require_http_methods(["GET", "HEAD", "POST"])
def save_calculation(request: HttpRequest) -> HttpResponse:
    """The calculation of the address (or of `state` in a form), the choice of a project, and the new scenario."""
    user = person(request)
    state = request.POST.get("state", "") if request.method == "POST" else request.GET.urlencode()
    session = opened(QueryDict(state))
    projects = Project.objects.filter(members__user=user, members__role__in=_EDITORS).order_by("name")
    form = SaveForm(
        request.POST if request.method == "POST" and "project" in request.POST else None,
        initial={"name": session.scenario.name, "project": projects.first()},
        projects=projects,
    )
    if form.is_bound and form.is_valid():
        project = get_project(user, form.cleaned_data["project"].code, need=Role.EDITOR)
        case = signed(session.scenario, by=user, why=BY_HAND.why)
        case = case.model_copy(update={"name": form.cleaned_data["name"]})
        made = create_scenario(by=user, project=project, case=case, note="From the calculator")
        messages.success(request, f"“{made.name}” is stored in {project.name}.")
        return redirect("business:scenario", project.code, made.code)
    context = {
        "form": form,
        "state": state,
        "projects": projects,
        "refused": session.refused,
        "outcome": outcome(session.scenario),
    }
    return render(request, "business/scenarios/save.html", context, status=422 if form.errors else 200)
