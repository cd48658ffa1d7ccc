"""What the roadmap's views share."""

from typing import Any

import structlog
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from webapp.files.bucket import FilesFault
from webapp.jobs.views.request import SignedInRequest
from webapp.projects.models import Project
from webapp.projects.pages import frame

from ..evaluation import evaluate
from ..models import Gate, Milestone, Roadmap
from ..services.gates import roadmap_of

log = structlog.get_logger("uplift.roadmap")

TABS = (
    ("board", "Board"),
    ("timeline", "Timeline"),
    ("calendar", "Calendar"),
    ("blockers", "What blocks us"),
    ("history", "History"),
    ("files", "Baselines and files"),
)


def page(
    request: SignedInRequest,
    project: Project,
    template: str,
    context: dict[str, Any],
    *,
    tab: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page of the roadmap with the project's frame and the tabs."""
    tabs = [
        {"label": label, "href": reverse(f"roadmap:{name}", args=[project.code]), "current": name == tab}
        for name, label in TABS
    ]
    given = {**frame(request, project, "roadmap"), "tabs": tabs, **context}
    return render(request, f"roadmap/{template}", given, status=status)


def to_milestone(milestone: Milestone, project: Project, anchor: str = "") -> HttpResponse:
    """Back to a milestone's page."""
    place = reverse("roadmap:milestone", args=[project.code, milestone.key])
    return redirect(f"{place}#{anchor}" if anchor else place)


def to_gate(gate: Gate, project: Project) -> HttpResponse:
    """Back to the page that shows the gate."""
    if gate.milestone is not None:
        return to_milestone(gate.milestone, project, "gate")
    assert gate.phase is not None  # the database's own rule
    return redirect("roadmap:phase", project.code, gate.phase.number)


def judge_now(request: SignedInRequest, roadmap: Roadmap, gate: Gate | None = None) -> None:
    """Judge one gate, or all of them, and tell what changed."""
    try:
        moved = evaluate(roadmap.pk, gates=None if gate is None else [gate.pk])
    except FilesFault as fault:
        log.warning("answers could not be fetched", roadmap_id=roadmap.pk, error=str(fault))
        messages.warning(request, "The gates are judged as soon as the files of the evaluations can be read again.")
        return
    for one in moved:
        name = one.gate.milestone or one.gate.phase
        if one.gate.is_passed:
            messages.success(request, f"The gate of {name} is passed.")
        else:
            messages.warning(request, f"The gate of {name} is open again. {one.reason}")


def judge_gate(request: SignedInRequest, gate: Gate) -> None:
    """Judge a gate that was just changed."""
    judge_now(request, roadmap_of(gate), gate)
