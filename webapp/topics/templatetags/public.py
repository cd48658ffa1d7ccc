"""What public pages need around their content."""

from typing import Any

from django import template
from django.template import Context

from webapp.jobs.models import Study
from webapp.projects.access import role_in
from webapp.projects.models import Role
from webapp.topics.models import Publication

register = template.Library()


@register.simple_tag(takes_context=True)
def canonical(context: Context) -> str:
    """The page's one whole address, without what a live part keeps in the query."""
    request = context["request"]
    return str(request.build_absolute_uri(request.path))


@register.inclusion_tag("topics/_publication.html", takes_context=True)
def study_publication(context: Context, study: Study) -> dict[str, Any]:
    """On a study's page, for its owner: whether its figures stand on the public pages, and the button for it."""
    if role_in(context["user"], study.project) != Role.OWNER:
        return {"is_owner": False}
    publication = Publication.objects.filter(study=study).first()
    return {"is_owner": True, "study": study, "project": study.project, "publication": publication} | {
        "csrf_token": context["csrf_token"]
    }
