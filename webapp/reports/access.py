"""Who may read a report: the project's members, and whoever has a link that is still open."""

import hashlib

from django.http import Http404

from webapp.accounts.models import User
from webapp.projects.access import get_project
from webapp.projects.models import Role

from .models import Report, ShareLink


def get_report(user: User, code: str, number: int, *, need: Role = Role.VIEWER) -> Report:
    """An issued report of a project in which the user may do what `need` allows."""
    project = get_project(user, code, need=need)
    found = Report.objects.filter(project=project, number=number).select_related("project", "issued_by").first()
    if found is None:
        raise Http404("No such report")
    found.project = project  # keeps the role that was looked up
    return found


def get_link(user: User, code: str, number: int, link_id: int) -> ShareLink:
    """A link to a report, for those who may edit."""
    report = get_report(user, code, number, need=Role.EDITOR)
    found = report.links.filter(pk=link_id).first()
    if found is None:
        raise Http404("No such link")
    return found


def shared_report(key: str) -> Report:
    """The report that this key opens; `Http404` for an unknown, expired or revoked one alike."""
    link = ShareLink.objects.open().filter(key_digest=digest_of(key)).select_related("report__project").first()
    if link is None:
        raise Http404("No such report, or the link to it is no longer open")
    return link.report


def digest_of(key: str) -> str:
    """What of a key is stored."""
    return hashlib.sha256(key.encode()).hexdigest()
