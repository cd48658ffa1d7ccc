"""An explorer by its address: the whole page, or what changed in it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.topics.live import LiveRequest, keep_in_address

from .registry import EXPLORERS, panel


@login_not_required
@require_safe
def explorer(request: LiveRequest, key: str) -> HttpResponse:
    """The page; for htmx the outcome and the faults beside their fields, with the query kept in the page's address."""
    if key not in EXPLORERS:
        raise Http404("No such explorer")
    found = EXPLORERS[key]
    context = {
        "title": found.title,
        "description": found.lede,
        "panel": panel(key, request.GET),
        "explorers": EXPLORERS.values(),
    }
    if not request.htmx:
        return render(request, "topics/explorers/page.html", context)
    names = [*EXPLORERS[key].form.base_fields, "explorer"]
    return keep_in_address(render(request, "topics/explorers/_changes.html", context), request, names)
