"""Rows out again: JSONL as stored, CSV with cells that no spreadsheet runs."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str:
    """The value for a cell of CSV or a spreadsheet: a text that would be taken for a formula gets a leading `'`.

    Plain numbers stay as they are. See OWASP, "CSV Injection" (read 2026-11-22).
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\0", "")
    if not text.lstrip(" ").startswith(_DANGEROUS) or _is_number(text):
        return text
    return "'" + text


def csv_lines(rows: Iterable[Mapping[str, Any]], columns: Iterable[str] | None = None) -> Iterator[str]:
    """CSV with a header, line by line, every cell made safe. Columns default to those of the first row."""
    names = list(columns) if columns is not None else None
    if names is not None:
        yield _record(names)
    for row in rows:
        if names is None:
            names = list(row)
            yield _record(names)
        yield _record([row.get(name, "") for name in names])


def _record(values: Iterable[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([safe_cell(value) for value in values])
    return buffer.getvalue()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and not any(char in text for char in "\t\r\n_")
