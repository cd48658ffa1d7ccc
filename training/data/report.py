"""What is wrong with a file, counted in full and told in part: faults with line, reason and message."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .limits import DEFAULT_LIMITS


class Reason(StrEnum):
    """The closed list of reason codes. The first group ends the reading; each of the second costs one row."""

    # the whole file
    MISSING_FILE = "missing_file"
    EMPTY_FILE = "empty_file"
    NO_ROWS = "no_rows"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    BINARY_FILE = "binary_file"
    UNKNOWN_FORM = "unknown_form"
    BAD_MAPPING = "bad_mapping"
    BAD_ARCHIVE = "bad_archive"
    ARCHIVE_MEMBERS = "archive_members"
    UNSAFE_NAME = "unsafe_name"
    ZIP_BOMB = "zip_bomb"
    BAD_PARQUET = "bad_parquet"
    BAD_HEADER = "bad_header"
    # one row
    BAD_JSON = "bad_json"
    NOT_AN_OBJECT = "not_an_object"
    DUPLICATE_KEY = "duplicate_key"
    BAD_NUMBER = "bad_number"
    TOO_DEEP = "too_deep"
    LINE_TOO_LONG = "line_too_long"
    BAD_CSV = "bad_csv"
    WRONG_ENCODING = "wrong_encoding"
    NUL_CHARACTER = "nul_character"
    MISSING_FIELD = "missing_field"
    EMPTY_FIELD = "empty_field"
    MIXED_TYPES = "mixed_types"
    ROLE_ORDER = "role_order"
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_LABEL = "unknown_label"
    CHOSEN_EQUALS_REJECTED = "chosen_equals_rejected"
    DUPLICATE = "duplicate"
    TOO_LONG = "too_long"
    UNKNOWN_SPLIT = "unknown_split"
    OVERLAP = "overlap"


@dataclass(frozen=True)
class Fault:
    """One thing wrong. `line` counts from 1 (a row number for Parquet); None speaks of the whole file."""

    line: int | None
    reason: Reason
    message: str
    file: str = ""

    def to_json(self) -> dict[str, Any]:
        """`line`, `reason`, `message`, and `file` where several were read."""
        shown: dict[str, Any] = {"line": self.line, "reason": self.reason.value, "message": self.message}
        return {**shown, "file": self.file} if self.file else shown

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line is not None else ""
        return f"{where}{self.message}"


class FileFault(Exception):
    """The file cannot be read (further). Rows before it were good."""

    def __init__(self, reason: Reason, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.fault = Fault(line, reason, message)


class RowFault(Exception):
    """One row is not fit; the reader goes on with the next."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass
class Faults:
    """Counts every fault by reason; keeps the first `keep` with their details, so memory stays bounded."""

    keep: int = DEFAULT_LIMITS.max_fault_details
    by_reason: Counter[Reason] = field(default_factory=Counter)
    items: list[Fault] = field(default_factory=list)
    file: str = ""

    def add(self, line: int | None, reason: Reason, message: str) -> None:
        """Count one fault, and keep it while there is room."""
        self.count(Fault(line, reason, message, self.file))

    def count(self, fault: Fault) -> None:
        """Count a fault that is already made."""
        self.by_reason[fault.reason] += 1
        if len(self.items) < self.keep:
            self.items.append(fault)

    def end(self, fault: Fault) -> None:
        """Count a fault of the whole file. It stands first and is kept whatever came before."""
        self.by_reason[fault.reason] += 1
        self.items.insert(0, fault)

    @property
    def total(self) -> int:
        """All faults, kept or not."""
        return sum(self.by_reason.values())

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.items)

    def __bool__(self) -> bool:
        return bool(self.by_reason)

    def to_json(self) -> dict[str, Any]:
        """`faults` (a list), `faults_total`, `faults_by_reason`."""
        return {
            "faults": [fault.to_json() for fault in self.items],
            "faults_total": self.total,
            "faults_by_reason": {reason.value: count for reason, count in self.by_reason.most_common()},
        }


def shorten(text: str, limit: int = 80) -> str:
    """The text in one line of at most `limit` characters, for messages."""
    flat = " ".join(storable(text[: limit * 4]).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def storable(text: str) -> str:
    """The text without what databases and JSON readers refuse: NUL and half characters become a question mark."""
    return text.replace("\0", "?").encode("utf-8", "replace").decode("utf-8")
