"""The outcome as a table, options side by side, and the working behind each figure: its formula with its inputs."""

from collections.abc import Sequence
from dataclasses import dataclass

import roi
from roi.appraisal import Figure
from roi.outcome import OptionOutcome, evaluate
from webapp.ui import formats

from ..words import value_text

_LABELS = {
    "npv": "Net present value",
    "roi": "Return on investment",
    "irr": "Internal rate of return",
    "mirr": "Modified internal rate of return",
    "payback_months": "Payback",
    "discounted_payback_months": "Discounted payback",
    "profitability_index": "Profitability index",
    "break_even_month": "First month that earns more than it costs",
    "total_benefits": "Benefits in all",
    "total_costs": "Costs in all",
    "pv_benefits": "Benefits, present value",
    "pv_costs": "Costs, present value",
    "items_handled": "Items handled",
    "items_correct": "Items answered right",
    "cost_per_item_handled": "Cost an item handled",
    "cost_per_item_correct": "Cost an item answered right",
    "hours_saved": "Hours saved",
    "fte": "Full-time employees",
}


@dataclass(frozen=True)
class Cell:
    """One figure of one option; `reason` says why it does not exist, or what to mind about it."""

    text: str
    reason: str


@dataclass(frozen=True)
class Measure:
    """One figure over the options, and how it is worked out for the option in front."""

    label: str
    cells: list[Cell]
    formula: str
    source: str
    inputs: list[tuple[str, str]]


@dataclass(frozen=True)
class Column:
    """One option's column. `is_best`: its NPV is the highest, and above doing nothing."""

    name: str
    is_front: bool
    is_best: bool


@dataclass(frozen=True)
class Working:
    """The table: the options' columns, the one whose working is shown, and the rows."""

    options: list[Column]
    front: str
    measures: list[Measure]


def working(case: roi.Scenario, front: str) -> Working:
    """The outcome of every option but doing nothing, with the working of the option `front`."""
    options = [option for option in evaluate(case).options if option.kind != "do_nothing"]
    shown = next((option for option in options if option.key == front), options[0])
    measures = [_measure(name, label, options, shown, case.currency) for name, label in _LABELS.items()]
    highest = max(option.npv.value or 0.0 for option in options)
    columns = [
        Column(option.name, option is shown, highest > 0 and option.npv.value == highest and len(options) > 1)
        for option in options
    ]
    return Working(columns, shown.name, measures)


def _measure(name: str, label: str, options: Sequence[OptionOutcome], front: OptionOutcome, currency: str) -> Measure:
    own = front.figures[name]
    return Measure(
        label=label,
        cells=[Cell(_text(option.figures[name], currency), option.figures[name].reason) for option in options],
        formula=own.formula.expression,
        source=own.formula.source,
        inputs=[(name, formats.sig(value, 6)) for name, value in own.inputs.items()],
    )


def _text(figure: Figure, currency: str) -> str:
    """The value in its unit; a dash where it does not exist, whose reason stands beside it."""
    if figure.value is None:
        return formats.NOTHING
    if figure.unit == "money":
        return formats.money(figure.value, currency, short=True)
    if not figure.unit:
        return formats.sig(figure.value)
    if figure.unit in ("items", "hours"):
        return f"{formats.count(round(figure.value))} {figure.unit}"
    if figure.unit == "months" and figure.value.is_integer():
        return formats.count(int(figure.value), "month")
    if figure.unit in ("months", "FTE"):
        return f"{formats.sig(figure.value)} {figure.unit}"
    return value_text(figure.value, figure.unit.replace("money", currency), currency)
