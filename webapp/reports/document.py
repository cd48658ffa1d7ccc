"""A report as plain data: what is stored when it is issued, and what every page, file and paper of it is drawn from."""

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Choice = Literal["go", "hold", "stop"]
CHOICES: dict[str, str] = {"go": "Go", "hold": "Hold", "stop": "Stop"}
_EXACT = 2**53


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Note(_Part):
    """A footnote: what a number rests on. `href` is its page in the project, empty for what has none."""

    number: int
    text: str
    href: str = ""


class Said(_Part):
    """A sentence, or a cell of a table, with the footnotes of its numbers."""

    text: str
    notes: tuple[int, ...] = ()


class KeyFigure(_Part):
    """One of the figures that matter, with its range and what it rests on."""

    label: str
    value: str
    reach: str
    notes: tuple[int, ...] = ()


class Row(_Part):
    """A row of a table. `badge` is the state that its last column shows as one, empty for none."""

    cells: tuple[str, ...]
    notes: tuple[int, ...] = ()
    badge: str = ""


class Table(_Part):
    """`columns` name the cells, the first `named_by` of them each row; an empty table says `empty`."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    named_by: int = 1
    about: str = ""
    empty: str = ""


class Picture(_Part):
    """A chart as the page and the paper draw it; its title is its finding."""

    key: str
    finding: str
    figure: dict[str, Any]
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    shape: str = ""


class Document(_Part):
    """The whole report. `form` is the version of this shape.

    `missing` says what could not be said because nothing was measured or worked out. `currency` is the business case's:
    empty where there is none, and in what was issued before it was kept.
    """

    form: Literal[1] = 1
    project: str
    question: str
    as_of: str
    choice: Choice
    recommendation: str
    reasons: tuple[Said, ...]
    figures: tuple[KeyFigure, ...]
    risks: tuple[Said, ...]
    steps: tuple[Said, ...]
    missing: tuple[str, ...]
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...]
    notes: tuple[Note, ...]
    currency: str = ""

    def table(self, key: str) -> Table:
        """The table of this key; `KeyError` if there is none."""
        return next((table for table in self.tables if table.key == key), None) or _absent(key)

    def content(self) -> dict[str, Any]:
        """What is stored of it: plain data, without what came later and is empty, so that older digests stay."""
        return self.model_dump(mode="json", exclude=None if self.currency else {"currency"})

    def digest(self) -> str:
        """SHA-256 of the content; see `content_digest`."""
        return content_digest(self.content())


def content_digest(content: Any) -> str:
    """SHA-256, in hex, over the canonical JSON of plain data: the same content has the same digest wherever it lies."""
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(content: Any) -> bytes:
    """Plain data as JSON in one spelling: keys in order, no spaces, UTF-8, numbers as JavaScript writes whole ones."""
    text = json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode(errors="surrogatepass")


def _plain(value: Any) -> Any:
    """Numbers in one spelling: databases give 1 for 1.0, 0 for -0.0 and a long integer for 1e22."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _absent(key: str) -> Table:
    raise KeyError(key)


class Notebook:
    """Numbers footnotes as they are needed; the same source has the same number."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], Note] = {}

    def cite(self, text: str, href: str = "") -> int:
        """The footnote's number."""
        key = (text, href)
        if key not in self._notes:
            self._notes[key] = Note(number=len(self._notes) + 1, text=text, href=href)
        return self._notes[key].number

    def notes(self) -> tuple[Note, ...]:
        """All of them, in order."""
        return tuple(self._notes.values())
