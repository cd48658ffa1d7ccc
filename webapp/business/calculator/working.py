"""Each measure of an option with its formula, what went into it, and why it is missing where it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from roi.appraisal import Figure
from roi.outcome import OptionOutcome
from webapp.ui import formats

TITLES = {
    "pv_benefits": "Present value of benefits",
    "pv_costs": "Present value of costs",
    "npv": "Net present value",
    "roi": "Return on cost",
    "irr": "Internal rate of return",
    "mirr": "Modified internal rate of return",
    "fte": "Full-time equivalents",
}
"""Names of measures that their key does not say; any other key reads as words."""


@dataclass(frozen=True)
class Worked:
    """One measure: its value as text or the reason why there is none, and how it came about."""

    title: str
    value: str
    reason: str
    expression: str
    inputs: str
    source: str


def worked(option: OptionOutcome, currency: str) -> list[Worked]:
    """Every measure of the option."""
    return [_one(name, figure, currency) for name, figure in option.figures.items()]


def _one(name: str, figure: Figure, currency: str) -> Worked:
    return Worked(
        TITLES.get(name, name.replace("_", " ").capitalize()),
        _value(figure.value, figure.unit, currency) if figure.value is not None else "",
        figure.reason,
        figure.formula.expression,
        _inputs(figure.inputs),
        figure.formula.source,
    )


def _inputs(inputs: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {formats.sig(value, 6)}" for name, value in inputs.items())


def _value(value: float, unit: str, currency: str) -> str:
    head, slash, rest = unit.partition("/")
    tail = f" a {rest}" if slash and rest == "year" else f" an {rest}" if slash else ""
    if head == "money":
        return formats.money(value, currency) + tail
    if head == "share":
        return formats.percent(value) + tail
    return f"{formats.sig(value)} {unit}".strip()
