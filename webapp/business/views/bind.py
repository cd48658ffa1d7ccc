"""Let figures stand on what the project measured, paid or spent: choose one, and take a newer one when asked to."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

import roi
from webapp.projects.pages import frame, person

from .. import readings
from ..access import get_scenario
from ..arrange import moved_path
from ..bindings import CannotBind, bindings, bound, published, renewed, targets
from ..feeds import FEEDS, Reading
from ..forms import BindForm, SeenForm
from ..models import Scenario
from ..pages.history import shown_version
from ..services import EditConflict, stored_case, update_scenario
from .gone import tells_what_is_gone

OVERTAKEN = "Nothing is changed: somebody stored a newer version since you opened this page. Look at it first."


@require_http_methods(["GET", "HEAD", "POST"])
@tells_what_is_gone
def bind(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """Choose a figure and what it is to stand on."""
    found = get_scenario(person(request), scenario, project=code, edit=True)
    usable = {reading.ref: reading for reading in readings.listed(found.project)}
    if request.method != "POST":
        initial = {"version": found.version, "figure": request.GET.get("figure", "")}
        return _page(request, found, _form(found, usable, initial=initial), usable)
    seen = SeenForm(request.POST)
    if seen.is_valid() and seen.cleaned_data["version"] != found.version:
        return _overtaken(request, found, usable, seen.cleaned_data["version"])
    form = _form(found, usable, request.POST)
    if form.is_valid():
        made = _bound(form, stored_case(found), usable[form.cleaned_data["measurement"]])
        if made is not None:
            note = f"Bound to {usable[form.cleaned_data['measurement']].text}"
            return _store(request, found, form.cleaned_data["version"], made, note)
    return _page(request, found, form, usable, status=422)


def _form(found: Scenario, usable: Mapping[str, Reading], data: QueryDict | None = None, **more: Any) -> BindForm:
    groups = readings.grouped(usable.values())
    return BindForm(
        data,
        figures=[(target.path, target.title) for target in targets(stored_case(found))],
        measurements=[(title, [(each.ref, each.text) for each in own]) for title, own in groups],
        **more,
    )


def _bound(form: BindForm, case: roi.Scenario, chosen: Reading) -> roi.Scenario | None:
    """The case with the figure bound; None where that cannot be, which the form then says."""
    try:
        reading = published(chosen) if form.cleaned_data["published"] else chosen
        return bound(case, form.cleaned_data["figure"], reading)
    except CannotBind as refused:
        form.add_error(refused.field, str(refused))
    except roi.ScenarioFaults as refused:
        form.add_error("figure", " ".join(fault.message for fault in refused.faults))
    return None


def _overtaken(request: HttpRequest, found: Scenario, usable: Mapping[str, Reading], seen: int) -> HttpResponse:
    """Somebody stored a version since: what it changed, and what was chosen, on the figures as they are now."""
    data = request.POST.copy()
    data["version"] = str(found.version)
    before = found.versions.filter(number=seen).first()
    data["figure"] = moved_path(request.POST.get("figure", ""), stored_case(before or found), stored_case(found))
    since = found.versions.select_related("created_by").defer("document").filter(number__gt=seen).order_by("number")
    versions = [shown_version(version) for version in since]
    return _page(request, found, _form(found, usable, data), usable, status=409, conflict=versions)


def _page(
    request: HttpRequest,
    found: Scenario,
    form: BindForm,
    usable: Mapping[str, Reading],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        **frame(request, found.project, "business"),
        "scenario": found,
        "form": form,
        "usable": usable,
        "has_external": any(reading.is_external for reading in usable.values()),
        "feeds": FEEDS,
    }
    return render(request, "business/scenarios/bind.html", context | more, status=status)


@require_POST
@tells_what_is_gone
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
