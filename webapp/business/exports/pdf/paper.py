"""Paper and a pen: text that wraps, rules, charts and tables from the top of a page down."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from webapp.jobs.charts.figure import Chart
from webapp.ui.vectors.pdf import paint_scene, rgb
from webapp.ui.vectors.plot import draw
from webapp.ui.vectors.scene import Paint

from .fonts import fonts

MARGIN = 48.0
_FOOT = 40.0
GAP = 16.0


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its share of the width, and whether it holds numbers."""

    head: str
    share: float
    is_number: bool = False


class Paper:
    """Pages of one document. `y` is where the pen is, in points from the lower edge."""

    def __init__(self, title: str, *, is_letter: bool, on: date, subject: str = "Business case") -> None:
        self.fonts = fonts()
        size: tuple[float, float] = LETTER if is_letter else A4
        self.page_width, self.page_height = size
        self._target = io.BytesIO()
        # invariant: the same case on the same day gives the same bytes
        self.canvas = Canvas(self._target, pagesize=(self.page_width, self.page_height), invariant=1)
        self.canvas.setTitle(self.fonts.write(title))
        self.canvas.setAuthor("Uplift")
        self.canvas.setSubject(subject)
        self.title, self.on, self.number = title, on, 1
        self.width = self.page_width - 2 * MARGIN
        self.y = self.page_height - MARGIN

    def finished(self) -> bytes:
        """The document's bytes."""
        self._foot()
        self.canvas.showPage()
        self.canvas.save()
        return self._target.getvalue()

    def turn(self) -> None:
        """A new page."""
        self._foot()
        self.canvas.showPage()
        self.number += 1
        self.y = self.page_height - MARGIN

    @property
    def room(self) -> float:
        """How much is left on the page."""
        return self.y - _FOOT - 12

    def need(self, height: float) -> None:
        """A new page unless so much is left on this one."""
        if height > self.room:
            self.turn()

    def _foot(self) -> None:
        self._line(MARGIN, _FOOT, MARGIN + self.width, "line-2")
        left = f"{self.title[:80]} · {self.on.isoformat()} · made with Uplift"
        self._put(MARGIN, _FOOT - 12, left, 7.5, "ink-3")
        self._put(MARGIN + self.width, _FOOT - 12, f"Page {self.number}", 7.5, "ink-3", align="right")

    def _fill(self, ink: str) -> None:
        self.canvas.setFillColorRGB(*rgb(Paint(ink)))

    def _line(self, x0: float, y: float, x1: float, ink: str, width: float = 0.6) -> None:
        self.canvas.setStrokeColorRGB(*rgb(Paint(ink)))
        self.canvas.setLineWidth(width)
        self.canvas.setDash([])
        self.canvas.line(x0, y, x1, y)

    def _put(
        self, x: float, y: float, text: str, size: float, ink: str, *, font: str = "", align: str = "left"
    ) -> None:
        self._fill(ink)
        self.canvas.setFont(font or self.fonts.sans, size)
        put = self.canvas.drawRightString if align == "right" else self.canvas.drawString
        put(x, y, self.fonts.write(text))

    def rule(self, ink: str = "line-2") -> None:
        """A line across the page, with air around it."""
        self._line(MARGIN, self.y, MARGIN + self.width, ink)
        self.y -= GAP

    def lines_of(self, text: str, size: float, width: float, font: str) -> list[str]:
        """The text broken into lines of that width."""
        found: list[str] = simpleSplit(self.fonts.write(text), font, size, width)
        return found

    def text(
        self,
        text: str,
        size: float = 9.5,
        *,
        ink: str = "ink",
        font: str = "",
        x: float = MARGIN,
        width: float | None = None,
        most: int = 0,
    ) -> float:
        """Lines from the pen down; answers how high they are. most: at most so many lines, the last one cut."""
        face = font or self.fonts.sans
        lines = self.lines_of(text, size, width or self.width, face)
        if most:
            lines = _cut(lines, most)
        for number, line in enumerate(lines):
            self._put(x, self.y - size - number * size * 1.35, line, size, ink, font=face)
        height = len(lines) * size * 1.35
        self.y -= height
        return height

    def heading(self, text: str) -> None:
        """A section's title."""
        self.need(80)
        self.text(text, 10.5, font=self.fonts.bold)
        self.y -= 5

    def tiles(self, tiles: Sequence[tuple[str, str, str]]) -> None:
        """Figures that stand alone, side by side: label, value, note."""
        wide = self.width / len(tiles)
        top = self.y
        lowest = top
        for number, (label, value, note) in enumerate(tiles):
            x = MARGIN + number * wide
            self.y = top
            self.text(label, 7.5, ink="ink-3", x=x, width=wide - 10, most=1)
            self.y -= 2
            self.text(
                value,
                15 if stringWidth(self.fonts.write(value), self.fonts.serif, 15) < wide - 8 else 11,
                font=self.fonts.serif,
                x=x,
                width=wide - 6,
                most=1,
            )
            self.y -= 1
            self.text(note, 7.5, ink="ink-2", x=x, width=wide - 12, most=3)
            lowest = min(lowest, self.y)
        self.y = lowest - 8

    def charts(self, charts: Sequence[Chart], height: float) -> None:
        """Charts side by side, each below its finding and above its note."""
        space = 24.0
        wide = (self.width - space * (len(charts) - 1)) / len(charts)
        titles = [self.lines_of(chart.finding, 10.5, wide, self.fonts.serif) for chart in charts]
        tallest = max(map(len, titles)) * 10.5 * 1.3
        self.need(tallest + height + 20)
        top = self.y
        for number, (chart, lines) in enumerate(zip(charts, titles, strict=True)):
            x = MARGIN + number * (wide + space)
            for index, line in enumerate(lines):
                self._put(x, top - 10.5 - index * 10.5 * 1.3, line, 10.5, "ink", font=self.fonts.serif)
            scene = draw(chart.figure, wide, height)
            paint_scene(self.canvas, scene, x, top - tallest - 8 - height, font=self.fonts.sans, write=self.fonts.write)
        self.y = top - tallest - height - 8 - GAP

    def table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, strong: int = -1, most: int = 3
    ) -> None:
        """A table whose cells wrap; a row is never split over pages. strong: the row in bold; most: lines a cell."""
        self._head(columns)
        for number, row in enumerate(rows):
            face = self.fonts.bold if number == strong else self.fonts.sans
            cells = [
                _cut(self.lines_of(text, 8, self.width * column.share - 8, face), most)
                for text, column in zip(row, columns, strict=True)
            ]
            height = max(map(len, cells)) * 10.4 + 5
            if height > self.room:
                self.turn()
                self._head(columns)
            self._row(columns, cells, 8, "ink", face)
            self.y -= height
            self._line(MARGIN, self.y + 1.5, MARGIN + self.width, "line", 0.4)
        self.y -= GAP

    def _head(self, columns: Sequence[Column]) -> None:
        cells = [self.lines_of(column.head, 7.5, self.width * column.share - 8, self.fonts.sans) for column in columns]
        self._row(columns, cells, 7.5, "ink-3", self.fonts.sans)
        self.y -= max(map(len, cells)) * 10.4 + 3
        self._line(MARGIN, self.y + 1.5, MARGIN + self.width, "line-2")

    def _row(self, columns: Sequence[Column], cells: Sequence[Sequence[str]], size: float, ink: str, face: str) -> None:
        x = MARGIN
        for column, lines in zip(columns, cells, strict=True):
            wide = self.width * column.share - (8 if column.is_number else 0)
            for index, line in enumerate(lines):
                y = self.y - size - 2 - index * 10.4
                place, align = (x + wide, "right") if column.is_number else (x, "left")
                self._put(place, y, line, size, ink, font=face, align=align)
            x += self.width * column.share


def _cut(lines: list[str], most: int) -> list[str]:
    """At most so many lines; three dots say that there was more."""
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1].rstrip(".,;: ") + "…"]
