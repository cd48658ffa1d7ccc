"""What every test shares."""

import gc
import os

import pytest
from hypothesis import settings

# Property tests state laws, not speed: on a busy machine one example may take any time. Continuous integration tries
# the same examples each time, so that it speaks of the change; other runs look for new ones.
settings.register_profile("product", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("product")


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: to look through them for garbage again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `--dist loadgroup`: what trains runs in one process, one after the other; other files stay together."""
    for item in items:
        if item.get_closest_marker("xdist_group"):
            continue
        group = "training" if item.get_closest_marker("training") else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
