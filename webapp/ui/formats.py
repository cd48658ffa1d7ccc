"""Numbers as a person reads them. Plain text in, plain text out; the template filters add the markup.

`None` and not-a-number give `NOTHING`, an en dash; infinity gives `∞`; a negative number has a real minus sign.
Separators and the place of a currency's sign follow `locales.current()`.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable

from . import locales

NOTHING = "–"
MINUS = "−"

Number = int | float | Decimal


@runtime_checkable
class Estimate(Protocol):
    """What has a value with an interval: a measurement, for one."""

    value: float
    low: float | None
    high: float | None
    n: int | None


def number(value: object) -> float | None:
    """The value as a float; None for what is no number (None, nan, text that is none, a bool)."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = float(value)  # type: ignore[arg-type]  # anything a template may hold; the except answers the rest
    except (TypeError, ValueError, OverflowError):
        return None
    return None if math.isnan(found) else found


def _signed(text: str, negative: bool) -> str:
    return MINUS + text if negative else text


def _fixed(size: float, decimals: int) -> str:
    return locales.current().written(f"{size:,.{decimals}f}")


def sig(value: object, digits: int = 3) -> str:
    """`digits` significant digits, thousands separated: 0.0123, 89.0, 12,300, 3.2e-6. Small whole ones stay whole."""
    found = number(value)
    if found is None:
        return NOTHING
    size, negative = abs(found), found < 0
    if math.isinf(size):
        return _signed("∞", negative)
    if isinstance(value, int) and size < 10**digits:
        return _signed(str(abs(value)), negative)
    if size == 0:
        return "0"
    if size < 1e-4 or size >= 1e15:
        mantissa, exponent = f"{size:.{digits - 1}e}".split("e")
        trimmed = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return _signed(f"{locales.current().written(trimmed)}e{int(exponent)}", negative)
    rounded = float(f"{size:.{digits - 1}e}")
    decimals = max(0, digits - 1 - math.floor(math.log10(rounded)))
    return _signed(_fixed(rounded, decimals), negative)


def percent(value: object, *, sign: str = "%") -> str:
    """A fraction as a percentage, 89.0%. Never rounded up to 100 or down to 0: 0.99996 is 99.996%, 0.0004 is 0.04%."""
    found = number(value)
    if found is None:
        return NOTHING
    if math.isinf(found):
        return _signed("∞", found < 0)
    size, negative = abs(found) * 100, found < 0
    decimals = 1
    if 0 < size < 0.95:
        decimals = min(6, 1 - math.floor(math.log10(size)))
    while decimals < 6 and size < 100 and round(size, decimals) >= 100:
        decimals += 1
    text = _fixed(size, decimals)
    return _signed(text.rstrip("0").rstrip(".,") if decimals > 1 else text, negative) + sign


def points(value: object) -> str:
    """A difference of two rates in percentage points, always with its sign: +40.0 pts."""
    found = number(value)
    text = percent(found, sign=" pts")
    return "+" + text if found is not None and found > 0 else text


def parts(value: object) -> tuple[object, object, object, object]:
    """(value, low, high, n) of a measurement, a mapping or a bare number."""
    if isinstance(value, Mapping):
        return value.get("value"), value.get("low"), value.get("high"), value.get("n")
    if isinstance(value, Estimate):
        return value.value, value.low, value.high, value.n
    return getattr(value, "value", value), getattr(value, "low", None), getattr(value, "high", None), None


def interval_parts(value: object, kind: str = "percent") -> tuple[str, str, str]:
    """Texts of the value, its interval and its n: `("89.0%", "[85.0, 92.1]", "n=300")`; empty where not known.

    kind: `percent` for a fraction, `points` for a difference of two fractions, `sig` for anything else.
    """
    centre, low, high, n = parts(value)
    if kind == "points":
        shown, bounds = points(centre), (points(low), points(high))
        bounds = (bounds[0].removesuffix(" pts"), bounds[1].removesuffix(" pts"))
    elif kind == "percent":
        shown, bounds = percent(centre), (percent(low, sign=""), percent(high, sign=""))
    else:
        shown, bounds = sig(centre), (sig(low), sig(high))
    known = number(low) is not None and number(high) is not None
    return shown, f"[{bounds[0]}, {bounds[1]}]" if known else "", f"n={count(n)}" if number(n) is not None else ""


def interval(value: object, kind: str = "percent") -> str:
    """`89.0% [85.0, 92.1] n=300`; see `interval_parts`."""
    return " ".join(part for part in interval_parts(value, kind) if part)


def duration(seconds: object, *, exact: bool = False) -> str:
    """A time as a person says it, `about 4 min`; exact: `4 min 10 s`, `1 h 02 min`, `3 d 04 h`, `12.3 s`, `340 ms`."""
    found = number(getattr(seconds, "total_seconds", lambda: seconds)())
    if found is None:
        return NOTHING
    if math.isinf(found):
        return _signed("∞", found < 0)
    size = abs(found)
    return _signed(_exact_duration(size) if exact else _about(size), found < 0)


def _exact_duration(size: float) -> str:
    if size == 0:
        return "0 s"
    if size < 0.9995:
        return f"{max(1, round(size * 1000))} ms"
    if size < 59.95:
        return f"{size:.1f} s"
    whole = round(size)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(size / 60)
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    hours = round(size / 3600)
    return f"{hours // 24:,} d {hours % 24:02d} h"


def _about(size: float) -> str:
    if size < 8:
        return "a few seconds" if size >= 1 else "under a second"
    if size < 57.5:
        return f"about {round(size / 5) * 5} s"
    if size < 90 * 60:
        return f"about {max(1, round(size / 60))} min"
    hours = size / 3600
    if hours < 36:
        return f"about {round(hours * 2) / 2:g} h"
    return f"about {round(hours / 24):,} days"


def _scaled(size: float, units: tuple[str, ...]) -> tuple[float, str]:
    """The size in the largest unit in which it is at least 1, stepping by 1000."""
    step = 0
    while step < len(units) - 1 and size >= 999.5:
        size /= 1000
        step += 1
    return size, units[step]


def filesize(value: object) -> str:
    """Bytes in decimal units: 512 B, 1.50 GB."""
    found = number(value)
    if found is None or math.isinf(found):
        return sig(value)
    size, unit = _scaled(abs(found), ("B", "kB", "MB", "GB", "TB", "PB"))
    text = f"{size:,.0f}" if unit == "B" else sig(size)
    return _signed(f"{text} {unit}", found < 0)


def flops(value: object) -> str:
    """Floating-point operations with two digits that count: 3.2 PFLOP, 320 TFLOP."""
    found = number(value)
    if found is None or math.isinf(found):
        return sig(value)
    size, unit = _scaled(abs(found), ("FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP", "ZFLOP", "YFLOP"))
    text = _fixed(size, 1 if size < 9.95 and unit != "FLOP" else 0)
    return _signed(f"{text} {unit}", found < 0)


_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def money(value: object, currency: str = "USD", *, short: bool = False, digits: int | None = None) -> str:
    """Money with its currency: $0.02, <$0.01, $1,234.56, CHF 12.00. short: $1.24 M, three significant digits.

    digits: short, with so many significant digits whatever the size, as on an axis: $0, $50 k, $1.5 M.
    """
    found = number(value)
    if found is None:
        return NOTHING
    code = (currency or "USD").upper()
    size, negative = abs(found), found < 0
    if math.isinf(size):
        return _priced("∞", code, negative)
    if digits is not None and size < 1e15:
        scaled, unit = _scaled(size, ("", "k", "M", "bn", "tn"))
        return _priced(f"{sig(scaled, digits)} {unit}".rstrip(), code, negative)
    decimals = 0 if code == "JPY" else 2
    if 0 < size < 0.005:
        return (f"{MINUS}<" if negative else "<") + _priced(_fixed(0.01, 2), code)
    if size >= 1e15:
        return _priced(sig(size), code, negative)
    if short and size >= 999.5:
        scaled, unit = _scaled(size, ("", "k", "M", "bn", "tn"))
        return _priced(f"{sig(scaled)} {unit}", code, negative)
    exact = Decimal(str(value)) if isinstance(value, int | Decimal) else Decimal(repr(found))
    return _priced(locales.current().written(f"{abs(exact):,.{decimals}f}"), code, negative)


def _priced(amount: str, code: str, negative: bool = False) -> str:
    """An amount with its currency's sign where the locale puts it."""
    mark = _SYMBOLS.get(code, code)
    if locales.current().sign_after:
        return _signed(f"{amount}\N{NO-BREAK SPACE}{mark}", negative)
    return _signed(f"{mark}{amount}" if code in _SYMBOLS else f"{mark} {amount}", negative)


def count(value: object, noun: str = "") -> str:
    """A whole number exactly: 12,345. With a noun: `1 job`, `3 jobs`; an odd plural as `entry,entries`."""
    found = number(value)
    if found is None or math.isinf(found):
        return sig(value)
    whole = value if isinstance(value, int) else round(found)
    text = _signed(locales.current().written(f"{abs(whole):,}"), whole < 0)
    if not noun:
        return text
    one, _, many = noun.partition(",")
    return f"{text} {one if abs(whole) == 1 else (many or one + 's')}"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long before `now`: `just now`, `4 min ago`, `3 h ago`, `2 days ago`, then the date; `in 4 min` for later."""
    if moment is None:
        return NOTHING
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (now - aware).total_seconds()
    size = abs(seconds)
    if size < 10:
        return "just now"
    if size < 60:
        text = f"{int(size)} s"
    elif size < 3600:
        text = f"{int(size // 60)} min"
    elif size < 48 * 3600:
        text = f"{int(size // 3600)} h"
    elif size < 30 * 86400:
        text = f"{int(size // 86400)} days"
    else:
        return f"{aware.day} {aware:%b %Y}"
    return f"in {text}" if seconds < 0 else f"{text} ago"
