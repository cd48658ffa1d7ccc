"""Scenarios side by side: what comes out, and only the figures in which they differ."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.projects.access import get_project
from webapp.projects.pages import frame, person

from ..access import several
from ..models import Scenario
from ..pages.compare import comparison

MOST = 4


@require_safe
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """The scenarios named by `s` in the address, two to four of them; else the choice."""
    project = get_project(person(request), code)
    asked = list(dict.fromkeys(request.GET.getlist("s")[:20]))
    chosen = several(project, asked)
    context = {**frame(request, project, "business"), "chosen": [scenario.code for scenario in chosen], "most": MOST}
    context["missing"] = len(asked) - len(chosen)
    if 2 <= len(chosen) <= MOST:
        context["comparison"] = comparison(chosen)
    context["scenarios"] = Scenario.objects.filter(project=project).only("code", "name", "is_main", "changed_at")
    return render(request, "business/scenarios/compare.html", context)
