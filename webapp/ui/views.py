"""The style guide: every part of the design system on one page, with real data shapes."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from . import formats, samples


def _only_staff(request: HttpRequest) -> None:
    if not (settings.DEBUG or getattr(request.user, "is_staff", False)):
        raise Http404("No such page")


@login_not_required
@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Shown to staff, and to anybody while developing. `?step=60` redraws the chart with more points."""
    _only_staff(request)
    step = request.GET.get("step", "")
    context = samples.context(int(step) if step.isdecimal() and len(step) < 5 else 40)
    part = "_live.html" if request.headers.get("HX-Request") else "page.html"
    return render(request, f"styleguide/{part}", context)


@login_not_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Where the guide's drop zone sends its file: an empty one is a fault, any other is measured and forgotten."""
    _only_staff(request)
    given = request.FILES.get("file")
    if given is None or not given.size:
        context = samples.context() | {"upload_error": "The file is empty. Choose one with at least one row."}
        return render(request, "styleguide/page.html", context, status=422)
    messages.success(request, f"Received {formats.filesize(given.size)}.")
    return redirect("styleguide")
