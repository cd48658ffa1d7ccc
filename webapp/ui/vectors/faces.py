"""The typefaces of paper, and which of them shows which character.

A style asks its faces in turn: a Latin one of the machine, or one of PDF's own, which every reader has; then those that
packages bring (see `packaged`), which are embedded, for Greek, Cyrillic, Chinese, Japanese and Korean. What none has,
or would show wrongly without shaping, becomes `MARK`.
"""

import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby, takewhile
from pathlib import Path
from typing import Literal, NamedTuple

from .packaged import CHINESE_AND_KOREAN, JAPANESE, Typeface

Style = Literal["sans", "bold", "serif"]
MARK = "\N{WHITE SQUARE}"
"""Stands for a character that no face shows."""
_FOLDERS = (
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/truetype/liberation2",
    "/usr/share/fonts/liberation",
    "/usr/share/fonts/liberation-sans",
)
_FILES: dict[Style, str] = {
    "sans": "LiberationSans-Regular.ttf",
    "bold": "LiberationSans-Bold.ttf",
    "serif": "LiberationSerif-Regular.ttf",
}
_OWN: dict[Style, str] = {"sans": "Helvetica", "bold": "Helvetica-Bold", "serif": "Times-Roman"}
_EASTERN = {"zh": CHINESE_AND_KOREAN, "ja": JAPANESE}

_NEAREST = {
    "\N{MINUS SIGN}": "\N{EN DASH}",
    "\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}",
    "\N{FIGURE SPACE}": "\N{NO-BREAK SPACE}",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{WON SIGN}": "\N{FULLWIDTH WON SIGN}",
}
"""What a face may lack, and the nearest that it has: better than one sign in another face."""

_KEPT_SPACES = (" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{FIGURE SPACE}", "\N{IDEOGRAPHIC SPACE}")
_NO_CHARACTER = 0xFFFF


@dataclass(frozen=True)
class Face:
    """A face as the canvas knows it; `has` holds the code points that it shows. is_thickened: its bold is drawn.

    absent: the typeface that stands here in the order of faces, but is not on this machine; it shows nothing.
    """

    name: str
    has: Container[int] = field(repr=False, compare=False)
    is_thickened: bool = False
    absent: Typeface | None = None


class Run(NamedTuple):
    """A part of a text that one face shows."""

    face: Face
    text: str


_OWN_MARK = Run(Face("ZapfDingbats", ()), "\N{LOWER RIGHT DROP-SHADOWED WHITE SQUARE}")
"""The mark in a face of PDF's own, where neither the machine nor a package has one."""


class _Latin:
    """The code points of Windows-1252, which PDF's own faces have."""

    def __contains__(self, point: object) -> bool:
        try:
            return isinstance(point, int) and bool(chr(point).encode("cp1252"))
        except UnicodeEncodeError:
            return False


def language_of(text: str) -> str:
    """`ja` for a text with kana, whose characters then have Japanese shapes; else nothing: Chinese ones, or Korean."""
    return "ja" if re.search("[\u3041-\u30ff]", text) else ""


def runs(text: str, style: Style, language: str = "") -> list[Run]:
    """The text as drawn, in runs of one face. `language`: see `language_of`."""
    shown = [shape(each, style, language) for each in cleaned(text)]
    return [Run(face, "".join(part.text for part in parts)) for face, parts in groupby(shown, key=lambda run: run.face)]


def lacking(text: str) -> set[str]:
    """The characters of a text that are drawn as `MARK`."""
    mark = shape(MARK, "sans")
    return {each for each in cleaned(text) if each not in (MARK, mark.text) and shape(each, "sans") == mark}


def absent(text: str, language: str = "") -> set[Typeface]:
    """The typefaces that are not here and would be asked before one that is; for a `lacking` character, all of them."""
    return set().union(*(_absent(each, language) for each in cleaned(text)))


@lru_cache(maxsize=8192)
def _absent(each: str, language: str) -> frozenset[Typeface]:
    asked = iter(()) if _is_right_to_left(each) else _asked("sans", language)
    passed = takewhile(lambda face: not _sign(face, each), asked)
    return frozenset(face.absent for face in passed if face.absent)


@lru_cache(maxsize=512)
def cleaned(text: str) -> str:
    """What there is to draw: composed, control characters as spaces, what nobody sees left out."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    for each in unicodedata.normalize("NFC", text):
        category = unicodedata.category(each)
        if category in ("Cc", "Zl", "Zp") or (category == "Zs" and each not in _KEPT_SPACES):
            kept.append(" ")
        elif not _is_invisible(each, category, kept):
            kept.append(each)
    return "".join(kept)


def _is_invisible(each: str, category: str, before: list[str]) -> bool:
    """Joiners, marks of direction, selectors of a variant, and the skin of the sign before."""
    is_selector = "\ufe00" <= each <= "\ufe0f" or "\U000e0100" <= each <= "\U000e01ef"
    is_skin = "\U0001f3fb" <= each <= "\U0001f3ff" and bool(before) and before[-1] != " "
    return category == "Cf" or is_selector or is_skin


@lru_cache(maxsize=8192)
def shape(each: str, style: Style, language: str = "") -> Run:
    """The first face that shows a character, with what it shows."""
    if not _is_right_to_left(each):
        for face in _asked(style, language):
            sign = _sign(face, each)
            if sign:
                return Run(face, sign)
    return shape(MARK, style, language) if each != MARK else _OWN_MARK


def _is_right_to_left(each: str) -> bool:
    return unicodedata.bidirectional(each) in ("R", "AL", "AN")


def _sign(face: Face, each: str) -> str:
    """What the face shows for a character; nothing where it lacks it."""
    return next((sign for sign in (each, _NEAREST.get(each, each)) if ord(sign) in face.has), "")


@lru_cache(maxsize=8192)
def width(each: str, style: Style, language: str = "") -> float:
    """How wide a character is drawn at a size of 1."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    face, sign = shape(each, style, language)
    return float(stringWidth(sign, face.name, 1000)) / 1000


def _asked(style: Style, language: str) -> Iterator[Face]:
    """The faces of a style in the order in which they are asked; the later ones are read only if it comes to that."""
    yield _latin(style)
    for key in ("ja", "zh") if language == "ja" else ("zh", "ja"):
        yield _eastern(key, style == "bold")


@lru_cache
def _latin(style: Style) -> Face:
    for folder in map(Path, _FOLDERS):
        if all((folder / file).is_file() for file in _FILES.values()):
            return _registered(f"Uplift-{style}", folder / _FILES[style])
    return Face(_OWN[style], _Latin())


@lru_cache
def _eastern(key: str, is_bold: bool) -> Face:
    """A face that a package brings, read when a text first needs it: it takes a tenth of a second."""
    if is_bold:
        return replace(_eastern(key, False), is_thickened=True)
    path = _EASTERN[key].path()
    return _registered(f"Uplift-{key}", path) if path else Face("", (), absent=_EASTERN[key])


def _registered(name: str, file: Path) -> Face:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(name, str(file))
    pdfmetrics.registerFont(font)
    return Face(name, frozenset(font.face.charToGlyph) - {_NO_CHARACTER})
