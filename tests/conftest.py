"""What every test shares."""

import gc
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

# as job processes have it: a thread that waits in a loop takes the core from the tests beside it
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Property tests state laws, not speed: on a busy machine one example may take any time. Continuous integration tries
# the same examples each time, so that it speaks of the change; other runs look for new ones.
settings.register_profile("product", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("product")


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: to look through them for garbage again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class OneTrains(LoadScopeScheduling):
    """Tests of a file stay together, and all files with tests that train go to one process, one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "training" if path in trains(self.config.rootpath) else path


@cache
def trains(root: Path) -> frozenset[str]:
    """The files with tests that train, or that run where nothing trains beside them."""
    files = (root / "tests").rglob("test_*.py")
    return frozenset(
        str(file.relative_to(root)) for file in files if re.search(r"mark\.(training|alone)\b", file.read_text())
    )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneTrains | None:
    """For `--dist loadgroup`, whose own scheduler does not find the groups of this pytest's tests."""
    return OneTrains(config, log) if config.getvalue("dist") == "loadgroup" else None
