"""The launch page of an adaptation study."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from training.spec import SpecFault
from webapp.projects.access import get_project
from webapp.projects.models import Project, Role

from ..adaptation import AdaptationPlan, launch_adaptation_study, planned_specs
from ..forms.choices import Offers, offers, versions
from ..forms.study import StudyForm
from ..models import new_code
from ..pages.readiness import Readiness, readiness
from ..services import LaunchRefused
from .request import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
def study(request: SignedInRequest, code: str) -> HttpResponse:
    """Question, data, model, methods; what it will take beside them."""
    project = get_project(request.user, code, need=Role.EDITOR)
    offered = offers(project)
    if request.method != "POST":
        form = StudyForm(versions(project), offered, initial=_initial(request, project))
        return _page(request, project, form, _readiness(project, _as_typed(form, offered)))
    form = StudyForm(versions(project), offered, request.POST)
    if request.htmx:
        return render(request, "jobs/launch/_readiness.html", {"project": project, "ready": _readiness(project, form)})
    if request.POST.get("do", "launch") == "launch" and form.is_valid():
        return _launch(request, project, form)
    return _page(request, project, form, _readiness(project, form), status=422 if form.errors else 200)


def _initial(request: SignedInRequest, project: Project) -> dict[str, Any]:
    found = versions(project)
    usable = [each for each in found if each.splits.get("train") and each.splits.get("test")]
    asked = request.GET.get("data", "")
    first = next((each for each in usable if each.digest == asked), usable[0] if usable else None)
    return {
        "launch_key": new_code(),
        "model": request.GET.get("model") or project.base_model,
        "version": first.digest if first else "",
    }


def _as_typed(form: StudyForm, offered: Offers) -> StudyForm:
    """A form with its first values taken as typed, so that the readiness card speaks from the start."""
    typed = {name: form[name].value() for name in form.fields}
    return StudyForm(
        list(form.versions.values()), offered, {name: value for name, value in typed.items() if value is not None}
    )


def _readiness(project: Project, form: StudyForm) -> Readiness:
    if not form.is_valid():
        return readiness(project, [], form.missing())
    try:
        plan = AdaptationPlan(**form.plan_fields())
    except ValidationError as error:
        return readiness(project, [], _plan_faults(error))
    specs = planned_specs(form.cleaned_data["version"], plan)
    return readiness(project, list(specs.values()))


def _launch(request: SignedInRequest, project: Project, form: StudyForm) -> HttpResponse:
    fields = form.cleaned_data
    try:
        made = launch_adaptation_study(
            by=request.user,
            project=project,
            version=fields["version"],
            plan=AdaptationPlan(**form.plan_fields()),
            launch_key=fields["launch_key"],
            question=fields["question"],
        )
    except LaunchRefused as refused:
        form.add_faults(refused.faults)
    except ValidationError as error:
        form.add_faults(_plan_faults(error))
    else:
        messages.success(request, "The study is queued.")
        return redirect("jobs:study", code=project.code, study=made.code)
    return _page(request, project, form, _readiness(project, form), status=422)


def _plan_faults(error: ValidationError) -> list[SpecFault]:
    return [SpecFault(".".join(map(str, item["loc"])), str(item["msg"])) for item in error.errors()]


def _page(
    request: SignedInRequest, project: Project, form: StudyForm, ready: Readiness, status: int = 200
) -> HttpResponse:
    context = {"project": project, "form": form, "ready": ready, "has_data": bool(form.versions)}
    return render(request, "jobs/launch/study.html", context, status=status)
