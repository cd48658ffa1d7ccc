"""The queue page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.projects.access import get_project, may_edit

from ..pages.queue import queue as queue_of
from .request import SignedInRequest


@require_safe
def queue(request: SignedInRequest, code: str) -> HttpResponse:
    """What waits, for what, and which worker runs what; the page or, for htmx, the part that changes."""
    project = get_project(request.user, code)
    context = {"project": project, "queue": queue_of(project), "may_edit": may_edit(request.user, project)}
    return render(request, "jobs/_queue.html" if request.htmx else "jobs/queue.html", context)
