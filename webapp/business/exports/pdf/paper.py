"""Paper and a pen: text that wraps, rules, charts and tables from the top of a page down."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfgen.canvas import Canvas

from webapp.jobs.charts.figure import Chart
from webapp.ui.vectors.faces import MARK, Style, cleaned
from webapp.ui.vectors.letters import Align, Letters
from webapp.ui.vectors.pdf import paint_scene, rgb
from webapp.ui.vectors.plot import draw
from webapp.ui.vectors.scene import Paint

from .sizes import Size

MARGIN = 48.0
_FOOT = 40.0
_SIZES: dict[Size, tuple[float, float]] = {"a4": A4, "letter": LETTER}
_EMBEDDING = Lock()
"""A face is read through one place in its file, which all threads share: one document at a time takes characters."""

_MOST_TOLD = 24
"""So many characters that no face shows are told by their code points."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its share of the width, and whether it holds numbers."""

    head: str
    share: float
    is_number: bool = False


class Paper:
    """Pages of one document. `y` is where the pen is, in points from the lower edge.

    language: see `faces.language_of`. The texts of the paper itself are English. The file has an outline, but no
    structure for readers of screens: reportlab writes none; the page on the site has one.
    """

    gap = 16.0
    """The air below rules, charts and tables."""

    def __init__(self, title: str, *, size: Size, on: date, subject: str = "Business case", language: str = "") -> None:
        self.letters = Letters(language)
        self.page_width, self.page_height = _SIZES[size]
        self._target = io.BytesIO()
        # invariant: the same case on the same day gives the same bytes
        self.canvas = Canvas(self._target, pagesize=(self.page_width, self.page_height), invariant=1, lang="en")
        self.canvas.setTitle(cleaned(title))
        self.canvas.setAuthor("Uplift")
        self.canvas.setCreator("Uplift")
        self.canvas.setSubject(subject)
        self.canvas.setDateFormatter(lambda *_: f"D:{on:%Y%m%d}000000Z")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.title, self.on, self.number = title, on, 1
        self._parts = 0
        self.width = self.page_width - 2 * MARGIN
        self.y = self.page_height - MARGIN

    def finished(self) -> bytes:
        """The document's bytes."""
        self._tell_what_lacks()
        self._foot()
        self.canvas.showPage()
        with _EMBEDDING:
            self.canvas.save()
        return self._target.getvalue()

    def _tell_what_lacks(self) -> None:
        """What stands for characters that no face has, which they were, and what to install for better ones."""
        points = sorted(ord(each) for each in self.letters.lacking)
        if points:
            listed = ", ".join(f"U+{point:04X}" for point in points[:_MOST_TOLD])
            rest = " and others" if len(points) > _MOST_TOLD else ""
            self._tell(f"{MARK} stands for characters that the typefaces of this paper cannot show: {listed}{rest}.")
        for each in sorted(self.letters.absent):
            self._tell(
                f"The typeface {each.name} was missing or changed on the machine that made this paper. To install it:"
            )
            self._tell(f"pip install --force-reinstall --no-deps {each.requirement}")

    def _tell(self, text: str) -> None:
        self.need(30)
        self.text(text, 7, ink="ink-3")

    def outline(self, title: str, *, level: int = 0) -> None:
        """An entry of the document's outline that leads to where the pen is. level: 1 is below the last of level 0."""
        key = f"part-{self._parts}"
        self._parts += 1
        self.canvas.bookmarkHorizontalAbsolute(key, self.y + 12)
        self.canvas.addOutlineEntry(cleaned(title), key, level)

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
        self._put(MARGIN + self.width, _FOOT - 12, f"Page {self.number}", 7.5, "ink-3", align="end")

    def _fill(self, ink: str) -> None:
        self.canvas.setFillColorRGB(*rgb(Paint(ink)))

    def _line(self, x0: float, y: float, x1: float, ink: str, width: float = 0.6) -> None:
        self.canvas.setStrokeColorRGB(*rgb(Paint(ink)))
        self.canvas.setLineWidth(width)
        self.canvas.setDash([])
        self.canvas.line(x0, y, x1, y)

    def _put(
        self, x: float, y: float, text: str, size: float, ink: str, *, style: Style = "sans", align: Align = "start"
    ) -> None:
        self._fill(ink)
        self.letters.draw(self.canvas, x, y, text, size, style, align)

    def rule(self, ink: str = "line-2") -> None:
        """A line across the page, with air around it."""
        self._line(MARGIN, self.y, MARGIN + self.width, ink)
        self.y -= self.gap

    def lines_of(self, text: str, size: float, width: float, style: Style = "sans") -> list[str]:
        """The text broken into lines of that width."""
        return self.letters.lines(text, size, width, style)

    def text(
        self,
        text: str,
        size: float = 9.5,
        *,
        ink: str = "ink",
        style: Style = "sans",
        x: float = MARGIN,
        width: float | None = None,
        most: int = 0,
    ) -> float:
        """Lines from the pen down; answers how high they are. most: at most so many lines, the last one cut."""
        lines = self.lines_of(text, size, width or self.width, style)
        if most:
            lines = _cut(lines, most)
        for number, line in enumerate(lines):
            self._put(x, self.y - size - number * size * 1.35, line, size, ink, style=style)
        height = len(lines) * size * 1.35
        self.y -= height
        return height

    def name(self, text: str) -> None:
        """What the document is about, smaller where it needs two lines."""
        size = 22.0 if self.letters.width(text, 22, "serif") <= self.width else 16.0
        self.text(text, size, style="serif", most=2)

    def heading(self, text: str) -> None:
        """A section's title, in the outline too."""
        self.need(80)
        self.outline(text, level=1)
        self.text(text, 10.5, style="bold")
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
                15 if self.letters.width(value, 15, "serif") < wide - 8 else 11,
                style="serif",
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
        titles = [self.lines_of(chart.finding, 10.5, wide, "serif") for chart in charts]
        tallest = max(map(len, titles)) * 10.5 * 1.3
        self.need(tallest + height + 20)
        top = self.y
        for number, (chart, lines) in enumerate(zip(charts, titles, strict=True)):
            x = MARGIN + number * (wide + space)
            for index, line in enumerate(lines):
                self._put(x, top - 10.5 - index * 10.5 * 1.3, line, 10.5, "ink", style="serif")
            scene = draw(chart.figure, wide, height)
            paint_scene(self.canvas, scene, x, top - tallest - 8 - height, self.letters)
        self.y = top - tallest - height - 8 - self.gap

    def table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, strong: int = -1, most: int = 3
    ) -> None:
        """A table whose cells wrap; a row is never split over pages. strong: the row in bold; most: lines a cell."""
        self._head(columns)
        for number, row in enumerate(rows):
            style: Style = "bold" if number == strong else "sans"
            cells = [
                _cut(self.lines_of(text, 8, self.width * column.share - 8, style), most)
                for text, column in zip(row, columns, strict=True)
            ]
            height = max(map(len, cells)) * 10.4 + 5
            if height > self.room:
                self.turn()
                self._head(columns)
            self._row(columns, cells, 8, "ink", style)
            self.y -= height
            self._line(MARGIN, self.y + 1.5, MARGIN + self.width, "line", 0.4)
        self.y -= self.gap

    def _head(self, columns: Sequence[Column]) -> None:
        cells = [self.lines_of(column.head, 7.5, self.width * column.share - 8) for column in columns]
        self._row(columns, cells, 7.5, "ink-3", "sans")
        self.y -= max(map(len, cells)) * 10.4 + 3
        self._line(MARGIN, self.y + 1.5, MARGIN + self.width, "line-2")

    def _row(
        self, columns: Sequence[Column], cells: Sequence[Sequence[str]], size: float, ink: str, style: Style
    ) -> None:
        x = MARGIN
        for column, lines in zip(columns, cells, strict=True):
            wide = self.width * column.share - (8 if column.is_number else 0)
            for index, line in enumerate(lines):
                y = self.y - size - 2 - index * 10.4
                if column.is_number:
                    self._put(x + wide, y, line, size, ink, style=style, align="end")
                else:
                    self._put(x, y, line, size, ink, style=style)
            x += self.width * column.share


def _cut(lines: list[str], most: int) -> list[str]:
    """At most so many lines; three dots say that there was more."""
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1].rstrip(".,;: ") + "…"]
