"""What is kept of plans: baselines and templates, made, renamed, deleted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from webapp.jobs.views.request import SignedInRequest
from webapp.projects.models import Project, Role

from ..access import get_baseline, get_roadmap, get_template
from ..forms.plan import BaselineForm, RenameForm, TemplateForm
from ..models import Baseline, PlanTemplate
from ..services.baselines import delete_baseline, keep_baseline, rename_baseline
from ..services.history import RoadmapRefused
from ..services.templates import delete_template, rename_template, save_template
from .common import page
from .files import files_page


@require_POST
def keep(request: SignedInRequest, code: str) -> HttpResponse:
    """Keep today's dates under a name."""
    roadmap = get_roadmap(request.user, code, need=Role.EDITOR)
    form = BaselineForm(request.POST)
    if form.is_valid():
        try:
            kept = keep_baseline(by=request.user, roadmap=roadmap, name=form.cleaned_data["name"])
        except RoadmapRefused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"The dates are kept as “{kept.name}”.")
            return redirect("roadmap:files", code)
    return files_page(request, roadmap, status=422, baseline_form=form)


@require_POST
def save(request: SignedInRequest, code: str) -> HttpResponse:
    """Keep the plan as a template of the organisation's own."""
    roadmap = get_roadmap(request.user, code, need=Role.EDITOR)
    form = TemplateForm(request.POST)
    if form.is_valid():
        try:
            kept = save_template(by=request.user, roadmap=roadmap, **form.cleaned_data)
        except RoadmapRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, f"Projects can now start from “{kept.name}”.")
            return redirect("roadmap:files", code)
    return files_page(request, roadmap, status=422, template_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def baseline(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Another name for a baseline."""
    found = get_baseline(request.user, code, pk)
    project = found.roadmap.project
    form = RenameForm(request.POST if request.method == "POST" else None, initial={"name": found.name})
    if form.is_valid():
        try:
            rename_baseline(by=request.user, baseline=found, name=form.cleaned_data["name"])
        except RoadmapRefused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"The baseline is called “{found.name}” now.")
            return redirect("roadmap:files", code)
    return _kept(request, project, found, form, what="baseline")


@require_POST
def drop_baseline(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Delete a baseline; the name has to be typed."""
    found = get_baseline(request.user, code, pk, need=Role.OWNER)
    if not _is_named(request, found.name):
        return redirect("roadmap:kept-baseline", code, pk)
    delete_baseline(by=request.user, baseline=found)
    messages.success(request, f"The baseline “{found.name}” is deleted.")
    return redirect("roadmap:files", code)


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Another name and summary for a template of one's own."""
    found = get_template(request.user, code, pk)
    project = get_roadmap(request.user, code, need=Role.EDITOR).project
    initial = {"name": found.name, "summary": found.summary}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            rename_template(by=request.user, template=found, **form.cleaned_data)
        except RoadmapRefused as refused:
            form.add_error(refused.field or None, str(refused))
            found.refresh_from_db()
        else:
            messages.success(request, f"The template is stored as “{found.name}”.")
            return redirect("roadmap:files", code)
    return _kept(request, project, found, form, what="template")


@require_POST
def drop_template(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Delete a template of one's own; the name has to be typed."""
    found = get_template(request.user, code, pk)
    if not _is_named(request, found.name):
        return redirect("roadmap:kept-template", code, pk)
    delete_template(by=request.user, template=found)
    messages.success(request, f"The template “{found.name}” is deleted.")
    return redirect("roadmap:files", code)


def _kept(
    request: SignedInRequest, project: Project, found: Baseline | PlanTemplate, form: forms.Form, *, what: str
) -> HttpResponse:
    context: dict[str, Any] = {"kept": found, "form": form, "what": what}
    return page(request, project, "kept.html", context, status=422 if form.errors else 200)


def _is_named(request: SignedInRequest, name: str) -> bool:
    """Whether the name was typed; else it is asked for."""
    if request.POST.get("confirm", "").strip() == name:
        return True
    messages.error(request, "To delete it, type its name.")
    return False
