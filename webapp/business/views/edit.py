"""Change a scenario's figures and options; the second of two editors is told, nothing of the first's is overwritten."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

import roi
from webapp.projects.pages import frame, person
from webapp.ui.locales import in_locale

from .. import editing
from ..access import get_deleted, get_scenario
from ..calculator.outcome import outcome
from ..calculator.panel import panel
from ..forms import EditForm
from ..models import DeletedScenario, Scenario
from ..pages.history import shown_version
from ..pages.options import option_editor
from ..services import EditConflict, create_scenario, stored_case, update_scenario
from .gone import tells_what_is_gone

LOOKS_ONLY = frozenset(("open", "reset", "up", "down", "copy", "add", "preview"))
"""Buttons of the form that store nothing."""

PREVIEWS = {"summary": "business/scenarios/_summary.html", "pictures": "business/scenarios/_charts.html"}
"""What the page asks for while somebody types: the figures, then the pictures. By the element that they are for."""


Edited = Scenario | DeletedScenario


@require_http_methods(["GET", "HEAD", "POST"])
@tells_what_is_gone
def edit(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """The calculator's figures over the stored ones. What is stored is what was typed, in one version."""
    try:
        found = get_scenario(person(request), scenario, project=code, edit=True)
        if request.method == "POST":
            return _typed(request, found)
    except Http404:
        gone = get_deleted(person(request), scenario, project=code, edit=True) if request.method == "POST" else None
        if gone is None:
            raise
        return _typed(request, gone)
    case = stored_case(found)
    form = EditForm(initial={"version": found.version, "name": found.name})
    return _page(request, found, form, editing.unread(case), case)


def _typed(request: HttpRequest, found: Edited) -> HttpResponse:
    """Show what the figures come to, or store them; faults go back beside their fields."""
    form = EditForm(request.POST)
    typed = editing.read(request.POST, _seen_case(found, form))
    try:
        case = editing.outcome_case(typed)
    except roi.ScenarioFaults as faults:
        typed, case = editing.together(typed, faults), typed.base
    target = request.headers.get("HX-Target", "")
    if target in PREVIEWS:
        return _preview(request, typed, case, PREVIEWS[target])
    if target == "fold-options":
        return _options(request, found, typed)
    if LOOKS_ONLY & set(request.POST):
        return _page(request, found, form, typed, case, status=422 if typed.draft.faults else 200)
    if not form.is_valid() or typed.faults:
        return _page(request, found, form, typed, case, status=422)
    if isinstance(found, Scenario):
        return _store(request, found, form, typed)
    if "again" in request.POST:
        return _store_again(request, found, form, typed)
    return _page(request, found, form, typed, case, status=410)


def _store(request: HttpRequest, found: Scenario, form: EditForm, typed: editing.Read) -> HttpResponse:
    user = person(request)
    seen, name, why = (form.cleaned_data[key] for key in ("version", "name", "note"))
    case = editing.changed_case(typed, by=user, name=name, why=why)
    try:
        stored = update_scenario(by=user, scenario=found, seen_version=seen, case=case, note=why)
    except EditConflict as conflict:
        return _conflict(request, conflict.current, typed, name, why, seen)
    if stored.version == seen:
        messages.info(request, "Nothing was changed, so no version was stored.")
    else:
        messages.success(request, f"Stored as version {stored.version}.")
    return redirect("business:scenario", found.project.code, found.code)


def _store_again(request: HttpRequest, gone: DeletedScenario, form: EditForm, typed: editing.Read) -> HttpResponse:
    """What was typed over a scenario that somebody deleted meanwhile, as a new one."""
    user, why = person(request), form.cleaned_data["note"]
    case = editing.changed_case(typed, by=user, name=form.cleaned_data["name"], why=why)
    made = create_scenario(by=user, project=gone.project, case=case, note=why or "Stored anew after it was deleted")
    messages.success(request, f"“{made.name}” is stored as a new scenario.")
    return redirect("business:scenario", gone.project.code, made.code)


def _seen_case(found: Edited, form: EditForm) -> roi.Scenario:
    """The figures that the form was made from: what is not typed anew stays as it was there.

    Of a deleted scenario only the last ones are left.
    """
    if isinstance(found, DeletedScenario):
        return stored_case(found)
    version = found.versions.filter(number=form.cleaned_data["version"]).first() if form.is_valid() else None
    return stored_case(version or found)


def _conflict(
    request: HttpRequest, current: Scenario, typed: editing.Read, name: str, why: str, seen: int
) -> HttpResponse:
    """Their version, with what this person typed on top of it, and what changed since."""
    since = current.versions.select_related("created_by").defer("document").filter(number__gt=seen).order_by("number")
    # the version to be sent next is the one that stands now
    form = EditForm(initial={"version": current.version, "name": name, "note": why})
    mine = editing.carried_over(typed, stored_case(current))
    told = {"conflict": [shown_version(version) for version in since], "lost": editing.lost(typed, mine)}
    return _page(request, current, form, mine, editing.outcome_case(mine), status=409, **told)


def _page(
    request: HttpRequest,
    found: Edited,
    form: EditForm,
    typed: editing.Read,
    case: roi.Scenario,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    shown = typed.shown
    with in_locale(shown.locale):
        context = {
            **frame(request, found.project, "business"),
            "scenario": found,
            "gone": found if isinstance(found, DeletedScenario) else None,
            "form": form,
            "faults": shown.faults,
            "panel": panel(shown),
            "editor": option_editor(typed),
            "locale": shown.locale,
            "outcome": outcome(case),
            **more,
        }
        return render(request, "business/scenarios/edit.html", context, status=status)


def _preview(request: HttpRequest, typed: editing.Read, case: roi.Scenario, template: str) -> HttpResponse:
    """Figures or pictures of what is typed so far, a figure with a fault as it was. Nothing is stored."""
    with in_locale(typed.shown.locale):
        context = {"outcome": outcome(case, request.POST.get("show", "")), "faults": typed.faults}
        return render(request, template, context)


def _options(request: HttpRequest, found: Edited, typed: editing.Read) -> HttpResponse:
    """The options as they are now; the page then asks for the outcome, which an earlier question cannot overtake."""
    with in_locale(typed.shown.locale):
        context = {"project": found.project, "scenario": found, "editor": option_editor(typed)}
        answer = render(request, "business/scenarios/_options.html", context)
    answer["HX-Trigger-After-Settle"] = "options-changed"
    return answer
