"""How a figure of the engine is written in a field: shares as percent, all else as it is."""

from dataclasses import dataclass
from decimal import Decimal

from webapp.ui.locales import Locale

from .numbers import rounded, show_number


@dataclass(frozen=True)
class Scale:
    """A field's number is the engine's times `factor`, in `unit`."""

    factor: Decimal
    unit: str

    def field(self, value: float) -> Decimal:
        """The engine's value as the field has it, every digit."""
        return (Decimal(repr(float(value))) * self.factor).normalize()

    def engine(self, number: Decimal) -> float:
        """The field's number as the engine has it."""
        return float(number / self.factor)

    def exact(self, value: float, locale: Locale) -> str:
        """A stated value, every digit of it."""
        return show_number(self.field(value), locale)

    def short(self, value: float, locale: Locale) -> str:
        """A computed value, four digits of it."""
        return show_number(rounded(float(self.field(value))), locale)

    def said(self, value: float, locale: Locale) -> str:
        """A value with its unit, for a sentence: `95%`, `12,000 items/month`."""
        text = self.short(value, locale)
        return f"{text}{self.unit}" if self.unit.startswith("%") else f"{text} {self.unit}"


def scale_of(unit: str) -> Scale:
    """The scale of a unit of the engine."""
    head, slash, rest = unit.partition("/")
    if head == "share":
        return Scale(Decimal(100), f"%{slash}{rest}")
    return Scale(Decimal(1), unit)
