"""Reading a submitted form: texts to a state, and for what cannot be read a message beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import roi
from roi.quantity import Quantity
from webapp.ui.locales import Locale

from .numbers import NotANumber, plain_number, read_number, show_number
from .spreads import Unreadable, quantity_of
from .state import SETTINGS, Setting, State, limits, places
from .units import Scale, scale_of

KINDS = ("spread", "fixed", "range", "lognormal", "triangular", "beta")
"""How a figure can be stated: around one number with the base's spread, or in full."""

PARTS = {
    "fixed": ("value",),
    "range": ("low", "high"),
    "lognormal": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "beta": ("successes", "trials"),
}
"""The numbers of each way of stating a figure."""

_LONGEST = 16


@dataclass(frozen=True)
class Typed:
    """state: what could be read, on top of the earlier state; faults: messages by the name of the figure."""

    state: State
    faults: Mapping[str, str] = field(default_factory=dict)


class Fault(ValueError):
    """What is wrong with one field, in a sentence."""


def read_form(form: Mapping[str, str], earlier: State, base: roi.Scenario) -> Typed:
    """The state after this form. A figure that the form does not name stays as it was."""
    known = places(base)
    figures = dict(earlier.figures)
    faults: dict[str, str] = {}
    for name in [*known, *SETTINGS]:
        if name not in form and f"{name}.kind" not in form:
            continue
        try:
            text = (
                _read_setting(form[name], SETTINGS[name], earlier.locale)
                if name in SETTINGS
                else _read(form, name, known[name], earlier.locale)
            )
        except Fault as fault:
            faults[name] = str(fault)
            continue
        if text:
            figures[name] = text
        else:
            figures.pop(name, None)
    return Typed(replace(earlier, figures=figures), faults)


def _read_setting(text: str, setting: Setting, locale: Locale) -> str:
    if setting.choices:
        if text not in setting.choices:
            raise Fault("Choose one of the list.")
        return text
    number = _number(text, locale)
    if number != number.to_integral_value():
        raise Fault("Must be a whole number.")
    _within(number, Decimal(setting.low), Decimal(setting.high), "", locale)
    return str(int(number))


def _read(form: Mapping[str, str], name: str, place: roi.Place, locale: Locale) -> str:
    """The text of the figure in a state; empty where it is the base's."""
    scale = scale_of(place.unit)
    kind = form.get(f"{name}.kind", "spread")
    if kind not in KINDS:
        raise Fault("Choose one of the list.")
    if kind == "spread":
        number = _number(form.get(name, ""), locale)
        _held(number, place, scale, locale)
        if show_number(number, locale) == centre_text(place.quantity, scale, locale):
            return ""
        text = plain_number(scale.engine(number))
    else:
        text = _in_full(form, name, kind, place, scale, locale)
    _checked(text, place, scale, locale)
    return text


def _in_full(form: Mapping[str, str], name: str, kind: str, place: roi.Place, scale: Scale, locale: Locale) -> str:
    """The text of a figure whose distribution is stated in numbers of its own."""
    numbers = [_number(form.get(f"{name}.{part}", ""), locale, part) for part in PARTS[kind]]
    if kind == "beta":
        if any(number != number.to_integral_value() for number in numbers):
            raise Fault("Successes and trials must be whole numbers.")
        if any(abs(number) > 10**9 for number in numbers):
            raise Fault("At most 1,000,000,000 trials.")
        return "/".join(str(int(number)) for number in numbers)
    for number in numbers:
        _held(number, place, scale, locale)
    texts = [plain_number(scale.engine(number)) for number in numbers]
    if kind == "fixed":
        return texts[0] if place.quantity.is_fixed else texts[0] + "!"
    return "..".join(texts) + ("ln" if kind == "lognormal" else "")


def _number(text: str, locale: Locale, part: str = "") -> Decimal:
    try:
        return read_number(text[:100], locale)
    except NotANumber as error:
        raise Fault(f"{part.capitalize()}: {error}" if part not in ("", "value") else str(error)) from None


def _held(number: Decimal, place: roi.Place, scale: Scale, locale: Locale) -> None:
    low, high = (scale.field(bound) for bound in (place.hard_low, place.hard_high))
    _within(number, low, high, scale.unit if scale.unit.startswith("%") else "", locale)


def _within(number: Decimal, low: Decimal, high: Decimal, unit: str, locale: Locale) -> None:
    sign = unit[:1]
    if number < low:
        raise Fault(f"Must be at least {show_number(low, locale)}{sign}.")
    if number > high:
        raise Fault(f"Must be at most {show_number(high, locale)}{sign}.")


def _checked(text: str, place: roi.Place, scale: Scale, locale: Locale) -> None:
    """The engine's own rules for one figure, before it is put into a scenario."""
    try:
        made = quantity_of(text, place.quantity, limits(place))
    except Unreadable as error:
        raise Fault(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if made.kind == "beta" and (place.hard_low, place.hard_high) != (0.0, 1.0):
        raise Fault("Only a share can be stated as successes in trials.")
    if not place.hard_low <= made.mean <= place.hard_high:
        raise Fault(f"The mean would be {scale.said(made.mean, locale)}, which cannot be. Narrow the range.")


def centre_text(quantity: Quantity, scale: Scale, locale: Locale) -> str:
    """The middle of a figure as its field shows it: a fixed one in full, a computed mean in four digits."""
    exact = scale.exact(quantity.mean, locale)
    return exact if quantity.is_fixed and len(exact) <= _LONGEST else scale.short(quantity.mean, locale)
