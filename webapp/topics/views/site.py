"""What search engines ask for."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ..addresses import public_addresses

_PRIVATE = ("/projects/", "/admin/", "/accounts/", "/api/", "/run/", "/inbox/")


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Public pages may be read, what needs a sign-in need not be tried."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _PRIVATE)]
    lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('topics:sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page by its whole address."""
    context = {"addresses": [request.build_absolute_uri(path) for path in public_addresses()]}
    return render(request, "topics/sitemap.xml", context, content_type="application/xml")
