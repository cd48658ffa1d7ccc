"""A report as its page draws it: pictures as vectors, tables and footnotes by their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from webapp.business.exports.pdf.sizes import SIZES, other, usual
from webapp.ui.vectors.plot import draw
from webapp.ui.vectors.svg import svg

from .document import CHOICES, Document, Picture, Table

BOARD_PICTURES, APPENDIX_PICTURES = ("npv-band", "study"), ("tornado", "options")
BOARD_TABLES, APPENDIX_TABLES = ("options", "phases"), ("evidence", "claims", "gates")
MOST_ON_BOARD = 4
"""So many risks and next steps stand on the board's page; all of them, where there are more, in the appendix."""

_WIDTH, _HEIGHT, _TALL = 300.0, 180.0, 230.0


_NOTED = {"gates": 3, "evidence": 2}


def noted(table: Table) -> int:
    """The column whose cells carry the footnotes: that of the figure; the first where all of a row rests on them."""
    return _NOTED.get(table.key, 0)


NO_STEPS = "Nothing that the data ask for."


def no_risks(document: Document) -> str:
    """What stands where no risk is listed: that none was found, or that nothing was there to be judged."""
    if any(document.table(key).rows for key in ("evidence", "options", "gates")):
        return "No failed criterion, waiver, overlap or outdated figure was found."
    return "Nothing has been judged yet, so no risk is known."


@dataclass(frozen=True)
class Drawn:
    """A picture with its markup, which follows the page's theme."""

    picture: Picture
    markup: SafeString


class Set(NamedTuple):
    """A table, and which of its columns carries the footnotes."""

    table: Table
    noted: int


@dataclass(frozen=True)
class Shown:
    """What the template of a document needs."""

    document: Document
    choice: str
    no_risks: str
    no_steps: str
    board_pictures: Sequence[Drawn]
    appendix_pictures: Sequence[Drawn]
    board_tables: Sequence[Set]
    appendix_tables: Sequence[Set]
    papers: Sequence[tuple[str, str]]


def shown(document: Document) -> Shown:
    """The document, drawn."""
    return Shown(
        document=document,
        choice=CHOICES[document.choice],
        no_risks=no_risks(document),
        no_steps=NO_STEPS,
        board_pictures=_drawn(document, BOARD_PICTURES, _HEIGHT),
        appendix_pictures=_drawn(document, APPENDIX_PICTURES, _TALL),
        board_tables=_set(document, BOARD_TABLES),
        appendix_tables=_set(document, APPENDIX_TABLES),
        papers=[(size, SIZES[size]) for size in (usual(document.currency), other(usual(document.currency)))],
    )


def _set(document: Document, keys: Sequence[str]) -> list[Set]:
    tables = [document.table(key) for key in keys]
    return [Set(table, noted(table)) for table in tables]


def _drawn(document: Document, keys: Sequence[str], height: float) -> list[Drawn]:
    found = {picture.key: picture for picture in document.pictures}
    return [Drawn(found[key], _markup(found[key], height)) for key in keys if key in found]


def _markup(picture: Picture, height: float) -> SafeString:
    scene = draw(picture.figure, _WIDTH, height)
    return mark_safe(svg(scene, picture.finding))  # noqa: S308 - `svg` escapes every text and names only tokens
