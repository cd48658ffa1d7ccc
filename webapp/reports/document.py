"""A report as plain data: what is stored when it is issued, and what every page, file and paper of it is drawn from."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Choice = Literal["go", "hold", "stop"]
CHOICES: dict[str, str] = {"go": "Go", "hold": "Hold", "stop": "Stop"}


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
    """`columns` name the cells; `about` says what the table holds; an empty one says `empty`."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
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
    """The whole report. `missing` says what could not be said because nothing was measured or worked out."""

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

    def table(self, key: str) -> Table:
        """The table of this key; `KeyError` if there is none."""
        return next((table for table in self.tables if table.key == key), None) or _absent(key)

    def digest(self) -> str:
        """SHA-256 over the canonical JSON: the same content has the same digest."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def lines(self) -> Iterator[tuple[str, str]]:
        """(what, text) of everything that is said, without the day and without footnotes: for comparing two reports."""
        yield "Recommendation", f"{CHOICES[self.choice]}. {self.recommendation}"
        for figure in self.figures:
            yield figure.label, f"{figure.value} ({figure.reach})" if figure.reach else figure.value
        for name, said in (("Reason", self.reasons), ("Risk", self.risks), ("Next", self.steps)):
            for each in said:
                yield f"{name}: {each.text}", each.text
        for text in self.missing:
            yield f"Missing: {text}", text
        for table in self.tables:
            for row in table.rows:
                for column, cell in zip(table.columns[1:], row.cells[1:], strict=True):
                    yield f"{table.title}: {row.cells[0]}, {column.lower()}", cell


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
