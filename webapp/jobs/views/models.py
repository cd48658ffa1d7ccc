"""The models page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.projects.access import get_project, may_edit

from ..pages.models import base_models, made_models, models_to_prepare
from .request import SignedInRequest


@require_safe
def models(request: SignedInRequest, code: str) -> HttpResponse:
    """Models made by the project's jobs, and the base models at hand."""
    project = get_project(request.user, code)
    context = {
        "project": project,
        "may_edit": may_edit(request.user, project),
        "made": made_models(project),
        "bases": base_models(),
        "to_prepare": models_to_prepare(),
    }
    return render(request, "jobs/models.html", context)
