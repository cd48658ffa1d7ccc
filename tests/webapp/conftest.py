"""What tests of the site share: one person a role, and no broker behind the cache."""

from pathlib import Path

import pytest
from pytest_django import Settings

from webapp.accounts.models import User
from webapp.projects.models import Project

from . import factories


@pytest.fixture(autouse=True)
def _local(settings: Settings, tmp_path: Path) -> None:
    """Each test has its own state folder and its own cache; passwords hash fast."""
    settings.STATE = tmp_path
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """One person a role: owner, editor, viewer (see `project`) and stranger, who is in no project."""
    return {role: factories.user(f"{role}@example.com", name=role.title()) for role in factories.PEOPLE}


@pytest.fixture
def project(people: dict[str, User]) -> Project:
    """A project with an owner, an editor and a viewer."""
    return factories.project(owner=people["owner"], editor=people["editor"], viewer=people["viewer"])
