"""One figure as a field: its number, its slider, its spread, and where it comes from."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import roi
from roi.quantity import Beta, Quantity, Range, Triangular
from webapp.ui import formats
from webapp.ui.locales import Locale

from .numbers import show_number
from .spreads import Unreadable, quantity_of
from .state import State, limits, name_of
from .typed import KINDS, PARTS, centre_text
from .units import Scale, scale_of

SLIDER_STEPS = 200
_BY_RATIO = 50
"""From this ratio of its ends on a slider moves by ratios."""

KIND_NAMES = {
    "spread": "One number, usual spread",
    "fixed": "Exactly one number",
    "range": "Between two numbers",
    "lognormal": "Between two, may run high",
    "triangular": "Lowest, likeliest, highest",
    "beta": "Counted: right out of all",
}
PART_NAMES = {
    "value": "Value",
    "low": "Low",
    "mode": "Likeliest",
    "high": "High",
    "successes": "Right",
    "trials": "Out of",
}


@dataclass(frozen=True)
class Slider:
    """Ends and place of a slider; by_ratio: its places are `SLIDER_STEPS`, each the same ratio from the next."""

    low: float
    high: float
    step: float
    value: float
    by_ratio: bool

    @property
    def log(self) -> str:
        """Both ends, for a slider that moves by ratios."""
        return f"{self.low:g} {self.high:g}"


@dataclass(frozen=True)
class Origin:
    """Where a figure comes from: the badge, and what its note says."""

    badge: str
    word: str
    text: str
    url: str = ""
    when: str = ""


@dataclass(frozen=True)
class Part:
    """One number of a distribution that is stated in full."""

    name: str
    label: str
    text: str
    kinds: str


@dataclass(frozen=True)
class Input:
    """One figure as a field. `parts` is filled where its distribution is open for editing."""

    name: str
    label: str
    help: str
    unit: str
    text: str
    origin: Origin
    slider: Slider
    fault: str = ""
    spread: str = ""
    was: str = ""
    kind: str = "spread"
    kinds: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def id(self) -> str:
        """An id for the page."""
        return self.name.replace(".", "-").replace("_", "-")


@dataclass(frozen=True)
class Shown:
    """What a panel is drawn from.

    base: the scenario before any change; form: what was typed, if a form was sent; open: names of figures whose
    distribution is open for editing.
    """

    base: roi.Scenario
    state: State
    form: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    open: frozenset[str] = frozenset()

    @property
    def locale(self) -> Locale:
        """The locale in which numbers are written."""
        return self.state.locale


def make_input(shown: Shown, place: roi.Place) -> Input:
    """The field of one figure: what was typed where a form was sent, else what the state holds."""
    name = name_of(place)
    scale, locale = scale_of(place.unit), shown.locale
    text = shown.state.figures.get(name, "")
    quantity = _stated(text, place)
    base_text = centre_text(place.quantity, scale, locale)
    value = _plain_text(text, quantity, scale, locale, base_text)
    is_open = name in shown.open or _is_in_full(text)
    return Input(
        name=name,
        label=place.label,
        help=place.help,
        unit=scale.unit,
        text=shown.form.get(name, value) if name in shown.faults else value,
        origin=origin(quantity, changed=bool(text)),
        slider=_slider(place, quantity, scale),
        fault=shown.faults.get(name, ""),
        spread="" if is_open else spread_text(quantity, scale, locale),
        was=base_text if text else "",
        kind=shown.form.get(f"{name}.kind", "spread") if name in shown.faults else _kind(quantity),
        kinds=tuple((kind, KIND_NAMES[kind]) for kind in _kinds(place)) if is_open else (),
        parts=_parts(shown, name, quantity, scale) if is_open else (),
    )


def _stated(text: str, place: roi.Place) -> Quantity:
    """The quantity that the state holds here; the base's where it cannot be read."""
    if not text:
        return place.quantity
    try:
        return quantity_of(text, place.quantity, limits(place))
    except Unreadable:
        return place.quantity


def _is_in_full(text: str) -> bool:
    return ".." in text or "/" in text or text.endswith("!")


def _plain_text(text: str, quantity: Quantity, scale: Scale, locale: Locale, base_text: str) -> str:
    """The number of a field: the one that was chosen, though the figure's mean may differ by a rounding."""
    if not text:
        return base_text
    if _is_in_full(text):
        return centre_text(quantity, scale, locale)
    try:
        return scale.exact(float(text), locale)
    except ValueError:
        return base_text


def _kind(quantity: Quantity) -> str:
    if isinstance(quantity, Range) and quantity.shape == "lognormal":
        return "lognormal"
    return quantity.kind


def _kinds(place: roi.Place) -> Iterable[str]:
    for kind in KINDS:
        if kind == "spread" and place.quantity.is_fixed:
            continue
        if kind != "beta" or (place.hard_low, place.hard_high) == (0.0, 1.0):
            yield kind


def _parts(shown: Shown, name: str, quantity: Quantity, scale: Scale) -> tuple[Part, ...]:
    """A field for each number that any way of stating the figure needs; the page shows those of the chosen one."""
    low, high = _ends(quantity)
    mode = quantity.mode if isinstance(quantity, Triangular) else quantity.mean
    counted = (quantity.successes, quantity.trials) if isinstance(quantity, Beta) else (round(quantity.mean * 100), 100)
    locale = shown.locale
    texts = {
        "value": centre_text(quantity, scale, locale),
        "low": scale.short(low, locale),
        "mode": scale.short(mode, locale),
        "high": scale.short(high, locale),
        "successes": show_number(min(max(counted[0], 0), counted[1]), locale),
        "trials": show_number(counted[1], locale),
    }
    return tuple(
        Part(
            f"{name}.{part}",
            PART_NAMES[part],
            shown.form.get(f"{name}.{part}", text) if name in shown.faults else text,
            " ".join(kind for kind, needed in PARTS.items() if part in needed),
        )
        for part, text in texts.items()
    )


def _ends(quantity: Quantity) -> tuple[float, float]:
    """P5 and P95, or the stated extremes: what a person would call low and high."""
    if isinstance(quantity, Beta):
        half = 1.645 * math.sqrt(quantity.mean * (1 - quantity.mean) / (quantity.trials + 1))
        return max(0.0, quantity.mean - half), min(1.0, quantity.mean + half)
    if quantity.is_fixed:
        return quantity.mean * 0.8, quantity.mean * 1.2
    return quantity.support


def spread_text(quantity: Quantity, scale: Scale, locale: Locale) -> str:
    """How wide an uncertain figure is, in words; empty for a certain one."""
    if quantity.is_fixed:
        return ""
    low, high = (scale.short(end, locale) for end in _ends(quantity))
    if low == high:
        return ""
    sign = "%" if scale.unit.startswith("%") else ""
    if isinstance(quantity, Beta):
        return f"{low} to {high}{sign}, {formats.count(quantity.successes)} of {formats.count(quantity.trials)}"
    return f"{low} to {high}{sign}"


def origin(quantity: Quantity, *, changed: bool) -> Origin:
    """The badge of a figure and the sentence behind it."""
    found = quantity.provenance
    if changed:
        return Origin("assumed", "yours", "Assumed by you, in this calculator.")
    if found.kind == "published":
        return Origin(
            "published",
            "published",
            found.source + (f" {found.note}" if found.note else ""),
            found.url,
            f"Read {found.read:%-d %b %Y}",
        )
    if found.kind == "measured":
        measured = formats.interval({"value": found.value, "low": found.low, "high": found.high, "n": found.n})
        return Origin("measured", "measured", f"{found.metric}: {measured}")
    who = f"Assumed: {found.by}." if found.by else "Assumed."
    return Origin("assumed", "assumed", f"{who} {found.why}".strip())


def _slider(place: roi.Place, quantity: Quantity, scale: Scale) -> Slider:
    """A slider over what is typical, widened so that the figure itself is on it."""
    centre = quantity.mean
    low, high = min(place.typical_low, centre), max(place.typical_high, centre)
    low, high, centre = (float(scale.field(value)) for value in (low, high, centre))
    if low > 0 and high / low >= _BY_RATIO:
        at = SLIDER_STEPS * math.log(centre / low) / math.log(high / low)
        return Slider(low, high, 1, round(at, 1), by_ratio=True)
    step = 1.0 if scale.unit == "months" else _nice((high - low) / SLIDER_STEPS)
    return Slider(low, high, step, centre, by_ratio=False)


def _nice(step: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above the step."""
    if step <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(step))
    return float(f"{max(each for each in (1, 2, 5) if each * power <= step * 1.0001) * power:.6g}")
