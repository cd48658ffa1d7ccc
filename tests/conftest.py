"""What every test shares."""

import gc
import os
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

STANDS_BACK = 5
"""The niceness of a process of tests beside others: a third of the processor's time where both want it."""


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: to look through them for garbage again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class OneAlone(LoadScopeScheduling):
    """Tests of a file stay together, and all files with the mark `alone` go to one process, one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "alone" if path in alone(self.config.rootpath) else path

    def _assign_work_unit(self, node: Any) -> None:
        if "alone" in self.workqueue:  # the longest row begins first
            self.workqueue.move_to_end("alone", last=False)
        super()._assign_work_unit(node)


@cache
def alone(root: Path) -> frozenset[str]:
    """The files with the mark `alone`: what trains a real model, and what tells how long something takes."""
    files = (root / "tests").rglob("test_*.py")
    return frozenset(str(file.relative_to(root)) for file in files if "mark.alone" in file.read_text())


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneAlone | None:
    """For `--dist loadgroup`, whose own scheduler does not find the groups of this pytest's tests."""
    return OneAlone(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Beside the row of tests with the mark `alone`, which is the longest, all others stand back."""
    if getattr(item.config.option, "loadgroup", False) and item.get_closest_marker("alone") is None:
        os.setpriority(os.PRIO_PROCESS, 0, STANDS_BACK)
