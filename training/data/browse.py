"""Pages of a stored split: any page at once by the index of offsets, a search in bounded time."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .canonical import texts_in
from .writing import INDEX_ENTRY

MAX_PAGE_ROWS = 500
SEARCH_SECONDS = 2.0
_LOOK_AT_CLOCK_EVERY = 256


@dataclass(frozen=True)
class Found:
    """A row and its number in the split, from 0."""

    index: int
    row: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Rows of a split. `next_offset` goes on behind them (None at the end); `total` counts the whole split.

    `stopped_early` is true if a search ran out of time: `next_offset` then goes on where it stopped.
    """

    rows: list[Found]
    total: int
    next_offset: int | None
    stopped_early: bool = False


def browse(
    path: str | Path, *, offset: int = 0, limit: int = 50, search: str = "", seconds: float = SEARCH_SECONDS
) -> Page:
    """A page of the split stored in `path`, from row `offset` on; with `search` only rows whose text contains it.

    The search ignores case and stops after `seconds`. Raises `FileNotFoundError` for a split that is not stored.
    """
    path = Path(path)
    limit = max(1, min(limit, MAX_PAGE_ROWS))
    offset = max(0, offset)
    with path.open("rb") as file, path.with_suffix(".idx").open("rb") as index:
        total = index.seek(0, 2) // INDEX_ENTRY.size
        if offset >= total:
            return Page([], total, None)
        index.seek(offset * INDEX_ENTRY.size)
        file.seek(INDEX_ENTRY.unpack(index.read(INDEX_ENTRY.size))[0])
        if search.strip():
            return _search(file, offset, limit, search.strip().casefold(), total, seconds)
        rows = [Found(offset + place, json.loads(line)) for place, line in _numbered(file, limit)]
    end = offset + len(rows)
    return Page(rows, total, end if end < total else None)


def _search(file: BinaryIO, offset: int, limit: int, wanted: str, total: int, seconds: float) -> Page:
    deadline = time.monotonic() + seconds
    piece = _plain_piece(wanted)
    rows: list[Found] = []
    for number, line in enumerate(file, offset):
        if number % _LOOK_AT_CLOCK_EVERY == 0 and time.monotonic() > deadline and number > offset:
            return Page(rows, total, number, stopped_early=True)
        if piece not in line.decode("utf-8").casefold():
            continue
        row = json.loads(line)
        if any(wanted in text.casefold() for text in texts_in(row)):
            rows.append(Found(number, row))
            if len(rows) == limit:
                return Page(rows, total, number + 1 if number + 1 < total else None)
    return Page(rows, total, None)


def _plain_piece(wanted: str) -> str:
    """The longest piece of the search without characters that JSON escapes: a line without it need not be parsed."""
    pieces = "".join(char if char not in '"\\' and ord(char) >= 32 else "\n" for char in wanted).split("\n")
    return max(pieces, key=len)


def _numbered(file: BinaryIO, limit: int) -> Iterator[tuple[int, bytes]]:
    for place, line in enumerate(file):
        if place == limit:
            return
        yield place, line
