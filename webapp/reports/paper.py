"""The report on paper: one page for the board, then the appendix for the auditor. Charts are vectors."""

from collections.abc import Iterable
from datetime import date

from webapp.business.exports.pdf.paper import Column, Paper
from webapp.jobs.charts.figure import Chart

from .document import CHOICES, Document, Picture, Said, Table

_CHART_HEIGHT = 118.0
_SHARES = {
    "options": (0.25, 0.14, 0.25, 0.1, 0.1, 0.16),
    "phases": (0.36, 0.16, 0.16, 0.16, 0.16),
    "evidence": (0.28, 0.24, 0.2, 0.1, 0.18),
    "claims": (0.14, 0.34, 0.37, 0.15),
    "gates": (0.2, 0.24, 0.08, 0.32, 0.16),
}
"""Shares of the page's width of each table's columns."""


def printed(document: Document, *, stand: str) -> bytes:
    """The PDF. stand: what this copy is, below its title. The same document gives the same bytes."""
    paper = Paper(document.project, is_letter=False, on=date.fromisoformat(document.as_of), subject="Report")
    _board(paper, document, stand)
    paper.turn()
    _appendix(paper, document)
    return paper.finished()


def _board(paper: Paper, document: Document, stand: str) -> None:
    paper.text(f"REPORT · {stand}", 7.5, ink="accent", font=paper.fonts.bold)
    paper.y -= 3
    paper.text(document.project, 22, font=paper.fonts.serif, most=2)
    paper.y -= 4
    paper.text(document.question, 9.5, ink="ink-2", most=3)
    paper.y -= 8
    paper.rule()
    paper.text(f"{CHOICES[document.choice]}. {document.recommendation}", 14, font=paper.fonts.serif)
    paper.y -= 4
    _list(paper, document.reasons)
    paper.y -= 6
    paper.tiles([(figure.label, figure.value, figure.reach) for figure in document.figures])
    charts = {picture.key: picture for picture in document.pictures}
    paper.charts([_chart(charts[key]) for key in ("npv-band", "study") if key in charts], _CHART_HEIGHT)
    _table(paper, document.table("options"))
    _table(paper, document.table("phases"))
    _section(paper, "Risks", document.risks, "No failed criterion, waiver, overlap or outdated figure was found.")
    _section(paper, "What to do next", document.steps, "Nothing that the data ask for.")
    if document.missing:
        _section(paper, "What is missing", [Said(text=text) for text in document.missing], "")


def _appendix(paper: Paper, document: Document) -> None:
    paper.text("APPENDIX", 7.5, ink="accent", font=paper.fonts.bold)
    paper.y -= 8
    charts = {picture.key: picture for picture in document.pictures}
    paper.charts([_chart(charts[key]) for key in ("tornado", "options") if key in charts], _CHART_HEIGHT + 30)
    for key in ("evidence", "claims", "gates"):
        _table(paper, document.table(key))
    paper.heading("What the numbers rest on")
    for note in document.notes:
        paper.need(24)
        paper.text(f"{note.number}  {note.text}", 8, ink="ink-2")
        paper.y -= 2
    paper.y -= 6
    paper.need(30)
    paper.text(f"SHA-256 of the content: {document.digest()}", 7, ink="ink-3")


def _chart(picture: Picture) -> Chart:
    return Chart(
        picture.key, picture.finding, picture.figure, picture.columns, picture.rows, picture.note, picture.shape
    )


def _section(paper: Paper, title: str, said: Iterable[Said], empty: str) -> None:
    paper.heading(title)
    found = list(said)
    if found:
        _list(paper, found)
    else:
        paper.text(empty, 9, ink="ink-2")
    paper.y -= 8


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
    rows = [(f"{row.cells[0]}{_marks(row.notes)}", *row.cells[1:]) for row in table.rows]
    paper.table(columns, rows)
