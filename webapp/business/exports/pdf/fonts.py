"""The typefaces of paper: ones with all of Latin, Greek and Cyrillic where the machine has them, else PDF's own."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDERS = (
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/truetype/liberation2",
    "/usr/share/fonts/liberation",
    "/usr/share/fonts/liberation-sans",
)
_FILES = {
    "Sans": "LiberationSans-Regular.ttf",
    "SansBold": "LiberationSans-Bold.ttf",
    "Serif": "LiberationSerif-Regular.ttf",
}
_OWN = {"Sans": "Helvetica", "SansBold": "Helvetica-Bold", "Serif": "Times-Roman"}

# what PDF's own faces lack, and the nearest that they have
_NEAREST = {
    "\N{MINUS SIGN}": "\N{EN DASH}",
    "\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}",
    "≥": ">=",
    "≤": "<=",
    "→": "to",
}


@dataclass(frozen=True)
class Fonts:
    """Names of the faces as the canvas knows them; `has_all` is whether they hold more than Western European text."""

    sans: str
    bold: str
    serif: str
    has_all: bool

    def write(self, text: str) -> str:
        """The text as these faces can show it: what they lack becomes the nearest sign, or a question mark."""
        plain = "".join(each if each.isprintable() or each == "\N{NO-BREAK SPACE}" else " " for each in text)
        if self.has_all:
            return plain
        near = "".join(_NEAREST.get(each, each) for each in plain)
        return near.encode("cp1252", errors="replace").decode("cp1252")


@lru_cache(maxsize=1)
def fonts() -> Fonts:
    """The faces of this machine, registered once."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for folder in map(Path, _FOLDERS):
        if all((folder / file).is_file() for file in _FILES.values()):
            for name, file in _FILES.items():
                pdfmetrics.registerFont(TTFont(f"Uplift{name}", str(folder / file)))
            return Fonts("UpliftSans", "UpliftSansBold", "UpliftSerif", has_all=True)
    return Fonts(_OWN["Sans"], _OWN["SansBold"], _OWN["Serif"], has_all=False)
