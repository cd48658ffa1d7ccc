"""Installations for tests that break things."""

import os
from collections.abc import Iterator

import pytest

from .installation import Installation


@pytest.fixture(scope="session", autouse=True)
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What one of several processes of tests prepares, the others take."""
    own = tmp_path_factory.getbasetemp()
    Installation.shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    """A started installation shared by a module that does not kill the launcher. Its jobs may take 600 MB each."""
    installation = Installation(UPLIFT_JOB_MEMORY_MB="600", UPLIFT_JOB_ATTEMPTS="2")
    try:
        installation.start()
        yield installation
    finally:
        installation.remove()


@pytest.fixture
def installation() -> Iterator[Installation]:
    """An installation of the test's own, not yet started."""
    made = Installation()
    try:
        yield made
    finally:
        made.remove()
