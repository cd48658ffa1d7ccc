"""The launch pages: a study of several jobs, or jobs of one kind.

A form is posted with what to do: `launch`, `check` (show what it would do, without JavaScript), or `spec` (download
it). htmx posts the same form as it is filled in and gets the readiness card.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from training.spec import KINDS
from webapp.projects.access import get_project
from webapp.projects.models import Project, Role

from ..access import get_job
from ..forms.choices import offers
from ..forms.spec import SpecForm, initial_from
from ..models import new_code
from ..pages.launch import downloadable, launch_all, single_specs
from ..pages.readiness import readiness
from ..references import newest_data
from ..services import LaunchRefused
from .request import SignedInRequest


@require_safe
def choose(request: SignedInRequest, code: str) -> HttpResponse:
    """A study, or a single job of some kind."""
    project = get_project(request.user, code, need=Role.EDITOR)
    return render(request, "jobs/launch/choose.html", {"project": project, "kinds": list(KINDS.values())})


@require_http_methods(["GET", "HEAD", "POST"])
def job(request: SignedInRequest, code: str, kind: str) -> HttpResponse:
    """One job, or a grid of them, of this kind."""
    project = get_project(request.user, code, need=Role.EDITOR)
    if kind not in KINDS:
        raise Http404("There is no such kind of job")
    if request.method != "POST":
        return _page(request, project, _fresh_form(request, project, kind))
    form = SpecForm(kind, offers(project), request.POST)
    form.is_valid()  # takes in what was typed; the spec says what is wrong with it
    do = request.POST.get("do", "launch")
    if request.htmx:
        return _card(request, project, form)
    if do == "launch":
        return _launch(request, project, form)
    if do == "spec":
        return _download(request, project, form)
    return _page(request, project, form)


def _fresh_form(request: SignedInRequest, project: Project, kind: str) -> SpecForm:
    """The form with its defaults, or with the settings of the job named by `from`, or fields given in the address.

    `data=newest` takes the newest versions of the data that the job used.
    """
    initial: dict[str, Any] = {"launch_key": new_code(), "model": project.base_model}
    source = request.GET.get("from", "")
    if source.isalnum():
        initial |= initial_from(kind, get_job(request.user, source, project=project.code).spec)
    if request.GET.get("data") == "newest":
        initial |= {name: newest_data(project, str(value)) for name, value in initial.items() if name[:5] == "data."}
    form = SpecForm(kind, offers(project), initial=initial)
    for field in form.shown:
        if field.path in request.GET:
            form.initial[field.path] = request.GET.getlist(field.path)[-1]
    return form


def _launch(request: SignedInRequest, project: Project, form: SpecForm) -> HttpResponse:
    if form.errors:
        return _page(request, project, form, status=422)
    named = {name: form.cleaned_data[name] for name in ("name", "launch_key")}
    try:
        jobs = launch_all(by=request.user, project=project, raw=form.spec(), **named)
    except LaunchRefused as refused:
        form.add_faults(refused.faults)
        return _page(request, project, form, status=422)
    if len(jobs) == 1:
        messages.success(request, f"{jobs[0].name} is queued.")
        return redirect("jobs:job", code=project.code, job=jobs[0].code)
    messages.success(request, f"{len(jobs)} jobs are queued.")
    return redirect("jobs:list", code=project.code)


def _download(request: SignedInRequest, project: Project, form: SpecForm) -> HttpResponse:
    try:
        spec = downloadable(project, form.spec())
    except LaunchRefused as refused:
        form.add_faults(refused.faults)
        return _page(request, project, form, status=422)
    headers = {"Content-Disposition": f'attachment; filename="{form.kind}.json"'}
    return JsonResponse(spec, json_dumps_params={"indent": 1}, headers=headers, safe=False)


def _card(request: SignedInRequest, project: Project, form: SpecForm) -> HttpResponse:
    context = {"project": project, "form": form, "is_part": True, **_readiness(project, form)}
    return render(request, "jobs/launch/_card.html", context)


def _readiness(project: Project, form: SpecForm) -> dict[str, Any]:
    specs, faults, varied = single_specs(form.spec())
    return {
        "ready": readiness(project, specs, faults),
        "varied": varied,
        "suggestion": form.suggestion(),
    }


def _page(request: SignedInRequest, project: Project, form: SpecForm, status: int = 200) -> HttpResponse:
    context = {
        "project": project,
        "kind": KINDS[form.kind],
        "form": form,
        "source": request.GET.get("from", "") if request.GET.get("from", "").isalnum() else "",
        # what was filled in from elsewhere must not be overwritten by what was typed here before
        "keep": "" if request.GET else f"launch-{form.kind}",
        **_readiness(project, form),
    }
    return render(request, "jobs/launch/job.html", context, status=status)
