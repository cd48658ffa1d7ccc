"""Installations for tests that break things."""

from collections.abc import Iterator

import pytest

from .installation import Installation


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
