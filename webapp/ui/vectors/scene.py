"""What a picture is made of: paths and texts on a plane whose y runs down, in points (1/72 inch)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from unicodedata import east_asian_width

Point = tuple[float, float]


@dataclass(frozen=True)
class Paint:
    """A colour by the name of its design token; mixed with a second one by `share` (1: all of the first)."""

    token: str
    opacity: float = 1.0
    other: str = ""
    share: float = 1.0

    @classmethod
    def named(cls, text: str) -> "Paint":
        """From a figure's colour: `var(--series-1)` or `var(--series-1)/0.15`. Raises `ValueError` on any other."""
        name, _, opacity = text.partition("/")
        if not (name.startswith("var(--") and name.endswith(")")):
            raise ValueError(f"a figure names its colours by token, not {text!r}")
        return cls(name[6:-1], float(opacity or 1))


@dataclass(frozen=True)
class Path:
    """A line through points, or a filled shape."""

    points: Sequence[Point]
    stroke: Paint | None = None
    fill: Paint | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()
    is_closed: bool = False


@dataclass(frozen=True)
class Disc:
    """A filled circle."""

    centre: Point
    radius: float
    fill: Paint


@dataclass(frozen=True)
class Text:
    """One line of text; (x, y) is on its baseline, at its start, middle or end. turned: reads upwards."""

    x: float
    y: float
    text: str
    paint: Paint
    size: float = 8.0
    anchor: Literal["start", "middle", "end"] = "start"
    is_turned: bool = False


Item = Path | Disc | Text


@dataclass
class Scene:
    """A picture and its size."""

    width: float
    height: float
    items: list[Item] = field(default_factory=list)


_NARROW, _WIDE = set("iljt.,:;!|'()[] fr"), set("mwMW%@—")


def text_width(text: str, size: float) -> float:
    """About how wide a text is in a sans-serif; within a tenth for sentences, never much too small."""
    return size * sum(map(_width, text))


def _width(one: str) -> float:
    if east_asian_width(one) in ("W", "F"):
        return 1.0
    return 0.31 if one in _NARROW else 0.87 if one in _WIDE else 0.7 if one.isupper() else 0.56
