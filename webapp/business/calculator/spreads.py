"""A figure as a short text for an address, and the figure that a text stands for.

`8` is the base's own spread around 8, `8!` exactly 8, `5..9` P5 and P95 of a normal distribution, `5..9ln` of a
lognormal one, `5..7..9` lowest, likeliest and highest, `267/300` successes in trials.
"""

import math
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pydantic import ValidationError

from roi.quantity import Assumed, Beta, Empirical, Fixed, Quantity, Range, Triangular

from .numbers import plain_number

BY_HAND = Assumed(by="you", why="Typed in the calculator.")
_SAME = 1e-9


class Unreadable(ValueError):
    """The text is no figure."""


@dataclass(frozen=True)
class Limits:
    """The lowest and highest value that a figure may have; either may be infinite."""

    low: float = -math.inf
    high: float = math.inf


def text_of(quantity: Quantity, base: Quantity) -> str:
    """The text from which `quantity_of(text, base)` makes this figure's values again; empty where it is the base."""
    if same(quantity, base):
        return ""
    match quantity:
        case Fixed():
            return plain_number(quantity.value) + ("" if base.is_fixed else "!")
        case Range():
            ends = f"{plain_number(quantity.low)}..{plain_number(quantity.high)}"
            return ends + ("ln" if quantity.shape == "lognormal" else "")
        case Triangular():
            return "..".join(map(plain_number, (quantity.low, quantity.mode, quantity.high)))
        case Beta():
            return f"{quantity.successes}/{quantity.trials}"
    raise Unreadable("values that were seen do not fit into an address")


def same(one: Quantity, other: Quantity) -> bool:
    """Whether two figures hold the same values, wherever they come from."""
    plain = {"provenance", "unit"}
    return one.model_dump(exclude=plain) == other.model_dump(exclude=plain)


def quantity_of(text: str, base: Quantity, limits: Limits = Limits()) -> Quantity:
    """The figure that the text stands for, assumed by hand. Raises Unreadable."""
    if len(text) > 80:
        raise Unreadable("too long")
    try:
        return _made(text, base, limits)
    except ValidationError as error:
        raise Unreadable(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from None


def _made(text: str, base: Quantity, limits: Limits) -> Quantity:
    shared = {"unit": base.unit, "provenance": BY_HAND}
    if "/" in text:
        successes, _, trials = text.partition("/")
        if not (successes.isdecimal() and trials.isdecimal()):
            raise Unreadable("successes/trials must be whole numbers")
        return Beta(successes=int(successes), trials=int(trials), **shared)
    if ".." in text:
        logarithmic = text.endswith("ln")
        ends = [_number(part) for part in text.removesuffix("ln").split("..")]
        if len(ends) == 3 and not logarithmic:
            return Triangular(low=ends[0], mode=ends[1], high=ends[2], **shared)
        if len(ends) != 2:
            raise Unreadable("a range has two ends")
        return Range(low=ends[0], high=ends[1], shape="lognormal" if logarithmic else "normal", **shared)
    if text.endswith("!"):
        return Fixed(value=_number(text[:-1]), **shared)
    return moved(base, _number(text), limits)


def _number(text: str) -> float:
    try:
        found = float(Decimal(text.strip()))
    except InvalidOperation:
        raise Unreadable(f"{text!r} is not a number") from None
    if not math.isfinite(found):
        raise Unreadable(f"{text!r} is not a finite number")
    return found


def moved(base: Quantity, centre: float, limits: Limits = Limits()) -> Quantity:
    """The base's spread, in proportion, around another mean; narrower where it would reach beyond the limits.

    Raises Unreadable for a mean beyond them.
    """
    if not limits.low <= centre <= limits.high:
        raise Unreadable(f"must be from {limits.low:,g} to {limits.high:,g}")
    shared = {"unit": base.unit, "provenance": BY_HAND}
    if isinstance(base, Beta):
        if not 0 <= centre <= 1:
            return Fixed(value=centre, **shared)
        successes = round(centre * (base.trials + 1) - 0.5)
        return Beta(successes=min(max(successes, 0), base.trials), trials=base.trials, **shared)
    ratio = centre / base.mean if base.mean and (centre > 0) == (base.mean > 0) else None
    if isinstance(base, Fixed) or not centre:
        return Fixed(value=centre, **shared)
    if isinstance(base, Range) and base.shape == "lognormal":
        if ratio is None:
            return Fixed(value=centre, **shared)
        low, high = max(base.low * ratio, limits.low), base.high * ratio
        if low <= 0:  # smaller than any number that is left
            return Fixed(value=centre, **shared)
        return Range(low=low, high=max(low, min(high, limits.high)), shape="lognormal", **shared)
    values = _around(base, centre, abs(ratio or 1.0), limits)
    if isinstance(base, Range):
        return Range(low=values[0], high=values[1], **shared)
    if isinstance(base, Triangular):
        return Triangular(low=values[0], mode=values[1], high=values[2], **shared)
    return Empirical(values=tuple(values), **shared)


def widened(text: str, base: Quantity, limits: Limits = Limits()) -> str:
    """The text with which a figure's spread is opened for editing: a fifth to both sides where there is none yet."""
    quantity = quantity_of(text, base, limits) if text else base
    if not quantity.is_fixed:
        return text_of(quantity, base)
    low, high = sorted((quantity.mean * 0.8, quantity.mean * 1.2))
    low, high = (min(max(float(f"{end:.4g}"), limits.low), limits.high) for end in (low, high))
    return f"{plain_number(low)}..{plain_number(high)}"


def _around(base: Range | Triangular | Empirical, centre: float, ratio: float, limits: Limits) -> list[float]:
    """The stated values of the base, moved so that their mean is the centre, and held inside the limits."""
    match base:
        case Range():
            stated = [base.low, base.high]
        case Triangular():
            stated = [base.low, base.mode, base.high]
        case Empirical():
            stated = list(base.values)
    offsets = [(value - base.mean) * ratio for value in stated]
    room = 1.0
    if max(offsets) > _SAME:
        room = min(room, max(0.0, limits.high - centre) / max(offsets))
    if min(offsets) < -_SAME:
        room = min(room, max(0.0, centre - limits.low) / -min(offsets))
    return [min(max(centre + offset * room, limits.low), limits.high) for offset in offsets]
