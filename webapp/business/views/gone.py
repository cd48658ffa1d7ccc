"""A scenario that somebody deleted while another person looked at it: said plainly, with what was typed kept."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from webapp.projects.pages import frame, person

from ..access import get_deleted
from ..models import DeletedScenario
from ..services import create_scenario, stored_case

View = Callable[..., HttpResponse]
_UNSAID = ("csrfmiddlewaretoken", "version")
_MOST_CHARS = 500


def tells_what_is_gone(view: View) -> View:
    """The view of one scenario, which answers 410 with a page where that one was deleted lately."""

    @wraps(view)
    def told(request: HttpRequest, code: str, scenario: str, **more: object) -> HttpResponse:
        try:
            return view(request, code, scenario, **more)
        except Http404:
            gone = get_deleted(person(request), scenario, project=code)
            if gone is None:
                raise
            return gone_page(request, gone)

    return told


def gone_page(request: HttpRequest, gone: DeletedScenario) -> HttpResponse:
    """Who deleted it and when, what was sent, and the way to bring it back."""
    typed = [
        (name, ", ".join(values)[:_MOST_CHARS])
        for name, values in request.POST.lists()
        if name not in _UNSAID and any(values)
    ]
    context = {**frame(request, gone.project, "business"), "gone": gone, "typed": typed}
    return render(request, "business/scenarios/gone.html", context, status=410)


@require_POST
def bring_back(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """Store the last figures of a deleted scenario as a new one."""
    gone = get_deleted(person(request), scenario, project=code, edit=True)
    if gone is None:
        raise Http404("There is no such scenario here")
    made = create_scenario(
        by=person(request), project=gone.project, case=stored_case(gone), note="Brought back after it was deleted"
    )
    messages.success(request, f"“{made.name}” is here again, with the figures that it had last and a new history.")
    return redirect("business:scenario", code, made.code)
