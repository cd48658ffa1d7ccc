"""What every page inside a project needs."""

from typing import Any

from django.http import HttpRequest

from webapp.accounts.models import User

from .access import role_in
from .models import Project, Role


def person(request: HttpRequest) -> User:
    """The signed-in person; the middleware lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def frame(request: HttpRequest, project: Project, section: str) -> dict[str, Any]:
    """The project, the section of its rail that is lit, and what the person may do."""
    role = role_in(person(request), project)
    return {
        "project": project,
        "section": section,
        "role": role,
        "may_edit": role in (Role.EDITOR, Role.OWNER),
        "may_own": role == Role.OWNER,
    }
