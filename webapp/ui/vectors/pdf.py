"""A scene as vectors in a PDF, in the colours of the light theme: paper is light."""

from typing import TYPE_CHECKING

from .letters import Letters
from .scene import Disc, Item, Paint, Path, Scene, Text

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

LIGHT = {
    "paper": "#fbfaf7",
    "surface": "#ffffff",
    "sunken": "#f3f1eb",
    "ink": "#17191c",
    "ink-2": "#4d5257",
    "ink-3": "#666b70",
    "line": "#e3e0d8",
    "line-2": "#c9c5ba",
    "accent": "#0b5c63",
    "accent-wash": "#e4f0ee",
    "on-accent": "#ffffff",
    "warm": "#a63c12",
    "series-1": "#0b5c63",
    "series-2": "#b07a1c",
    "series-3": "#75508f",
    "series-4": "#5d6a76",
    "series-5": "#5f7a2c",
    "series-6": "#a63c12",
}
"""The light theme's tokens, as static/css/tokens.css has them; a test holds the two together."""

Rgb = tuple[float, float, float]


def rgb(paint: Paint) -> Rgb:
    """Red, green and blue, 0 to 1, mixed where the paint is a mixture."""
    first = _parts(LIGHT[paint.token])
    if not paint.other:
        return first
    second = _parts(LIGHT[paint.other])
    red, green, blue = (a * paint.share + b * (1 - paint.share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _parts(text: str) -> Rgb:
    red, green, blue = (int(text[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def paint_scene(canvas: "Canvas", scene: Scene, x: float, y: float, letters: Letters) -> None:
    """Draw the scene with its lower left corner at (x, y)."""
    canvas.saveState()
    canvas.translate(x, y + scene.height)
    for item in scene.items:
        _put(canvas, item, letters)
    canvas.restoreState()


def _put(canvas: "Canvas", item: Item, letters: Letters) -> None:
    if isinstance(item, Text):
        _text(canvas, item, letters)
    elif isinstance(item, Disc):
        canvas.setFillColorRGB(*rgb(item.fill))
        canvas.circle(item.centre[0], -item.centre[1], item.radius, stroke=0, fill=1)
    else:
        _path(canvas, item)


def _path(canvas: "Canvas", item: Path) -> None:
    path = canvas.beginPath()
    for number, (x, y) in enumerate(item.points):
        (path.lineTo if number else path.moveTo)(x, -y)
    if item.is_closed:
        path.close()
    if item.fill:
        canvas.setFillColorRGB(*rgb(item.fill), alpha=item.fill.opacity)
    if item.stroke:
        canvas.setStrokeColorRGB(*rgb(item.stroke), alpha=item.stroke.opacity)
        canvas.setLineWidth(item.width)
        canvas.setDash(list(item.dash))
    canvas.drawPath(path, stroke=int(item.stroke is not None), fill=int(item.fill is not None))
    canvas.setFillAlpha(1)


def _text(canvas: "Canvas", item: Text, letters: Letters) -> None:
    canvas.saveState()
    canvas.setFillColorRGB(*rgb(item.paint))
    canvas.translate(item.x, -item.y)
    if item.is_turned:
        canvas.rotate(90)
    letters.draw(canvas, 0, 0, item.text, item.size, align=item.anchor)
    canvas.restoreState()
