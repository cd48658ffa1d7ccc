"""Rows for training, from a file in canonical form."""

import json
from pathlib import Path
from typing import Any

from ..faults import BadData


def read_training_rows(path: Path, *, limit: int | None = None) -> list[dict[str, Any]]:
    """The rows of a JSONL file, at most `limit`. Raises `BadData` with the line of the first fault."""
    if not path.is_file():
        raise BadData(f"There is no file {path.name}", why=f"{path} was looked for.", remedy="Correct data.train.")
    rows: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadData(f"Line {number} of {path.name} is not JSON", why=str(error)) from error
            if not isinstance(row, dict):
                raise BadData(f"Line {number} of {path.name} is not a JSON object")
            rows.append(row)
            if limit is not None and len(rows) >= limit:
                break
    if not rows:
        raise BadData(f"{path.name} has no rows", remedy="Give at least one row.")
    return rows
