"""How a scenario came to be what it is: each stored change with who, when, which figure, and what it did to NPV."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from webapp.projects.pages import frame, person

from ..access import get_scenario, get_version
from ..forms import SeenForm
from ..pages.history import shown_version
from ..services import EditConflict, restore_version
from .gone import tells_what_is_gone

VERSIONS_A_PAGE = 20


@require_safe
@tells_what_is_gone
def history(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """The versions, newest first."""
    found = get_scenario(person(request), scenario, project=code)
    versions = found.versions.select_related("created_by").defer("document").order_by("-number")
    page = Paginator(versions, VERSIONS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(request, found.project, "business"),
        "scenario": found,
        "page": page,
        "versions": [shown_version(version) for version in page],
    }
    return render(request, "business/scenarios/history.html", context)


@require_POST
@tells_what_is_gone
def restore(request: HttpRequest, code: str, scenario: str, number: int) -> HttpResponse:
    """Make an earlier version the newest one; the versions in between stay in the history."""
    found = get_scenario(person(request), scenario, project=code, edit=True)
    version = get_version(found, number)
    form = SeenForm(request.POST)
    seen = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        restore_version(by=person(request), scenario=found, seen_version=seen, version=version)
    except EditConflict:
        messages.error(
            request,
            "Nothing is restored: somebody stored a newer version since you opened this page. Look at it first.",
        )
        return redirect("business:history", code, found.code)
    messages.success(request, f"The figures are those of version {number} again.")
    return redirect("business:scenario", code, found.code)
