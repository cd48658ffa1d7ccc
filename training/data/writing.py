"""The second half of storing: staged rows into one file a split, with an index and statistics."""

import hashlib
import json
import os
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from .canonical import Row
from .manifest import SplitInfo
from .overlap import Overlap, stored_text
from .splits import SPLITS
from .stage import LEFT_OUT, Stage
from .stats import Statistics, TokenCounter

INDEX_ENTRY = struct.Struct("<Q")
"""One entry a row in `<split>.idx`: the byte at which the row starts."""
_TELL_EVERY_ROWS = 500


def encoded(row: Row) -> bytes:
    """A canonical row as it is stored: one JSON line."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def write_splits(
    folder: Path,
    stage: Stage,
    overlap: Overlap,
    examples: Mapping[int, int],
    *,
    count_tokens: TokenCounter | None,
    tell: Callable[[float], None],
) -> dict[str, SplitInfo]:
    """Write `<split>.jsonl` and `<split>.idx` for each split that has rows; fills in the overlap's example texts."""
    writers: dict[int, _SplitWriter] = {}
    total = max(1, len(stage.places))
    try:
        for number, place, content in stage.rows():
            if number % _TELL_EVERY_ROWS == 0:
                tell(number / total)
            if number in examples:
                overlap.examples[examples[number]]["text"] = stored_text(content)
            if place == LEFT_OUT:
                continue
            if place not in writers:
                writers[place] = _SplitWriter(folder, SPLITS[place], count_tokens)
            writers[place].add(content)
        return {SPLITS[place]: writers[place].finish() for place in sorted(writers)}
    finally:
        for writer in writers.values():
            writer.close()


class _SplitWriter:
    """One split's file and the index of its rows' offsets."""

    def __init__(self, folder: Path, name: str, count_tokens: TokenCounter | None) -> None:
        self._path = folder / f"{name}.jsonl"
        self._file: BinaryIO = self._path.open("wb")
        self._index: BinaryIO = self._path.with_suffix(".idx").open("wb")
        self._hash = hashlib.sha256()
        self._bytes = 0
        self._statistics = Statistics(count_tokens)

    def add(self, content: bytes) -> None:
        """Write one row's JSON line."""
        self._index.write(INDEX_ENTRY.pack(self._bytes))
        self._file.write(content)
        self._hash.update(content)
        self._bytes += len(content)
        self._statistics.add(json.loads(content))

    def finish(self) -> SplitInfo:
        """Force both files to disk."""
        for file in (self._file, self._index):
            file.flush()
            os.fsync(file.fileno())
        return SplitInfo(
            file=self._path.name,
            rows=self._statistics.rows,
            bytes=self._bytes,
            sha256=self._hash.hexdigest(),
            statistics=self._statistics.to_json(),
        )

    def close(self) -> None:
        """Close both files."""
        self._file.close()
        self._index.close()
