"""`manifest.json`: what a stored dataset version is."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from ..result import write_json
from .forms import ColumnMapping, Form, RowType
from .splits import SplitPlan

MANIFEST = "manifest.json"


class SplitInfo(BaseModel):
    """One stored split. `statistics` is what `stats.Statistics.to_json` gives."""

    model_config = ConfigDict(frozen=True)

    file: str
    rows: int
    bytes: int
    sha256: str
    statistics: dict[str, Any]


class Manifest(BaseModel):
    """A stored version. `digest` names its rows and splits; the rest tells how they came about."""

    model_config = ConfigDict(frozen=True)

    manifest_version: int = 1
    name: str
    digest: str
    form: Form
    type: RowType
    mapping: ColumnMapping
    plan: SplitPlan
    splits: dict[str, SplitInfo]
    rows_total: int
    rows_kept: int
    masked: bool
    faults: list[dict[str, Any]]
    faults_total: int
    faults_by_reason: dict[str, int]
    overlap: dict[str, Any]
    personal_data: dict[str, Any]
    warnings: list[str] = Field(default_factory=list)
    provenance: dict[str, Any] = Field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write `manifest.json` into `folder`."""
        write_json(folder / MANIFEST, self.model_dump(mode="json"))

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """The manifest of the version stored in `folder`."""
        return cls.model_validate_json((Path(folder) / MANIFEST).read_bytes())


def version_digest(splits: Mapping[str, SplitInfo]) -> str:
    """SHA-256 over the splits' names and the SHA-256 of their rows."""
    content = json.dumps({name: info.sha256 for name, info in splits.items()}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def verify(folder: str | Path) -> list[str]:
    """The splits whose stored rows are no longer what the manifest says (damaged or changed); empty if all are."""
    folder = Path(folder)
    wrong = []
    for name, info in Manifest.read(folder).splits.items():
        try:
            with (folder / info.file).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            digest = ""
        if digest != info.sha256:
            wrong.append(name)
    return wrong
