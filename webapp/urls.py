"""The site's addresses."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path

from webapp.api import site as api


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """The first page: one's projects, or the sign-in page."""
    return redirect("projects:list" if request.user.is_authenticated else "accounts:sign-in")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", front, name="front"),
    path("", include("webapp.monitoring.urls")),
    path("api/v1/", api.urls()),
    path("admin/", admin.site.urls),
    path("styleguide/", include("webapp.ui.urls")),
    path("accounts/", include("webapp.accounts.urls")),
    path("projects/", include("webapp.projects.urls")),
    path("projects/<slug:code>/data/", include("webapp.datasets.urls")),
    path("projects/<slug:code>/", include("webapp.jobs.urls")),
    path("", include("webapp.business.urls")),
    path("", include("webapp.roadmap.urls")),
    path("", include("webapp.reports.urls")),
    path("", include("webapp.topics.urls")),
    path("", include("webapp.inquiries.urls")),
]
