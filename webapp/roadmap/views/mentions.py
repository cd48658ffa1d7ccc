"""Where a person was mentioned, across all their projects."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from webapp.jobs.views.request import SignedInRequest
from webapp.ui import formats

from ..access import get_mention
from ..models import Mention
from ..services import talk

PAGE_ROWS = 30


@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    """The mentions that wait, or with `?show=all` every one, newest first."""
    mine = Mention.objects.for_reader(request.user)
    waiting = mine.filter(read_at=None).count()
    shows_all = request.GET.get("show") == "all"
    rows = mine if shows_all else mine.filter(read_at=None)
    rows = rows.select_related("comment__by", "comment__milestone__roadmap__project")
    address = reverse("roadmap:mentions")
    tabs = [
        {"label": "Unread", "href": address, "current": not shows_all, "count": waiting},
        {"label": "All", "href": f"{address}?show=all", "current": shows_all},
    ]
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "tabs": tabs, "shows_all": shows_all, "waiting": waiting}
    return render(request, "roadmap/mentions.html", context)


@require_POST
def mark(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read, or with `do=unread` not yet."""
    talk.mark_mention(mention=get_mention(request.user, pk), is_read=request.POST.get("do") != "unread")
    return _back(request)


@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Nothing waits any more."""
    count = talk.read_mentions(by=request.user)
    messages.success(request, f"{formats.count(count, 'mention')} marked as read.")
    return _back(request)


def _back(request: SignedInRequest) -> HttpResponse:
    """To the list as the person had it."""
    address = reverse("roadmap:mentions")
    return redirect(f"{address}?show=all" if request.POST.get("show") == "all" else address)
