"""What tests of the jobs pages share."""

import pytest
from django.test import Client

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.projects.models import Project


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    """A dataset version with rows in three splits."""
    return factories.dataset_version(project)


@pytest.fixture
def editor(people: dict[str, User], client: Client) -> Client:
    """A browser in which the project's editor is signed in."""
    client.force_login(people["editor"])
    return client
