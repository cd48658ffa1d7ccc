"""What the money charts share: rounded numbers, money axes, labels that fit a phone."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from webapp.ui import formats, locales
from webapp.ui.figures import Axis, axis
from webapp.ui.plots import round_scale

MAX_POINTS = 60
"""The most points of a line or band: more are not seen at a chart's width, and make the page longer."""

LABEL_CHARACTERS = 24
"""A longer name is cut in the picture; the table has it whole."""

BENEFIT, COST = 1, 6
"""Series colours of money gained and money spent; sign and place say the same."""


def rounded(value: float, digits: int = 4) -> float | int:
    """The value with so many significant digits, as an int where it is whole: shorter in a page's JSON."""
    short = float(f"{value:.{digits}g}")
    if not math.isfinite(short):
        return value
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def rounded_all(values: Iterable[float]) -> list[float | int]:
    """Each value `rounded`."""
    return [rounded(float(value)) for value in values]


def thinned(count: int, most: int = MAX_POINTS) -> list[int]:
    """Indices of at most `most` of `count` points, evenly spread, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [round(number * (count - 1) / (most - 1)) for number in range(most)]


def label(text: str, *, most: int = LABEL_CHARACTERS) -> str:
    """A name as Plotly writes it: cut to `most` characters, and no character of it taken for mark-up."""
    cut = text if len(text) <= most else text[: most - 1].rstrip() + "…"
    return escape(cut, quote=False)


def two_lines(name: str, second: str) -> str:
    """A row's label: its name, and below it what belongs to it."""
    return f"{label(name)}<br>{escape(second, quote=False)}" if second else label(name)


def money_axis(
    title: str, values: Iterable[float], currency: str, *, ticks: int = 5, margin: float = 0.06, zero: bool = True
) -> Axis:
    """An axis of money that holds all values, and 0 unless told otherwise, with round ticks written in the locale.

    ticks: about how many; few where the axis lies along a phone's width. margin: share kept free at both ends.
    """
    known = [value for value in values if math.isfinite(value)] + ([0.0] if zero else [])
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    scale = round_scale(known, wanted_ticks=ticks)
    low, high = (low, high) if low < high else (scale.low, scale.high)
    room = (high - low) * margin
    step = scale.ticks[1] - scale.ticks[0]
    # an end on 0 stays there: an empty strip below it would look like money lost
    low, high = (low - room if low else 0.0), (high + room if high else 0.0)
    # to the next half step: while a slider moves, bars and curves move over ticks that stay where they are
    half = step / 2
    low, high = math.floor(low / half) * half, math.ceil(high / half) * half
    shown = [tick for tick in scale.ticks if low - step / 100 <= tick <= high + step / 100]
    return axis(title, unit=currency.upper()) | {
        "range": [rounded(low), rounded(high)],
        "tickmode": "array",
        "tickvals": [rounded(tick, 6) for tick in shown],
        "ticktext": [tick_text(tick, step, currency) for tick in shown],
        "tickangle": 0,
        "zeroline": True,
    }


def tick_text(value: float, step: float, currency: str) -> str:
    """Money at a tick, with the digits that tell it from the next one: $1.5 M beside $2.0 M."""
    digits = math.floor(math.log10(abs(value))) - math.floor(math.log10(step)) + 1 if value else 1
    return formats.money(value, currency, digits=min(6, max(1, digits)))


def rows_axis(names: Sequence[str], texts: Sequence[str]) -> Axis:
    """An axis of rows from top to bottom; `names` are the places of the bars, `texts` what is written there."""
    return {
        "type": "category",
        "tickmode": "array",
        "tickvals": list(names),
        "ticktext": list(texts),
        "autorange": "reversed",
        "showgrid": False,
        "title": {"text": ""},
    }


def places(count: int) -> list[str]:
    """Names for `count` rows, each its own: two lines of a scenario may have the same words."""
    return [str(number) for number in range(1, count + 1)]


def rows_shape(rows: int) -> str:
    """The shape of a chart with so many rows of two lines each; heights in static/css/data.css."""
    return f"rows-{min(16, max(2, rows + rows % 2))}"


def row_bars(places_: Sequence[str], starts: Sequence[float], lengths: Sequence[float], colours: Sequence[str]) -> Any:
    """Horizontal bars, each from its own start. All arguments: [rows]."""
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(places_),
        "base": rounded_all(starts),
        "x": rounded_all(lengths),
        "marker": {"color": list(colours)},
        "width": 0.56,
    }


def gain(value: float, currency: str) -> str:
    """Money with its sign, +$1.24 M or −$120 k."""
    text = amount(value, currency)
    return f"+{text}" if value > 0 else text


def amount(value: float, currency: str) -> str:
    """Money in a sentence or at a point: $1.24 M, three digits; $0.42, two below one. It never breaks over lines."""
    return _amount(float(value), currency, locales.current().key)


@lru_cache(maxsize=2048)
def _amount(value: float, currency: str, locale: str) -> str:
    """In the current locale, which the key names: a chart says most sums in its picture and in its table."""
    return formats.money(value, currency, digits=3 if abs(value) >= 1 else 2).replace(" ", "\N{NO-BREAK SPACE}")
