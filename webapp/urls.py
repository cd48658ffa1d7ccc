"""The site's addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from webapp.api import site as api

urlpatterns: list[URLPattern | URLResolver] = [
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
