"""How a place writes numbers and money. `formats` follows the locale of `with in_locale(...)`; English without one.

Separators and the place of the sign: Unicode CLDR 48, `numbers/symbols` and `currencyFormats`, read 2026-11-22.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Locale:
    """key: BCP 47 tag; currency: ISO 4217; thousands, decimal: the two separators; sign_after: `12 €`, not `€12`."""

    key: str
    name: str
    currency: str
    thousands: str = ","
    decimal: str = "."
    sign_after: bool = False

    def written(self, text: str) -> str:
        """A number written the English way, in this place's way."""
        if self.thousands == "," and self.decimal == ".":
            return text
        return text.translate({ord(","): self.thousands, ord("."): self.decimal})


LOCALES = {
    locale.key: locale
    for locale in (
        Locale("en-US", "US dollar", "USD"),
        Locale("en-IE", "Euro, English format", "EUR"),
        Locale("de-DE", "Euro, German format", "EUR", ".", ",", sign_after=True),
        Locale("fr-FR", "Euro, French format", "EUR", "\N{NARROW NO-BREAK SPACE}", ",", sign_after=True),
        Locale("en-GB", "Pound sterling", "GBP"),
        Locale("ja-JP", "Japanese yen", "JPY"),
        Locale("de-CH", "Swiss franc", "CHF", "\N{RIGHT SINGLE QUOTATION MARK}"),
    )
}
ENGLISH = LOCALES["en-US"]

_now: ContextVar[Locale] = ContextVar("locale", default=ENGLISH)


def current() -> Locale:
    """The locale in which numbers are written now."""
    return _now.get()


@contextmanager
def in_locale(locale: Locale) -> Iterator[Locale]:
    """Numbers written inside the block follow this locale."""
    token = _now.set(locale)
    try:
        yield locale
    finally:
        _now.reset(token)
