"""From a figure's axes to places on paper: ranges, ticks and the text at each."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from webapp.ui import formats
from webapp.ui.plots import round_scale


@dataclass(frozen=True)
class Scale:
    """One axis between two ends in points. `names` are the places of a category axis, else it holds numbers."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False
    names: tuple[str, ...] = ()

    def at(self, value: Any) -> float:
        """The place of a value, a category's name or its number."""
        number = float(self.names.index(value) if isinstance(value, str) else value)
        if self.is_log:
            number = math.log10(number)
        return self.start + (number - self.low) / (self.high - self.low) * (self.end - self.start)


def scale(axis: dict[str, Any], values: Sequence[Any], start: float, end: float) -> Scale:
    """The scale of an axis that holds `values`, or the range that the axis states."""
    if axis.get("type") == "category":
        names = tuple(dict.fromkeys(axis.get("tickvals", values)))
        low, high = axis.get("range") or (-0.5, len(names) - 0.5)
        if axis.get("autorange") == "reversed":
            low, high = high, low
        return Scale(low, high, start, end, names=names)
    is_log = axis.get("type") == "log"
    if "range" in axis:
        low, high = axis["range"]
        return Scale(low, high, start, end, is_log)
    known = [math.log10(value) if is_log else float(value) for value in values if value is not None]
    if axis.get("rangemode") == "tozero":
        known.append(0.0)
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = (high - low) * 0.05 or 1.0
    return Scale(low if low == 0 else low - room, high + room, start, end, is_log)


def ticks(axis: dict[str, Any], scale: Scale) -> list[tuple[Any, list[str]]]:
    """Each tick's value and its text, as lines; only those inside the range."""
    if scale.names or axis.get("tickmode") == "array":
        values: Iterable[Any] = axis.get("tickvals", scale.names)
        texts: Iterable[str] = axis.get("ticktext", values)
        found = [(value, lines(str(text))) for value, text in zip(values, texts, strict=True)]
    elif scale.is_log:
        powers = range(math.ceil(scale.low - 1e-9), math.floor(scale.high + 1e-9) + 1)
        found = [(10.0**power, [formats.sig(10**power, 7)]) for power in powers]
    elif "dtick" in axis:
        step = axis["dtick"]
        numbers = range(math.ceil(scale.low / step), math.floor(scale.high / step) + 1)
        found = [(number * step, [formats.sig(number * step)]) for number in numbers]
    else:
        write = _percent if axis.get("tickformat", "").endswith("%") else formats.sig
        found = [(tick, [write(tick)]) for tick in round_scale([scale.low, scale.high]).ticks]
    return [(value, text) for value, text in found if _is_inside(value, scale)]


def _percent(value: float) -> str:
    return f"{value * 100:g}%"


def _is_inside(value: Any, scale: Scale) -> bool:
    low, high = sorted((scale.start, scale.end))
    return low - 0.01 <= scale.at(value) <= high + 0.01


def lines(text: str) -> list[str]:
    """A figure's text as plain lines: its only mark-up is `<br>` and escaped characters."""
    return [unescape(line) for line in text.split("<br>")]
