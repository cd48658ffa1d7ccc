"""A spare that imports no torch and knows one job, so that its tests take a second. Run by `test_spare`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "faults" / "driver"))

import count_job

from training import spare, spec

count_job.register()
for name in [name for name in spec.KINDS if name != "count"]:
    del spec.KINDS[name]  # type: ignore[attr-defined]

sys.exit(spare.wait_for_job(libraries=()))
