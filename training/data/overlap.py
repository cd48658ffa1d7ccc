"""Rows that stand in two splits by normalised input: what was trained on must not be measured with."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .digests import DigestIndex
from .normal import digest_of, input_text, normalised
from .report import shorten

MAX_EXAMPLES = 20


@dataclass
class Overlap:
    """How many rows of the first split of each pair also stand in the second. Lines are those of the source."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)

    def found(self, first: str, second: str, lines: tuple[int, int]) -> int | None:
        """Count one; returns its place among the examples if it is kept as one."""
        self.counts[first, second] += 1
        if len(self.examples) >= MAX_EXAMPLES:
            return None
        self.examples.append({"splits": [first, second], "lines": list(lines), "text": ""})
        return len(self.examples) - 1

    @property
    def total(self) -> int:
        """Rows that stand in a second split."""
        return sum(self.counts.values())

    def to_json(self) -> dict[str, Any]:
        """`rows`, `pairs` (train and test: count) and `examples` (splits, lines, text)."""
        pairs = [{"splits": list(pair), "rows": count} for pair, count in sorted(self.counts.items())]
        return {"rows": self.total, "pairs": pairs, "examples": self.examples}


def overlap_of_files(first: str | Path, second: str | Path, *, names: Sequence[str] = ("train", "test")) -> Overlap:
    """The rows of `first` whose normalised input also stands in `second`; both are files of canonical rows.

    Memory does not grow with the files. Line numbers are those of the two files. Raises `BadData` for bad rows.
    """
    from .rows import read_rows

    result = Overlap()
    with DigestIndex() as seen:
        for line, row in enumerate(read_rows(second), 1):
            seen.add(digest_of(normalised(input_text(row))), line)
        for line, row in enumerate(read_rows(first), 1):
            other = seen.place(digest_of(normalised(input_text(row))))
            if other is not None:
                place = result.found(names[0], names[1], (line, other))
                if place is not None:
                    result.examples[place]["text"] = shorten(input_text(row), 200)
    return result


def overlap_of_splits(
    splits: Sequence[tuple[str, Iterable[tuple[int, int, int]]]], mark: Callable[[int], None]
) -> tuple[Overlap, Mapping[int, int]]:
    """Overlap between splits, each a name and (row, key, line) triples, the one to protect (test) first.

    `mark` is called with each row that stands in an earlier split as well. Returns the overlap, and by row
    number the place of the example that row is.
    """
    result = Overlap()
    example_of: dict[int, int] = {}
    names = [name for name, _ in splits]
    with DigestIndex() as seen:
        for number, (name, triples) in enumerate(splits):
            for row, key, line in triples:
                earlier = seen.add(key, line * len(names) + number)
                if earlier is None or earlier % len(names) == number:
                    continue
                mark(row)
                place = result.found(name, names[earlier % len(names)], (line, earlier // len(names)))
                if place is not None:
                    example_of[row] = place
    return result, example_of


def stored_text(line: bytes) -> str:
    """The shortened input of a stored row, for an example."""
    return shorten(input_text(json.loads(line)), 200)
