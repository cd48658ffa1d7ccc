"""The report on paper: one page for the board, then the appendix for the auditor. Charts are vectors."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from webapp.business.exports.pdf.paper import MARGIN, Column, Paper
from webapp.business.exports.pdf.sizes import Size
from webapp.jobs.charts.figure import Chart
from webapp.ui import formats
from webapp.ui.vectors.faces import language_of

from .document import CHOICES, Document, Picture, Said, Table
from .pages import (
    APPENDIX_PICTURES,
    APPENDIX_TABLES,
    BOARD_PICTURES,
    BOARD_TABLES,
    MOST_ON_BOARD,
    NO_STEPS,
    no_risks,
    noted,
)

_LAYOUTS = (
    (140.0, Paper.gap, MOST_ON_BOARD),
    (110.0, Paper.gap, MOST_ON_BOARD),
    (86.0, Paper.gap, MOST_ON_BOARD),
    (86.0, 9.0, 3),
    (76.0, 8.0, 2),
)
"""Height of the board's charts, air between its parts, length of its lists: the first that makes one page counts."""

_APPENDIX_HEIGHT = 148.0
_SMALL, _MOST_LINES = 8.0, 12
_SHARES = {
    "options": (0.25, 0.14, 0.25, 0.1, 0.1, 0.16),
    "phases": (0.36, 0.16, 0.16, 0.16, 0.16),
    "evidence": (0.28, 0.24, 0.2, 0.1, 0.18),
    "claims": (0.17, 0.24, 0.46, 0.13),
    "gates": (0.2, 0.24, 0.08, 0.32, 0.16),
}
"""Shares of the page's width of each table's columns."""


def printed(document: Document, *, stand: str, size: Size) -> bytes:
    """The PDF. stand: what this copy is, below its title. The same document gives the same bytes."""
    paper, most = _opened(document, stand, size)
    paper.turn()
    paper.gap = Paper.gap
    _appendix(paper, document, most)
    return paper.finished()


def _opened(document: Document, stand: str, size: Size) -> tuple[Paper, int]:
    """The board's page, as roomy as leaves it one page, two only where nothing does; and how long its lists are."""
    language = "ja" if document.currency == "JPY" else language_of(document.model_dump_json(exclude={"pictures"}))
    on = date.fromisoformat(document.as_of)
    for height, gap, most in _LAYOUTS:
        paper = Paper(document.project, size=size, on=on, subject=f"Report. {stand}", language=language)
        paper.gap = gap
        _board(paper, document, stand, height, most)
        if paper.number == 1:
            break
    return paper, most


def _board(paper: Paper, document: Document, stand: str, height: float, most: int) -> None:
    paper.outline(f"{document.project}: for the board")
    paper.text(f"REPORT · {stand}", 7.5, ink="accent", style="bold")
    paper.y -= 3
    paper.name(document.project)
    paper.y -= 4
    paper.text(document.question, 9.5, ink="ink-2", most=3)
    paper.y -= 8
    paper.rule()
    paper.text(f"{CHOICES[document.choice]}. {document.recommendation}", 14, style="serif")
    paper.y -= 4
    _list(paper, document.reasons)
    paper.y -= 6
    paper.tiles([(figure.label, figure.value, figure.reach) for figure in document.figures])
    _charts(paper, document, BOARD_PICTURES, height)
    for key in BOARD_TABLES:
        _table(paper, document.table(key))
    parts = [("Risks", document.risks, no_risks(document)), ("What to do next", document.steps, NO_STEPS)]
    if document.missing:
        parts.append(("What is missing", _missing(document), ""))
    _columns(paper, parts, most)


def _missing(document: Document) -> tuple[Said, ...]:
    return tuple(Said(text=text) for text in document.missing)


def _appendix(paper: Paper, document: Document, most: int) -> None:
    paper.outline("Appendix for the auditor")
    paper.text("APPENDIX", 7.5, ink="accent", style="bold")
    paper.y -= 8
    _charts(paper, document, APPENDIX_PICTURES, _APPENDIX_HEIGHT)
    for key in APPENDIX_TABLES:
        _table(paper, document.table(key))
    for title, said in (
        ("All risks", document.risks),
        ("All next steps", document.steps),
        ("All that is missing", _missing(document)),
    ):
        if len(said) > most:
            paper.heading(title)
            _list(paper, said)
            paper.y -= 8
    paper.heading("What the numbers rest on")
    for note in document.notes:
        paper.need(24)
        paper.text(f"{note.number}  {note.text}", 8, ink="ink-2")
        paper.y -= 2
    paper.y -= 6
    paper.need(30)
    paper.text(f"SHA-256 of the content, which the site gives as JSON: {document.digest()}", 7, ink="ink-3")


def _chart(picture: Picture) -> Chart:
    return Chart(
        picture.key, picture.finding, picture.figure, picture.columns, picture.rows, picture.note, picture.shape
    )


def _charts(paper: Paper, document: Document, keys: Sequence[str], height: float) -> None:
    found = {picture.key: picture for picture in document.pictures}
    charts = [_chart(found[key]) for key in keys if key in found]
    if charts:
        paper.charts(charts, height)


def _columns(paper: Paper, parts: Sequence[tuple[str, tuple[Said, ...], str]], most: int) -> None:
    """Short lists side by side, each cut to what the board's page has room for."""
    gap = 18.0
    wide = (paper.width - gap * (len(parts) - 1)) / len(parts)
    texts = [[*_first(said, most)] or [empty] for _, said, empty in parts]
    high = max(sum(len(paper.lines_of(text, _SMALL, wide)) * 11 + 3 for text in all) for all in texts)
    paper.need(high + 20)
    top = lowest = paper.y
    for number, ((title, _, _), lines) in enumerate(zip(parts, texts, strict=True)):
        x = MARGIN + number * (wide + gap)
        paper.y = top
        paper.text(title, 10.5, style="bold", x=x, width=wide)
        paper.y -= 4
        for line in lines:
            paper.text(line, _SMALL, x=x, width=wide)
            paper.y -= 2.5
        lowest = min(lowest, paper.y)
    paper.y = lowest


def _first(said: tuple[Said, ...], most: int) -> Iterator[str]:
    """The first of them, and how many stand in the appendix."""
    for each in said[:most]:
        yield f"– {each.text}{_marks(each.notes)}"
    if len(said) > most:
        yield f"And {formats.count(len(said) - most)} more: all stand in the appendix."


def _list(paper: Paper, said: Iterable[Said]) -> None:
    for each in said:
        paper.need(28)
        paper.text(f"– {each.text}{_marks(each.notes)}", 9)
        paper.y -= 2


def _marks(notes: tuple[int, ...]) -> str:
    return f" [{', '.join(map(str, notes))}]" if notes else ""


def _table(paper: Paper, table: Table) -> None:
    paper.heading(table.title)
    if not table.rows:
        paper.text(table.empty, 9, ink="ink-2")
        paper.y -= 10
        return
    shares = _SHARES[table.key]
    columns = [Column(head, share) for head, share in zip(table.columns, shares, strict=True)]
    place = noted(table)
    rows = [
        tuple(f"{cell}{_marks(row.notes)}" if number == place else cell for number, cell in enumerate(row.cells))
        for row in table.rows
    ]
    paper.table(columns, rows, most=_MOST_LINES)
