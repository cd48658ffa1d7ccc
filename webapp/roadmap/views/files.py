"""What goes out and comes in: files, baselines, templates, evidence from elsewhere."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.jobs.external import EvidenceRefused, ExternalFigure, record_external
from webapp.jobs.views.request import SignedInRequest
from webapp.projects.access import get_project
from webapp.projects.models import Role

from ..access import get_roadmap
from ..exchange import files as forms_of
from ..exchange.collect import collect
from ..exchange.document import DocumentFaults
from ..forms.gates import EvidenceForm
from ..forms.plan import BaselineForm, ImportForm, TemplateForm
from ..models import GateState, PlanTemplate, Roadmap
from ..services.adopt import Adopted, adopt
from .common import judge_now, page

MOST_FAULTS = 50
MOST_REMARKS = 5


@require_safe
def overview(request: SignedInRequest, code: str) -> HttpResponse:
    """Baselines, exports, imports and templates of the roadmap."""
    return files_page(request, get_roadmap(request.user, code))


def files_page(request: SignedInRequest, roadmap: Roadmap, status: int = 200, **shown: Any) -> HttpResponse:
    """The page with its forms; `shown` are those that were filled in, and faults."""
    context = {
        "roadmap": roadmap,
        "baselines": list(roadmap.baselines.select_related("created_by")),
        "templates": list(PlanTemplate.objects.select_related("created_by")),
        "forms": list(forms_of.FORMS.values()),
        "baseline_form": BaselineForm(),
        "template_form": TemplateForm(),
        "import_form": ImportForm(),
        **shown,
    }
    return page(request, roadmap.project, "files.html", context, tab="files", status=status)


@require_safe
def export(request: SignedInRequest, code: str, form: str) -> HttpResponse:
    """The plan as a file."""
    roadmap = get_roadmap(request.user, code)
    chosen = forms_of.FORMS.get(form)
    if chosen is None:
        raise Http404("There is no such form")
    host = request.get_host().partition(":")[0]
    passed = roadmap.milestones.filter(gate__state=GateState.PASSED).values_list("key", flat=True)
    about = forms_of.About(roadmap.project.name, code, host, timezone.now(), frozenset(passed))
    content = chosen.write(collect(roadmap), about)
    headers = {"Content-Disposition": f'attachment; filename="{code}-roadmap.{chosen.suffix}"'}
    return HttpResponse(content, content_type=chosen.content_type, headers=headers)


@require_POST
def bring(request: SignedInRequest, code: str) -> HttpResponse:
    """Take a plan in from a file: all of it, or nothing with every fault named."""
    roadmap = get_roadmap(request.user, code, need=Role.EDITOR)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return files_page(request, roadmap, status=422, import_form=form)
    phases = list(roadmap.phases.values_list("name", flat=True))
    try:
        found = forms_of.read(form.cleaned_data["file"], phases)
        done = adopt(
            by=request.user,
            roadmap=roadmap,
            document=found.document,
            remove_missing=form.cleaned_data["remove_missing"],
        )
    except DocumentFaults as faults:
        return files_page(request, roadmap, status=422, import_form=form, faults=faults.faults[:MOST_FAULTS])
    messages.success(request, _said(done))
    if found.remarks:
        messages.warning(request, _otherwise(found.remarks))
    judge_now(request, roadmap)
    return redirect("roadmap:board", code)


def _said(done: Adopted) -> str:
    if done.is_nothing:
        return "The file holds the plan as it is: nothing changed."
    counts = {"added": done.added, "changed": done.changed, "removed": done.removed}
    told = [f"{count} {word}" for word, count in counts.items() if count]
    return f"The plan is taken in: {', '.join(told) or 'links and gates changed'}."


def _otherwise(remarks: Sequence[tuple[str, str]]) -> str:
    """What was not taken in as the file had it: the first of it in words."""
    told = "; ".join(f"{place}: {message}" for place, message in remarks[:MOST_REMARKS])
    more = len(remarks) - MOST_REMARKS
    return f"Not all of the file fits a plan. {told}{f'; and {more} more' if more > 0 else ''}."


@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: SignedInRequest, code: str) -> HttpResponse:
    """A figure that was measured elsewhere, with its source; `?metric=` names what it is of."""
    project = get_project(request.user, code, need=Role.EDITOR)
    if request.method != "POST":
        form = EvidenceForm(project, initial={"metric": request.GET.get("metric", "")[:60], "unit": "fraction"})
        return page(request, project, "evidence.html", {"form": form})
    form = EvidenceForm(project, request.POST)
    if form.is_valid():
        try:
            made = record_external(by=request.user, project=project, figure=ExternalFigure(**form.cleaned_data))
        except EvidenceRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, f"The figure is stored as external evidence for {made.metric}.")
            roadmap = Roadmap.objects.filter(project=project).first()
            if roadmap is not None:
                judge_now(request, roadmap)
            return redirect("roadmap:board", code)
    return page(request, project, "evidence.html", {"form": form}, status=422)
