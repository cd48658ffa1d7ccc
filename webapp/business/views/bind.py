"""Let figures stand on what the project measured, paid or spent: choose one, and take a newer one when asked to."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

import roi
from webapp.projects.pages import frame, person

from .. import readings
from ..access import get_scenario
from ..bindings import CannotBind, bindings, bound, published, renewed, targets
from ..feeds import FEEDS
from ..forms import BindForm, SeenForm
from ..models import Scenario
from ..services import EditConflict, stored_case, update_scenario

OVERTAKEN = "Nothing is changed: somebody stored a newer version since you opened this page. Look at it first."


@require_http_methods(["GET", "HEAD", "POST"])
def bind(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """Choose a figure and what it is to stand on."""
    found = get_scenario(person(request), scenario, project=code, edit=True)
    case = stored_case(found)
    usable = {reading.ref: reading for reading in readings.listed(found.project)}
    form = BindForm(
        request.POST if request.method == "POST" else None,
        initial={"version": found.version, "figure": request.GET.get("figure", "")},
        figures=[(target.path, target.title) for target in targets(case)],
        measurements=[
            (title, [(each.ref, each.text) for each in own]) for title, own in readings.grouped(usable.values())
        ],
    )
    if request.method == "POST" and form.is_valid():
        chosen = usable[form.cleaned_data["measurement"]]
        try:
            chosen = published(chosen) if form.cleaned_data["published"] else chosen
            made = bound(case, form.cleaned_data["figure"], chosen)
        except CannotBind as refused:
            form.add_error(refused.field, str(refused))
        except roi.ScenarioFaults as refused:
            form.add_error("figure", " ".join(fault.message for fault in refused.faults))
        else:
            return _store(request, found, form.cleaned_data["version"], made, f"Bound to {chosen.text}")
    context = {**frame(request, found.project, "business"), "scenario": found, "form": form, "usable": usable}
    context["feeds"] = FEEDS
    return render(request, "business/scenarios/bind.html", context, status=422 if form.errors else 200)


@require_POST
def renew(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """Take the newer reading for the figures ticked, or for every figure that has one."""
    found = get_scenario(person(request), scenario, project=code, edit=True)
    form, case = SeenForm(request.POST), stored_case(found)
    seen = form.cleaned_data["version"] if form.is_valid() else 0
    paths = set(request.POST.getlist("figure"))
    outdated = [
        each
        for path, each in bindings(found.project, case).items()
        if each.newer is not None and (not paths or path in paths)
    ]
    if not outdated:
        messages.success(request, "Every figure stands on the newest that there is.")
        return redirect("business:scenario", code, found.code)
    return _store(request, found, seen, renewed(case, outdated), "Newer figures taken")


def _store(request: HttpRequest, found: Scenario, seen: int, case: roi.Scenario, note: str) -> HttpResponse:
    try:
        stored = update_scenario(by=person(request), scenario=found, seen_version=seen, case=case, note=note)
    except EditConflict:
        messages.error(request, OVERTAKEN)
    else:
        messages.success(request, f"Stored as version {stored.version}; the history says what it did to NPV.")
    return redirect("business:scenario", found.project.code, found.code)
