"""One running installation a module, for the tests that do not kill the launcher."""

from collections.abc import Iterator

import pytest

from .installation import Installation


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    """A started installation; removed afterwards with every process it had."""
    installation = Installation()
    try:
        installation.start()
        yield installation
    finally:
        installation.remove()
