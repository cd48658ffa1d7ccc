"""The roadmap as a whole: board, timeline, calendar, what blocks us, history; and its start."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from webapp.jobs.views.request import SignedInRequest
from webapp.projects.models import Project, Role

from ..access import find_roadmap, get_roadmap
from ..forms.plan import StartForm
from ..models import Roadmap
from ..pages import board as facts
from ..pages.gantt import finding, gantt, height_class
from ..pages.timeline import calendar, drifts, timeline_rows
from ..services.adopt import start_roadmap
from ..services.baselines import baseline_dates
from ..services.history import RoadmapRefused
from ..services.templates import template_document
from .common import judge_now, page

HISTORY_ROWS = 50


@require_safe
def board(request: SignedInRequest, code: str) -> HttpResponse:
    """Phases as columns with their milestones and gates; before there is a roadmap, its start."""
    project, roadmap = find_roadmap(request.user, code)
    if roadmap is None:
        return _start(request, project, StartForm())
    found = facts.build(project, roadmap, timezone.localdate())
    return page(request, project, "board.html", {"board": found}, tab="board")


@require_POST
def start(request: SignedInRequest, code: str) -> HttpResponse:
    """Give the project its roadmap from a template."""
    project, roadmap = find_roadmap(request.user, code, need=Role.EDITOR)
    if roadmap is not None:
        return redirect("roadmap:board", code)
    form = StartForm(request.POST)
    if form.is_valid():
        try:
            name, document = template_document(form.cleaned_data["template"])
            made = start_roadmap(
                by=request.user, project=project, starts=form.cleaned_data["starts"], document=document, template=name
            )
        except RoadmapRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        except ValueError as error:  # the last milestone would lie out of reach
            form.add_error("starts", str(error))
        else:
            judge_now(request, made)
            return redirect("roadmap:board", code)
    return _start(request, project, form, status=422)


def _start(request: SignedInRequest, project: Project, form: StartForm, status: int = 200) -> HttpResponse:
    return page(request, project, "start.html", {"form": form}, status=status)


@require_POST
def judge(request: SignedInRequest, code: str) -> HttpResponse:
    """Judge every gate now."""
    judge_now(request, get_roadmap(request.user, code, need=Role.EDITOR))
    return redirect("roadmap:board", code)


@require_safe
def timeline(request: SignedInRequest, code: str) -> HttpResponse:
    """The Gantt chart, with a baseline behind it where one is named, and the table beside it."""
    roadmap = get_roadmap(request.user, code)
    today = timezone.localdate()
    found = facts.build(roadmap.project, roadmap, today)
    baselines = list(roadmap.baselines.all())
    asked = request.GET.get("baseline", "")
    chosen = next((one for one in baselines if str(one.pk) == asked), None)
    dates = baseline_dates(chosen) if chosen else None
    context: dict[str, Any] = {
        "board": found,
        "figure": gantt(found, today=today, baseline=dates, baseline_name=chosen.name if chosen else ""),
        "finding": finding(found, today),
        "height": height_class(found),
        "rows": timeline_rows(found, today, dates),
        "baselines": baselines,
        "chosen": chosen,
        "drifts": drifts(found, dates) if dates else None,
    }
    return page(request, roadmap.project, "timeline.html", context, tab="timeline")


@require_safe
def by_date(request: SignedInRequest, code: str) -> HttpResponse:
    """Milestones by the month of their last day."""
    roadmap = get_roadmap(request.user, code)
    today = timezone.localdate()
    found = facts.build(roadmap.project, roadmap, today)
    context = {"board": found, "months": calendar(found), "today": today}
    return page(request, roadmap.project, "calendar.html", context, tab="calendar")


@require_safe
def blockers(request: SignedInRequest, code: str) -> HttpResponse:
    """What holds the plan up, worst first."""
    roadmap = get_roadmap(request.user, code)
    today = timezone.localdate()
    found = facts.build(roadmap.project, roadmap, today)
    context = {"board": found, "obstacles": facts.obstacles(found, today)}
    return page(request, roadmap.project, "blockers.html", context, tab="blockers")


@require_safe
def history(request: SignedInRequest, code: str) -> HttpResponse:
    """Who changed what when, old and new value."""
    roadmap = get_roadmap(request.user, code)
    return page(request, roadmap.project, "history.html", {"page": _changes(request, roadmap)}, tab="history")


def _changes(request: SignedInRequest, roadmap: Roadmap) -> Any:
    rows = roadmap.changes.select_related("by", "milestone")
    return Paginator(rows, HISTORY_ROWS).get_page(request.GET.get("page"))
