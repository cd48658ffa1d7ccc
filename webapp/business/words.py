"""Figures of a scenario as a person reads them: value with unit, spread, and where it comes from."""

from roi.quantity import Assumed, Beta, Empirical, Fixed, Measured, Published, Quantity, Range, Triangular
from webapp.ui import formats


def figure_text(quantity: Quantity, unit: str, currency: str) -> str:
    """The central value with its spread: `89.0% (267 of 300)`, `$45.00/hour (P5 $38.00, P95 $52.00)`."""
    whole = unit.partition("/")[0]

    def shown(value: float) -> str:
        return value_text(value, whole, currency) if whole in ("share", currency) else _number(value)

    centre = value_text(quantity.mean, unit, currency)
    match quantity:
        case Fixed():
            return centre
        case Range():
            return f"{centre} (P5 {shown(quantity.low)}, P95 {shown(quantity.high)})"
        case Triangular():
            return f"{centre} ({shown(quantity.low)}, likeliest {shown(quantity.mode)}, {shown(quantity.high)})"
        case Beta():
            return f"{centre} ({formats.count(quantity.successes)} of {formats.count(quantity.trials)})"
        case Empirical():
            return f"{centre} (mean of {formats.count(len(quantity.values), 'value')})"


def value_text(value: float, unit: str, currency: str) -> str:
    """A number in the unit of its figure: shares as percentages, money with its sign, the rest with the unit named."""
    whole, _, per = unit.partition("/")
    if whole == "share":
        return formats.percent(value) + (f" a {per}" if per else "")
    if whole == currency:
        return formats.money(value, currency) + (f"/{per}" if per else "")
    return f"{_number(value)} {unit}"


def _number(value: float) -> str:
    """Whole numbers exactly, as people state them; three digits of a fraction."""
    return formats.count(int(value)) if float(value).is_integer() and abs(value) < 1e12 else formats.sig(value)


def provenance_text(quantity: Quantity) -> str:
    """Where the figure comes from, in a line."""
    match quantity.provenance:
        case Assumed() as assumed:
            return ": ".join(part for part in (assumed.by, assumed.why) if part)
        case Published() as published:
            note = f" {published.note}" if published.note else ""
            return f"{published.source}, read {published.read:%-d %b %Y}.{note}"
        case Measured() as measured:
            rate = measured.value is not None and 0 <= measured.value <= 1 and not measured.metric.startswith("seconds")
            shown = formats.interval(measured, "percent" if rate else "sig") if measured.value is not None else ""
            counted = f", n={formats.count(measured.n)}" if measured.n is not None else ""
            return f"{measured.metric} {shown}{counted}".strip()
