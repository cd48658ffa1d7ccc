"""Texts of one document on paper: how wide they are, where they break, how they are drawn."""

from typing import TYPE_CHECKING, Literal

from . import faces
from .breaking import broken
from .faces import Style
from .packaged import Typeface

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

Align = Literal["start", "middle", "end"]
_THICKENED = 1 / 42
"""A bold that a face lacks is its plain one with an outline of this share of the size."""


class Letters:
    """Measures and draws. `language`: see `faces.language_of`.

    `lacking` collects what no face could show, `absent` the typefaces that were asked for in vain.
    """

    def __init__(self, language: str = "") -> None:
        self.language = language
        self.lacking: set[str] = set()
        self.absent: set[Typeface] = set()

    def width(self, text: str, size: float, style: Style = "sans") -> float:
        """How wide the text is drawn, in points."""
        return size * sum(faces.width(each, style, self.language) for each in faces.cleaned(text))

    def lines(self, text: str, size: float, width: float, style: Style = "sans") -> list[str]:
        """The text broken into lines of that width; at least one."""
        return broken(faces.cleaned(text), width, lambda part: self.width(part, size, style))

    def draw(
        self,
        canvas: "Canvas",
        x: float,
        y: float,
        text: str,
        size: float,
        style: Style = "sans",
        align: Align = "start",
    ) -> None:
        """One line with its baseline at y, from x on, around it, or up to it; in the colour that fills now."""
        self.lacking |= faces.lacking(text)
        self.absent |= faces.absent(text, self.language)
        x -= {"start": 0.0, "middle": 0.5, "end": 1.0}[align] * self.width(text, size, style)
        for face, part in faces.runs(text, style, self.language):
            written = canvas.beginText(x, y)
            written.setFont(face.name, size)
            if face.is_thickened:
                canvas.saveState()
                canvas.setStrokeColor(canvas._fillColorObj)
                canvas.setLineWidth(size * _THICKENED)
                written.setTextRenderMode(2)
            written.textOut(part)
            canvas.drawText(written)
            if face.is_thickened:
                canvas.restoreState()
            x += self.width(part, size, style)
