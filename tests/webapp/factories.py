"""Real rows for tests of the site. Plain functions: each required value is visible where it is called."""

from webapp.accounts.models import User
from webapp.projects.models import Membership, Project, Role
from webapp.projects.services import create_project

PEOPLE = ("owner", "editor", "viewer", "stranger")
PASSWORD = "a long enough passphrase"


def user(email: str, *, name: str = "", **fields: object) -> User:
    """A person with `PASSWORD`."""
    return User.objects.create_user(email, PASSWORD, name=name, **fields)


def project(*, owner: User, editor: User | None = None, viewer: User | None = None, name: str = "Triage") -> Project:
    """A project with these members, made as people make one."""
    made = create_project(by=owner, name=name, task="Sort incoming letters.")
    for member, role in ((editor, Role.EDITOR), (viewer, Role.VIEWER)):
        if member is not None:
            Membership.objects.create(project=made, user=member, role=role)
    return made
