"""The HTTP API, version 1."""

from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI

from . import datasets, errors, jobs, projects, roadmap, scenarios, studies
from .auth import TokenAuth

api = NinjaAPI(
    title="Uplift",
    version="1.0.0",
    description="Launch post-training jobs, watch them, fetch what they measured. Your profile page makes tokens.",
    auth=TokenAuth(),
    docs_url=None,
    urls_namespace="api-v1",
)
errors.install(api)
api.add_router("/projects", projects.router)
api.add_router("", datasets.router)
api.add_router("", jobs.router)
api.add_router("", studies.router)
api.add_router("", scenarios.router)
api.add_router("", roadmap.router)


def urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """The API's addresses. Tokens guard them, so the sign-in page must not."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback.login_required = False  # type: ignore[attr-defined]
    return patterns, app_name, namespace
