"""Let figures stand on measurements: choose one from the list, and take a newer one when asked to."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

import roi
from webapp.jobs.models import Measurement
from webapp.projects.pages import frame, person

from .. import evidence
from ..access import get_scenario
from ..bindings import METRICS, CannotBind, bindings, bound, renewed, targets
from ..forms import BindForm, SeenForm
from ..models import Scenario
from ..services import EditConflict, stored_case, update_scenario

OVERTAKEN = "Nothing is changed: somebody stored a newer version since you opened this page. Look at it first."


@require_http_methods(["GET", "HEAD", "POST"])
def bind(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """Choose a figure and the measurement that it is to stand on."""
    found = get_scenario(person(request), scenario, project=code, edit=True)
    case = stored_case(found)
    usable = {measurement.pk: measurement for measurement in evidence.usable(found.project, METRICS)}
    form = BindForm(
        request.POST if request.method == "POST" else None,
        initial={"version": found.version, "figure": request.GET.get("figure", "")},
        figures=[(target.path, target.title) for target in targets(case)],
        measurements=_grouped(usable.values()),
    )
    if request.method == "POST" and form.is_valid():
        chosen = usable[form.cleaned_data["measurement"]]
        try:
            made = bound(case, form.cleaned_data["figure"], chosen)
        except CannotBind as refused:
            form.add_error("measurement", str(refused))
        except roi.ScenarioFaults as refused:
            form.add_error("figure", " ".join(fault.message for fault in refused.faults))
        else:
            note = f"Bound to a measurement: {evidence.described(chosen)}"
            return _store(request, found, form.cleaned_data["version"], made, note)
    context = {**frame(request, found.project, "business"), "scenario": found, "form": form, "usable": usable}
    return render(request, "business/scenarios/bind.html", context, status=422 if form.errors else 200)


def _grouped(usable: Iterable[Measurement]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The list to choose from: shares of right answers first, then seconds."""
    rates = [(str(each.pk), evidence.described(each)) for each in usable if each.metric in evidence.RATES]
    others = [(str(each.pk), evidence.described(each)) for each in usable if each.metric not in evidence.RATES]
    groups = [("Shares of right answers", rates), ("Device-seconds an item", others)]
    return [(title, choices) for title, choices in groups if choices]


@require_POST
def renew(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """Take the newer measurement for the figures ticked, or for every figure that has one."""
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
        messages.success(request, "Every measured figure stands on its newest measurement.")
        return redirect("business:scenario", code, found.code)
    return _store(request, found, seen, renewed(case, outdated), "Newer measurements taken")


def _store(request: HttpRequest, found: Scenario, seen: int, case: roi.Scenario, note: str) -> HttpResponse:
    try:
        stored = update_scenario(by=person(request), scenario=found, seen_version=seen, case=case, note=note)
    except EditConflict:
        messages.error(request, OVERTAKEN)
    else:
        messages.success(request, f"Stored as version {stored.version}; the history says what it did to NPV.")
    return redirect("business:scenario", found.project.code, found.code)
