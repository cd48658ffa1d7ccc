"""The one path from a file to good canonical rows, used by the check, the store and the jobs alike."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .canonical import Canonical, Row
from .delimited import Item
from .digests import DigestIndex
from .forms import ColumnMapping, propose
from .limits import DEFAULT_LIMITS, Limits
from .normal import row_digests
from .readers import raw_rows
from .report import Faults, FileFault, Reason, RowFault, shorten, storable
from .sources import Source

_FILE_SHIFT = 40
_TELL_EVERY_ROWS = 500


@dataclass(frozen=True)
class Kept:
    """One good row: the line it came from, its raw fields, and the digest of its normalised input.

    The digest is 0 where no duplicates are looked for.
    """

    line: int
    row: Row
    raw: Mapping[str, Any]
    key: int


class Intake:
    """Reads one source. After construction `format`, `columns`, `mapping` and `head` are known.

    Iterating gives the good rows; faulty ones are counted in `faults`. Raises `FileFault` when the file
    cannot be read (further).
    """

    def __init__(
        self,
        source: Source,
        *,
        mapping: ColumnMapping | None = None,
        faults: Faults,
        seen: DigestIndex | None = None,
        file_number: int = 0,
        change: Callable[[Row], Row] | None = None,
        scope: Callable[[Mapping[str, Any]], str] = lambda raw: "",
        tell: Callable[[float], object] = lambda fraction: None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """`seen` finds duplicates (none are looked for without it); `change` is applied to each row (masking).

        Equal rows are duplicates only within one `scope` of their raw row: across splits they are overlap.
        `tell` gets the part that was read, 0 to 1, every few hundred rows, fit or not.
        """
        self.source = source
        self.faults = faults
        self.rows_total = 0
        self.rows_kept = 0
        self._tell = tell
        self._limits = limits
        self._seen = seen
        self._file_number = file_number
        self._change = change
        self._scope = scope
        self.format, items = raw_rows(source, limits)
        self._buffered = list(self._buffer(items))
        self.head = [row for _, row in self._buffered if isinstance(row, dict)]
        self.columns = list(dict.fromkeys(name for row in self.head for name in row))[: limits.max_columns]
        odd = next((name for name in self.columns if storable(name) != name), None)
        if odd is not None:
            raise FileFault(Reason.BAD_HEADER, f"A column has a name that cannot be stored: {shorten(odd, 40)!r}")
        self._items: Iterator[Item] = itertools.chain(self._buffered, items)
        self.was_proposed = mapping is None
        self.mapping = mapping or propose(self.head)
        self._shape: dict[str, type] | None = None

    def __iter__(self) -> Iterator[Kept]:
        canonical = self._canonical()
        self._shape = self._usual_shape(canonical)
        for line, raw in self._items:
            if self.rows_total % _TELL_EVERY_ROWS == 0:
                self._tell(self.source.progress)
            self.rows_total += 1
            if self.rows_total > self._limits.max_rows:
                raise FileFault(Reason.TOO_MANY_ROWS, f"More than {self._limits.max_rows:,} rows", line=line)
            try:
                kept = self._keep(canonical, line, raw)
            except RowFault as fault:
                self.faults.add(line, fault.reason, fault.message)
                continue
            self.rows_kept += 1
            yield kept
        if self.rows_total == 0:
            raise FileFault(Reason.NO_ROWS, "The file holds no rows")

    def first_rows(self) -> Iterator[Kept]:
        """The good rows among those that were looked at to recognise the form; the rest is not read."""
        self._items = iter(self._buffered)
        return iter(self)

    def _buffer(self, items: Iterator[Item]) -> Iterator[Item]:
        """The first rows, as many as the form is recognised by."""
        size = 0
        for count, (line, row) in enumerate(items, 1):
            yield line, row
            size += 0 if isinstance(row, RowFault) else sum(len(str(value)) for value in row.values())
            if count >= self._limits.detect_rows or size > self._limits.detect_bytes:
                return

    def _canonical(self) -> Canonical:
        if self.mapping is None:
            if not self.head:
                return Canonical(_NOTHING, limits=self._limits)
            named = ", ".join(self.columns[:12])
            raise FileFault(Reason.UNKNOWN_FORM, f"No known form has these columns: {named}. Choose the columns.")
        wrong = self.mapping.faults(self.columns) if self.head else []
        if wrong:
            raise FileFault(Reason.BAD_MAPPING, "; ".join(wrong))
        return Canonical(
            self.mapping, numeric=self._numeric_columns(), any_label=self.was_proposed, limits=self._limits
        )

    def _numeric_columns(self) -> frozenset[str]:
        """Columns that hold numbers rather than texts."""
        numeric = set()
        for column in self.columns:
            values = [row[column] for row in self.head if row.get(column) is not None]
            numbers = sum(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
            if numbers * 2 > len(values):
                numeric.add(column)
        return frozenset(numeric)

    def _keep(self, canonical: Canonical, line: int, raw: Mapping[str, Any] | RowFault) -> Kept:
        if isinstance(raw, RowFault):
            raise raw
        row = canonical.row(raw)
        if self._change is not None:
            row = self._change(row)
        self._check_shape(row)
        key = 0
        if self._seen is not None:
            key, whole = row_digests(row, self._scope(raw))
            earlier = self._seen.add(whole, self._file_number << _FILE_SHIFT | line)
            if earlier is not None:
                at_line, other = earlier & ((1 << _FILE_SHIFT) - 1), earlier >> _FILE_SHIFT
                which = "" if other == self._file_number else " of another file"
                raise RowFault(Reason.DUPLICATE, f"The same as line {at_line}{which}")
        return Kept(line, row, raw, key)

    def _usual_shape(self, canonical: Canonical) -> dict[str, type] | None:
        """The shape that most of the first rows have."""
        shapes: Counter[tuple[tuple[str, type], ...]] = Counter()
        for raw in self.head:
            try:
                shapes[tuple(_shape(canonical.row(raw)).items())] += 1
            except RowFault:
                continue
        return dict(shapes.most_common(1)[0][0]) if shapes else None

    def _check_shape(self, row: Row) -> None:
        """All rows of a file are alike: the same fields, each a string or each a message list."""
        shape = _shape(row)
        if self._shape is None:
            self._shape = shape
        elif shape != self._shape:
            raise RowFault(Reason.MIXED_TYPES, _shape_message(shape, self._shape))


def _shape(row: Row) -> dict[str, type]:
    return {name: type(value) for name, value in row.items()}


def _shape_message(shape: Mapping[str, type], usual: Mapping[str, type]) -> str:
    for name in [*usual, *shape]:
        if name not in shape:
            return f"There is no {name} here, while most rows have one"
        if name not in usual:
            return f"There is a {name} here, while most rows have none"
        if shape[name] is not usual[name]:
            now, before = _SHAPES.get(shape[name], "a value"), _SHAPES.get(usual[name], "a value")
            return f"The {name} is {now} here, {before} in most rows"
    return "The row differs from most"


_SHAPES: Mapping[type, str] = {str: "a text", list: "a list of messages"}
_NOTHING = ColumnMapping.model_validate({"form": "text", "columns": {"text": "text"}})
