"""CSV and TSV: the delimiter found by looking, records under bounds, each with the line it starts on."""

import csv
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from .jsonio import Piece
from .limits import Limits
from .report import FileFault, Reason, RowFault, shorten

DELIMITERS = (",", "\t", ";", "|")
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
Item = tuple[int, "dict[str, Any] | RowFault"]


def sniff(head: str, *, is_whole: bool) -> tuple[str, list[str], float] | None:
    """The delimiter, the header and how alike the records are (0 to 1); None if no delimiter makes columns.

    `head` is the start of the file. Its last record is left out unless it is the whole file.
    """
    best: tuple[str, list[str], float] | None = None
    for delimiter in DELIMITERS:
        try:
            records = list(itertools.islice(csv.reader(head.splitlines(True), delimiter=delimiter), 60))
        except csv.Error:
            continue
        records = [record for record in (records if is_whole or len(records) == 60 else records[:-1]) if record]
        if len(records) < 1 or len(records[0]) < 2:
            continue
        alike = sum(len(record) == len(records[0]) for record in records) / len(records)
        if best is None or (alike, len(records[0])) > (best[2], len(best[1])):
            best = (delimiter, records[0], alike)
    return best


class DelimitedReader:
    """Rows of a delimited file whose first record is its header."""

    def __init__(self, pieces: Iterable[Piece], delimiter: str, limits: Limits) -> None:
        self._pieces = iter(pieces)
        self._limits = limits
        self._line = 0
        self._record_bytes = 0
        self._pending: list[tuple[int, RowFault]] = []
        # the module keeps one limit for the process; rows are bounded by `max_line_bytes` in `__next__` as well
        csv.field_size_limit(max(csv.field_size_limit(), limits.max_line_bytes))
        self._reader = csv.reader(self, delimiter=delimiter)
        self._delimiter = delimiter

    def rows(self) -> Iterator[Item]:
        """Each row by column name, or what is wrong with it."""
        header = self._header()
        width = len(header)
        while True:
            start = self._line + 1
            self._record_bytes = 0
            try:
                record = next(self._reader, None)
            except RowFault as fault:
                yield start, fault
                continue
            except csv.Error as error:
                yield start, RowFault(Reason.BAD_CSV, f"Cannot be read as CSV: {error}")
                continue
            yield from self._told()
            if record is None:
                return
            if not record or (len(record) == 1 and width > 1 and not record[0].strip()):
                continue
            if len(record) != width:
                yield start, RowFault(Reason.BAD_CSV, self._width_message(len(record), width))
                continue
            yield start, dict(zip(header, record, strict=True))

    def __iter__(self) -> "DelimitedReader":
        return self

    def __next__(self) -> str:
        """The next decoded line for the csv module; lines that cannot be given are noted and left out.

        This is a method and not a generator because reading goes on after the `RowFault` it can raise.
        """
        for number, content in self._pieces:
            self._line = number
            if content is None:
                message = f"The line is longer than {self._limits.max_line_bytes:,} bytes"
                self._pending.append((number, RowFault(Reason.LINE_TOO_LONG, message)))
                continue
            self._record_bytes += len(content) + 1
            if self._record_bytes > self._limits.max_line_bytes:
                raise RowFault(
                    Reason.LINE_TOO_LONG,
                    f"The record runs past {self._limits.max_line_bytes:,} bytes: a quote was opened and not closed",
                )
            try:
                return content.decode("utf-8") + "\n"
            except UnicodeDecodeError as error:
                message = f"Byte {error.start + 1} is not UTF-8; save the file as UTF-8"
                self._pending.append((number, RowFault(Reason.WRONG_ENCODING, message)))
        raise StopIteration

    def _told(self) -> Iterator[Item]:
        yield from self._pending
        self._pending.clear()

    def _header(self) -> list[str]:
        try:
            record = next(self._reader, None)
        except (RowFault, csv.Error) as error:
            why = (
                "lines end in CR alone; save the file with LF line ends"
                if "new-line character" in str(error)
                else error
            )
            raise FileFault(Reason.BAD_HEADER, f"The header cannot be read: {why}", line=1) from error
        if record is None:
            fault = self._pending[0][1] if self._pending else None
            raise FileFault(Reason.BAD_HEADER, fault.message if fault else "There is no header line", line=1)
        if len(record) > self._limits.max_columns:
            raise FileFault(
                Reason.BAD_HEADER, f"{len(record):,} columns; at most {self._limits.max_columns:,} are taken", line=1
            )
        names = [name.strip() or f"column_{place}" for place, name in enumerate(record, 1)]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise FileFault(Reason.BAD_HEADER, f"Two columns are called {shorten(twice, 40)!r}", line=1)
        return names

    def _width_message(self, found: int, width: int) -> str:
        return f"{found} {_NAMES.get(self._delimiter, '')}-separated fields where the header has {width}"
