"""The first half of storing: good rows into one temporary file, with what is needed to split them."""

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .overlap import Overlap, overlap_of_splits
from .splits import SPLITS, SplitPlan, boundaries, split_places, unit_of

_ENTRY = struct.Struct("<qQQ")
LEFT_OUT = 255
"""In place of a split's number: the row is not stored."""


class Stage:
    """Rows in the order they came. In memory there is one byte a row: its split's number in `SPLITS`."""

    def __init__(self, folder: Path, plan: SplitPlan) -> None:
        self._rows_path, self._notes_path = folder / "staged.jsonl", folder / "staged.notes"
        self._rows: BinaryIO = self._rows_path.open("wb")
        self._notes: BinaryIO = self._notes_path.open("wb")
        self._plan = plan
        self.places = array("B")

    def add(self, content: bytes, *, key: int, line: int, split: str | None, group: str | None) -> None:
        """One row as a JSON line. `split` is set where it is given, `group` where rows are split by it."""
        self._rows.write(content)
        unit = unit_of(self._plan.seed, key if group is None else group)
        self._notes.write(_ENTRY.pack(key, unit, line))
        self.places.append(SPLITS.index(split) if split else 0)

    def assign(self) -> None:
        """Split the rows by the plan, now that they are counted."""
        self._rows.close()
        self._notes.close()
        if self._plan.how not in ("random", "group"):
            return
        names = [name for name in SPLITS if self._plan.fractions.get(name, 0) > 0]
        edges = boundaries(self._units, len(self.places), [self._plan.fractions[name] for name in names])
        numbers = [SPLITS.index(name) for name in names]
        self.places = array("B", (numbers[place] for place in split_places(self._units(), edges)))

    def find_overlap(self, *, leave_out: bool) -> tuple[Overlap, dict[int, int]]:
        """Rows of train (and validation) that stand in a split measured with; `leave_out` drops them there."""
        used = [name for name in reversed(SPLITS) if SPLITS.index(name) in set(self.places)]
        if len(used) < 2:
            return Overlap(), {}
        original = self.places[:]
        splits = [(name, self._of(SPLITS.index(name), original)) for name in used]
        overlap, examples = overlap_of_splits(splits, self._leave_out if leave_out else lambda _: None)
        return overlap, dict(examples)

    def rows(self) -> Iterator[tuple[int, int, bytes]]:
        """Row number, split number and JSON line of each staged row."""
        with self._rows_path.open("rb") as file:
            for number, content in enumerate(file):
                yield number, self.places[number], content

    def remove(self) -> None:
        """Delete the temporary files."""
        for file, path in ((self._rows, self._rows_path), (self._notes, self._notes_path)):
            file.close()
            path.unlink(missing_ok=True)

    def _leave_out(self, row: int) -> None:
        self.places[row] = LEFT_OUT

    def _entries(self) -> Iterator[tuple[int, int, int]]:
        with self._notes_path.open("rb") as file:
            while block := file.read(_ENTRY.size * 4096):
                yield from _ENTRY.iter_unpack(block)

    def _units(self) -> Iterator[int]:
        return (unit for _, unit, _ in self._entries())

    def _of(self, split: int, places: "array[int]") -> Iterator[tuple[int, int, int]]:
        for row, (key, _, line) in enumerate(self._entries()):
            if places[row] == split:
                yield row, key, line
