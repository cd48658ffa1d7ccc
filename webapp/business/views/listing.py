"""A project's scenarios, and the ways to make one: from a preset, or from a file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

import roi
from webapp.projects.access import get_project
from webapp.projects.models import Project, Role
from webapp.projects.pages import frame, person

from ..forms import PresetForm, UploadForm
from ..models import Scenario
from ..pages.listing import listed
from ..presets import preset_case
from ..services import create_scenario


@require_safe
def scenarios(request: HttpRequest, code: str) -> HttpResponse:
    """What the project's business cases say, the main one first."""
    project = get_project(person(request), code)
    found = Scenario.objects.filter(project=project).select_related("created_by").defer("document")
    context = {**frame(request, project, "business"), "rows": [listed(scenario) for scenario in found]}
    return render(request, "business/scenarios/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Make a scenario from a preset."""
    project = get_project(person(request), code, need=Role.EDITOR)
    form = PresetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        preset = form.cleaned_data["preset"]
        case = preset_case(preset, name=form.cleaned_data["name"])
        made = create_scenario(by=person(request), project=project, case=case, note=f"From the preset “{preset}”")
        messages.success(request, "The scenario is stored. Its figures are assumptions: put your own in their place.")
        return redirect("business:edit", project.code, made.code)
    return _new(request, project, form, UploadForm(), status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """Make a scenario from a JSON file such as the export or `python -m roi example` gives."""
    project = get_project(person(request), code, need=Role.EDITOR)
    if request.method != "POST":
        return redirect("business:new", project.code)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _new(request, project, PresetForm(), form, status=422)
    case: roi.Scenario = form.cleaned_data["case"]
    made = create_scenario(by=person(request), project=project, case=case, note="From a file")
    messages.success(request, f"“{made.name}” is stored.")
    return redirect("business:scenario", project.code, made.code)


def _new(
    request: HttpRequest, project: Project, form: PresetForm, upload_form: UploadForm, *, status: int = 200
) -> HttpResponse:
    context = {**frame(request, project, "business"), "form": form, "upload_form": upload_form}
    return render(request, "business/scenarios/new.html", context, status=status)
