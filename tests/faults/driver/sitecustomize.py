"""Registers the `count` job kind in every Python process that has this folder on its PYTHONPATH: tests only."""

from count_job import CountSpec

from training import spec as registry
from training.spec import Kind

registry.KINDS["count"] = Kind("count", "Count", "Count to a number; for tests.", CountSpec, "count_job:run")  # type: ignore[index]
