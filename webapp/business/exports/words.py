"""A scenario's figures in words and as safe cells: what every export says of a figure, and text that no sheet runs."""

import unicodedata

from roi import Assumed, Beta, Empirical, Fixed, Measured, Published, Quantity, Range, Triangular
from webapp.ui import formats

_STARTS = ("=", "+", "-", "@")
"""A cell that begins so is a formula to Excel, LibreOffice or Google Sheets (OWASP, CSV injection): also in full-width
signs where Excel is Japanese or Chinese, and after what a sheet drops before it reads the cell."""

OPTION_KINDS = {
    "do_nothing": "Do nothing",
    "prompted": "Prompted base model",
    "peft": "Parameter-efficient fine-tuning",
    "full": "Full fine-tuning",
    "aligned": "Aligned model",
    "distilled": "Distilled model",
    "hosted": "Hosted API",
}


def cell_text(text: str) -> str:
    """Text for a CSV cell: an apostrophe before what a spreadsheet would take for a formula."""
    begins = next((each for each in text if not each.isspace() and unicodedata.category(each)[0] != "C"), "")
    is_formula = unicodedata.normalize("NFKC", begins).startswith(_STARTS)
    return f"'{text}" if is_formula or text.startswith(("\t", "\r", "\n")) else text


def figure_text(value: float, unit: str) -> str:
    """A figure with its unit as a person reads it: 82.0%, $34.00/hour, 20,000 items/month."""
    if unit == "share":
        return formats.percent(value)
    if unit.startswith("share/"):
        return f"{formats.percent(value)} a {unit.removeprefix('share/')}"
    currency, slash, rest = unit.partition("/")
    if len(currency) == 3 and currency.isupper():
        return formats.money(value, currency) + slash + rest
    return f"{_number(value)} {unit}"


def _number(value: float) -> str:
    return formats.count(round(value)) if abs(value) >= 1000 or float(value).is_integer() else formats.sig(value)


def spread_text(quantity: Quantity, unit: str) -> str:
    """How certain a figure is: `fixed`, or its range, in its unit."""
    match quantity:
        case Fixed():
            return "fixed"
        case Range():
            return (
                f"P5 to P95: {figure_text(quantity.low, unit)} to {figure_text(quantity.high, unit)}, {quantity.shape}"
            )
        case Triangular():
            ends = f"{figure_text(quantity.low, unit)} to {figure_text(quantity.high, unit)}"
            return f"{ends}, likeliest {figure_text(quantity.mode, unit)}"
        case Beta():
            return f"{formats.count(quantity.successes)} of {formats.count(quantity.trials)} items"
        case Empirical():
            ends = " to ".join(figure_text(end, unit) for end in quantity.support)
            return f"{formats.count(len(quantity.values), 'value')} seen, {ends}"
    raise TypeError(f"a quantity of kind {type(quantity).__name__} has no words")


def origin_text(quantity: Quantity) -> tuple[str, str, str]:
    """Where a figure comes from: `assumed`, `published` or `measured`, the source or reason, and date or n."""
    match quantity.provenance:
        case Assumed(by=by, why=why):
            return "assumed", f"{by}: {why}" if by and why else by or why, ""
        case Published(source=source, url=url, read=read, note=note):
            parts = [part for part in (source, url, note) if part]
            return "published", ". ".join(parts), f"read {read.isoformat()}"
        case Measured() as found:
            return "measured", f"{found.metric}, measurement {found.measurement}", _measured_text(found)
    raise TypeError(f"provenance of kind {quantity.provenance.kind} has no words")


def _measured_text(found: Measured) -> str:
    if found.value is None:
        return ""
    kind = "percent" if 0 <= found.value <= 1 else "sig"
    return formats.interval({"value": found.value, "low": found.low, "high": found.high, "n": found.n}, kind)
