"""The one way to get a dataset, a version or an upload for a user: not visible is 404, visible but read-only is 403."""

from typing import TypeVar

from django.http import Http404

from webapp.accounts.models import User
from webapp.projects.access import require
from webapp.projects.models import Project, Role

from .models import Dataset, DatasetVersion, Upload

_Found = TypeVar("_Found", Dataset, DatasetVersion, Upload)


def get_dataset(user: User, project: str, code: str, *, edit: bool = False) -> Dataset:
    """The dataset with this code in the project with that code."""
    found = Dataset.objects.select_related("project").filter(project__code=project, code=code).first()
    return _allowed(found, found.project if found else None, user, edit)


def get_version(user: User, project: str, dataset: str, number: int, *, edit: bool = False) -> DatasetVersion:
    """The version of a dataset by its number."""
    versions = DatasetVersion.objects.select_related("dataset__project", "created_by")
    found = versions.filter(dataset__project__code=project, dataset__code=dataset, number=number).first()
    return _allowed(found, found.dataset.project if found else None, user, edit)


def get_upload(user: User, project: str, code: str, *, edit: bool = False) -> Upload:
    """The upload with this code."""
    uploads = Upload.objects.select_related("project", "dataset", "version__dataset", "created_by")
    found = uploads.filter(project__code=project, code=code).first()
    return _allowed(found, found.project if found else None, user, edit)


def _allowed(found: _Found | None, project: Project | None, user: User, edit: bool) -> _Found:
    if found is None or project is None:
        raise Http404("There is no such thing here")
    require(user, project, Role.EDITOR if edit else Role.VIEWER)
    return found
