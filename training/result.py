"""`result.json`: what a job that ended well leaves, written whole or not at all."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .events import plain


@dataclass(frozen=True)
class Measurement:
    """One immutable number with its 95% interval.

    `low` and `high` are None where the metric has no interval; `n` counts items. `label` says what
    part it speaks of (a class of a confusion matrix), empty for the whole.
    """

    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int = 0
    unit: str = "fraction"
    label: str = ""


@dataclass(frozen=True)
class ArtifactFile:
    """A file or folder that a job leaves. `path` is relative to the job's folder; `bytes` is its whole size."""

    name: str
    kind: str
    path: str
    bytes: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Cost:
    """What the job used. `usd` is None when the spec named no price."""

    device: str
    devices: int
    device_seconds: float
    usd: float | None = None
    usd_per_device_hour: float | None = None


@dataclass
class Result:
    """A job's outcome. `metrics` are plain numbers that also stand at the top level of `result.json`."""

    kind: str
    metrics: dict[str, float | int | None] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    artifacts: list[ArtifactFile] = field(default_factory=list)
    cost: Cost | None = None
    provenance: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The content of `result.json`; a number that JSON lacks (nan, inf) becomes None."""
        content = plain({**self.metrics, **asdict(self)})
        assert isinstance(content, dict)
        return content


def write_json(path: Path, content: object) -> None:
    """Write whole, force to disk, rename: a reader sees the old file or the new one, never a part."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1, allow_nan=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def read_result(path: Path) -> dict[str, Any]:
    """`result.json` as a dictionary."""
    content = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content
