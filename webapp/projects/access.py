"""Who may see and change what. Every page and API call gets its objects through an `access` module."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from webapp.accounts.models import User

from .models import Membership, Project, Role

_RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}


def role_in(user: User, project: Project) -> Role | None:
    """The user's role, or None for a stranger. Asked once; the answer is kept on the project object."""
    kept: dict[int, Role | None] = project.__dict__.setdefault("_roles", {})
    if user.pk not in kept:
        role = Membership.objects.filter(project=project, user=user.pk).values_list("role", flat=True).first()
        _keep_role(user, project, role)
    return kept[user.pk]


def _keep_role(user: User, project: Project, role: str | None) -> None:
    project.__dict__.setdefault("_roles", {})[user.pk] = Role(role) if role else None


def require(user: User, project: Project, need: Role = Role.VIEWER) -> None:
    """Raise `Http404` for a stranger (who must not learn that it exists), `PermissionDenied` for too low a role."""
    role = role_in(user, project)
    if role is None:
        raise Http404("No such project")
    if _RANK[role] < _RANK[need]:
        raise PermissionDenied(f"This needs the role {Role(need).label.lower()}; you are {role.label.lower()}.")


def get_project(user: User, code: str, *, need: Role = Role.VIEWER) -> Project:
    """The project with this code, if the user may do what `need` allows there. One query, the role with it."""
    part = Membership.objects.filter(project__code=code, user=user.pk).select_related("project").first()
    if part is None:
        raise Http404("No such project")
    _keep_role(user, part.project, part.role)
    require(user, part.project, need)
    return part.project


def may_edit(user: User, project: Project) -> bool:
    """Whether the user may change things in the project."""
    role = role_in(user, project)
    return role is not None and _RANK[role] >= _RANK[Role.EDITOR]
