"""Files for the tests, written plainly."""

import gzip
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from training.data.check import Report


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any] | str]) -> Path:
    """One row a line; a string is written as it stands."""
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def write_gzip(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content))
    return path


def exchanges(count: int, start: int = 0) -> list[dict[str, str]]:
    """Plain rows, all different."""
    return [{"prompt": f"question number {i}", "completion": f"answer {i}"} for i in range(start, start + count)]


def told(report: Report) -> list[tuple[int | None, str]]:
    """Line and reason of each fault."""
    return [(fault.line, fault.reason.value) for fault in report.faults]
