"""The one way to get a job or a study for a user: not visible is 404, visible but read-only is 403."""

from typing import TypeVar

from django.db.models import QuerySet
from django.http import Http404

from webapp.accounts.models import User
from webapp.projects.access import require
from webapp.projects.models import Role

from .models import Job, Study

_Owned = TypeVar("_Owned", Job, Study)


def get_job(user: User, code: str, *, project: str | None = None, edit: bool = False) -> Job:
    """The job with this code; `project` also holds it to the project named in the address."""
    return _get(Job.objects.select_related("project", "study", "launched_by"), user, code, project, edit)


def get_study(user: User, code: str, *, project: str | None = None, edit: bool = False) -> Study:
    """The study with this code; `project` also holds it to the project named in the address."""
    return _get(Study.objects.select_related("project", "dataset_version__dataset"), user, code, project, edit)


def _get(found: QuerySet[_Owned], user: User, code: str, project: str | None, edit: bool) -> _Owned:
    thing = found.filter(code=code).first()
    if thing is None or (project is not None and thing.project.code != project):
        raise Http404("There is no such thing here")
    require(user, thing.project, Role.EDITOR if edit else Role.VIEWER)
    return thing
