"""Numbers as people type them: read by the rules of a place, refused with a reason, shown so that they read back."""

import re
from decimal import Decimal

from webapp.ui.locales import Locale

_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_APOSTROPHES = "'’"
_SIGNS = "$€£¥%"
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_NAMES_OF_NO_NUMBER = ("nan", "inf", "infinity", "∞")


class NotANumber(ValueError):
    """The text is no number here; the message says what to type instead."""


def read_number(text: str, locale: Locale) -> Decimal:
    """The number that was typed: `12,000`, `12 000`, `1e3`, `$45.50`, `90 %`; with `1.234,5` where that is the custom.

    Raises NotANumber. A comma or point that could mean either thousands or decimals is never guessed.
    """
    typed = text.strip(_SPACES + "\t\n\r").replace("−", "-")
    sign, bare = ("-", typed[1:]) if typed[:1] == "-" else ("", typed)
    bare = bare.removeprefix(locale.currency).removesuffix(locale.currency).strip(_SPACES + _SIGNS)
    if not bare:
        raise NotANumber("Type a number.")
    if bare.lower().lstrip("+-") in _NAMES_OF_NO_NUMBER:
        raise NotANumber(f"“{_short(typed)}” is not a number one can calculate with.")
    plain = sign + _without_groups(bare, typed, locale)
    if len(plain) > 40 or not _PLAIN.fullmatch(plain):
        raise NotANumber(f"“{_short(typed)}” is not a number. Write it like {locale.written('1,234.5')}.")
    return Decimal(plain)


def _without_groups(bare: str, typed: str, locale: Locale) -> str:
    """The number with its thousands' separators taken out and a point before its decimals."""
    whole, point, decimals = bare.partition(locale.decimal)
    groups = [mark for mark in {locale.thousands, *_SPACES, *_APOSTROPHES} if mark in whole]
    if len(groups) > 1:
        raise NotANumber(f"“{_short(typed)}” mixes separators. Write it like {locale.written('1,234.5')}.")
    for mark in groups:
        first, *rest = whole.lstrip("+-").split(mark)
        if not (1 <= len(first) <= 3 and all(len(part) == 3 and part.isdecimal() for part in rest)):
            raise NotANumber(_which(typed, mark, locale))
        whole = whole.replace(mark, "")
    if locale.thousands in decimals:
        raise NotANumber(_which(typed, locale.thousands, locale))
    return whole + ("." + decimals if point else "")


def _which(typed: str, mark: str, locale: Locale) -> str:
    names = {",": "comma", ".": "point"}
    kind = names.get(mark, "space" if mark in _SPACES else "apostrophe")
    other = names.get(locale.decimal, "point")
    return (
        f"“{_short(typed)}”: a {kind} groups thousands here and a {other} begins the decimals. "
        f"Write it like {locale.written('1,234.5')}."
    )


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"


def show_number(value: Decimal | float, locale: Locale) -> str:
    """The number for a field: every digit, thousands grouped, no exponent. `read_number` reads it back exactly."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    text = f"{exact:,f}"
    return locale.written(text.rstrip("0").rstrip(".") if "." in text else text)


def plain_number(value: Decimal | float) -> str:
    """The number for an address: no groups, no exponent for everyday sizes, the shortest text that reads back."""
    text = repr(float(value)) if not isinstance(value, Decimal) else str(value)
    exact = Decimal(text).normalize()
    written = f"{exact:f}"
    return written if len(written) <= 16 else str(exact)


def rounded(value: float, digits: int = 4) -> float:
    """A computed middle as a field shows it; whole numbers stay whole."""
    if value == 0 or abs(value) >= 10**digits:
        return float(round(value))
    return float(f"{value:.{digits}g}")
