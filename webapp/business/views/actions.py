"""What can be done to a whole scenario: copy it, make it the main one, delete it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from webapp.projects.pages import person

from ..access import get_scenario
from ..services import delete_scenario, duplicate_scenario, make_main
from .gone import tells_what_is_gone


@require_POST
@tells_what_is_gone
def duplicate(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """A copy with a history of its own."""
    found = get_scenario(person(request), scenario, project=code, edit=True)
    made = duplicate_scenario(by=person(request), scenario=found, name=request.POST.get("name", ""))
    messages.success(request, f"“{made.name}” is a copy of “{found.name}”. Changing one leaves the other as it is.")
    return redirect("business:scenario", code, made.code)


@require_POST
@tells_what_is_gone
def main(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """Make it the one that the overview and the gates speak of."""
    found = get_scenario(person(request), scenario, project=code, edit=True)
    make_main(by=person(request), scenario=found)
    messages.success(request, f"The overview and the roadmap’s gates now speak of “{found.name}”.")
    return redirect("business:scenario", code, found.code)


@require_POST
@tells_what_is_gone
def delete(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """Delete it with its history, once its name is typed."""
    found = get_scenario(person(request), scenario, project=code, edit=True)
    if request.POST.get("confirm", "").strip() != found.name.strip():
        messages.error(request, "Nothing is deleted: the name that was typed is another one.")
        return redirect("business:scenario", code, found.code)
    delete_scenario(by=person(request), scenario=found)
    messages.success(request, f"“{found.name}” and its history are deleted.")
    return redirect("business:list", code)
