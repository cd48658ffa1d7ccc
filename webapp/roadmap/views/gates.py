"""Gates: building criteria, signing, waiving, deciding; and the page of a phase with its gate."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.jobs.views.request import SignedInRequest
from webapp.projects.models import Role

from ..access import get_criterion, get_gate, get_phase, get_waiver
from ..forms.gates import BUILDERS, CriterionForm, DecisionForm, SignForm, WaiverForm
from ..forms.plan import PhaseForm
from ..gates import KINDS, CriterionFaults, parse_criterion
from ..models import Choice, Gate, GateCriterion, Phase
from ..pages.board import build
from ..pages.milestone import gate_view
from ..services import gates as verbs
from ..services.history import RoadmapRefused
from ..services.plan import change_phase
from .common import judge_gate, page, to_gate


@require_safe
def phase(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """A phase: its aim, its milestones, its gate."""
    return _phase(request, get_phase(request.user, code, number))


def _phase(request: SignedInRequest, found: Phase, status: int = 200, **forms: Any) -> HttpResponse:
    project, today = found.roadmap.project, timezone.localdate()
    view = next(one for one in build(project, found.roadmap, today).phases if one.phase.pk == found.pk)
    form = PhaseForm(initial={"name": found.name, "aim": found.aim})
    context = {"phase": found, "view": view, "form": form, **gate_view(project, found.gate, today), **forms}
    return page(request, project, "phase.html", context, status=status)


@require_POST
def edit_phase(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Another name or aim."""
    found = get_phase(request.user, code, number, edit=True)
    form = PhaseForm(request.POST)
    if form.is_valid():
        try:
            change_phase(by=request.user, phase=found, **form.cleaned_data)
        except RoadmapRefused as refused:
            form.add_error("name", str(refused))
        else:
            return redirect("roadmap:phase", code, number)
    return _phase(request, found, status=422, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def add_criterion(request: SignedInRequest, code: str, pk: int, kind: str) -> HttpResponse:
    """One criterion more at a gate."""
    gate = get_gate(request.user, code, pk)
    return _build(request, gate, kind, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_criterion(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Another rule in its place."""
    row = get_criterion(request.user, code, pk)
    return _build(request, row.gate, str(row.spec.get("kind")), row)


def _build(request: SignedInRequest, gate: Gate, kind: str, row: GateCriterion | None) -> HttpResponse:
    if kind not in BUILDERS:
        raise Http404("There is no such kind of criterion")
    project = verbs.roadmap_of(gate).project
    initial = row.spec if row else {}
    form = BUILDERS[kind](project, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and _stored(request, gate, row, form):
        judge_gate(request, gate)
        return to_gate(gate, project)
    context = {"form": form, "gate": gate, "kind": KINDS[kind], "row": row, "back": to_gate(gate, project)["Location"]}
    return page(request, project, "criterion.html", context, status=422 if form.errors else 200)


def _stored(request: SignedInRequest, gate: Gate, row: GateCriterion | None, form: CriterionForm) -> bool:
    """Store the criterion; False with the faults in the form if it cannot be."""
    try:
        criterion = parse_criterion(form.raw())
        if row is None:
            verbs.add_criterion(by=request.user, gate=gate, criterion=criterion)
        else:
            verbs.change_criterion(by=request.user, row=row, criterion=criterion)
    except CriterionFaults as faults:
        for path, message in faults.faults:
            form.add_error(path if path in form.fields else None, message)
        return False
    except RoadmapRefused as refused:
        form.add_error(None, str(refused))
        return False
    return True


@require_POST
def remove_criterion(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Ask for it no longer."""
    row = get_criterion(request.user, code, pk)
    gate = row.gate
    verbs.remove_criterion(by=request.user, row=row)
    judge_gate(request, gate)
    return to_gate(gate, verbs.roadmap_of(gate).project)


@require_POST
def need_shoulds(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """How many should-meet criteria are needed; nothing typed: half of them."""
    gate = get_gate(request.user, code, pk)
    given = request.POST.get("needed", "").strip()
    if given and not (given.isdecimal() and len(given) < 4):
        messages.error(request, "Give a whole number, or nothing for half of them.")
    else:
        verbs.need_shoulds(by=request.user, gate=gate, needed=int(given) if given else None)
        judge_gate(request, gate)
    return to_gate(gate, verbs.roadmap_of(gate).project)


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Sign a review criterion, or refuse to."""
    row = get_criterion(request.user, code, pk)
    form = SignForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        is_approved = request.POST.get("do") == "approve"
        try:
            verbs.sign(by=request.user, row=row, is_approved=is_approved, note=form.cleaned_data["note"])
        except RoadmapRefused as refused:
            form.add_error("note", str(refused))
        else:
            judge_gate(request, row.gate)
            return to_gate(row.gate, verbs.roadmap_of(row.gate).project)
    return _signing(request, row, form, "sign.html")


@require_http_methods(["GET", "HEAD", "POST"])
def waive(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Let a criterion count as met until a day, on one's own name. Owners only."""
    row = get_criterion(request.user, code, pk, need=Role.OWNER)
    form = WaiverForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            verbs.waive(by=request.user, row=row, **form.cleaned_data)
        except RoadmapRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            judge_gate(request, row.gate)
            return to_gate(row.gate, verbs.roadmap_of(row.gate).project)
    return _signing(request, row, form, "waive.html")


def _signing(request: SignedInRequest, row: GateCriterion, form: Any, template: str) -> HttpResponse:
    project = verbs.roadmap_of(row.gate).project
    context = {"form": form, "row": row, "gate": row.gate, "back": to_gate(row.gate, project)["Location"]}
    return page(request, project, template, context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """End a waiver now. Owners only."""
    waiver = get_waiver(request.user, code, pk)
    gate = waiver.criterion.gate
    verbs.withdraw(by=request.user, waiver=waiver)
    judge_gate(request, gate)
    return to_gate(gate, verbs.roadmap_of(gate).project)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Go, hold, recycle or kill. Owners only."""
    gate = get_gate(request.user, code, pk, need=Role.OWNER)
    project = verbs.roadmap_of(gate).project
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        choice = Choice(form.cleaned_data["choice"])
        try:
            verbs.decide(by=request.user, gate=gate, choice=choice, note=form.cleaned_data["note"])
        except RoadmapRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, f"The decision is written down: {choice.label.lower()}.")
            return to_gate(gate, project)
    context = {"form": form, "gate": gate, "back": to_gate(gate, project)["Location"]}
    return page(request, project, "decide.html", context, status=422 if form.errors else 200)
