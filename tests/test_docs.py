"""The documentation says what the code says."""

import re
from pathlib import Path

from training.spec import KINDS
from training.spec.evaluate import METRICS
from training.spec.sft import METHODS

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = re.compile(r"""["'](UPLIFT_[A-Z_]+|PORT|DATABASE_URL|REDIS_URL|ARTIFACTS_URL)["']""")
INTERNAL = {"UPLIFT_WATCH_PARENT", "UPLIFT_JOB_MEMORY_BYTES"}  # set by the runner for its children, not by people


def test_every_setting_is_documented() -> None:
    read: set[str] = set()
    for package in ("training", "webapp", "roi"):
        for path in (ROOT / package).rglob("*.py"):
            read |= set(ENVIRONMENT.findall(path.read_text(encoding="utf-8")))
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert documented == read - INTERNAL


def test_every_kind_metric_and_method_is_explained() -> None:
    methods = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    missing = [name for name in (*KINDS, *METRICS, *METHODS) if f"`{name}`" not in methods]
    assert missing == []
