"""What tests of the site share: one person a role, and no broker behind the cache."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pytest_django import Settings

import training.estimate_files
import webapp.datasets.working
from training.data.stats import token_counter
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


@pytest.fixture(scope="session", autouse=True)
def _tokenizers_are_read_once() -> Iterator[None]:
    """The embedded model's takes a tenth of a second, which each file that is checked would take again."""
    with pytest.MonkeyPatch.context() as patch:
        kept = cache(token_counter)
        for module in (training.estimate_files, webapp.datasets.working):
            patch.setattr(module, "token_counter", kept)
        yield


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """One person a role: owner, editor, viewer (see `project`) and stranger, who is in no project."""
    return {role: factories.user(f"{role}@example.com", name=role.title()) for role in factories.PEOPLE}


@pytest.fixture
def project(people: dict[str, User]) -> Project:
    """A project with an owner, an editor and a viewer."""
    return factories.project(owner=people["owner"], editor=people["editor"], viewer=people["viewer"])
