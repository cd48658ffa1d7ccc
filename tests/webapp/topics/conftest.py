"""What tests of the public site share."""

import pytest

from webapp.jobs.models import Study
from webapp.projects.models import Project

from . import evidence


@pytest.fixture
def study(project: Project) -> Study:
    """An adaptation study with a result, not public."""
    return evidence.study(project)
