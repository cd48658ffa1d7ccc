"""Several scenarios as one table: outcomes, and the figures in which they differ, marked against the first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import roi
from roi.quantity import Quantity
from webapp.ui import formats

from ..models import Scenario
from ..services import stored_case
from ..words import figure_text
from .listing import Listed, listed, months


@dataclass(frozen=True)
class Cell:
    """One scenario's figure; empty where it states none. `differs`: from the first scenario's, by `gap` where told."""

    text: str
    badge: str
    differs: bool
    gap: str = ""


@dataclass(frozen=True)
class Row:
    """One figure over all scenarios; `option` is empty for one that holds for all options."""

    label: str
    option: str
    cells: list[Cell]


@dataclass(frozen=True)
class Comparison:
    """heads: the scenarios; outcomes: always shown; figures: only those that differ; same: how many do not."""

    heads: list[Listed]
    outcomes: list[Row]
    figures: list[Row]
    same: int
    is_one_currency: bool

    @property
    def columns(self) -> int:
        """Of the table, with its first."""
        return len(self.heads) + 1


def comparison(scenarios: Sequence[Scenario]) -> Comparison:
    """The scenarios in their order. No query."""
    heads = [listed(scenario) for scenario in scenarios]
    rows, same = _figures(scenarios)
    currencies = {head.currency for head in heads}
    return Comparison(heads, _outcomes(heads), rows, same, len(currencies) == 1)


def _outcomes(heads: Sequence[Listed]) -> list[Row]:
    def money(value: float | None, head: Listed) -> str:
        return formats.money(value, head.currency, short=True)

    told = {
        "Best option": [head.option_name or "none" for head in heads],
        "Net present value": [money(head.npv, head) for head in heads],
        "P5 to P95": [f"{money(head.low, head)} to {money(head.high, head)}" for head in heads],
        "P(NPV > 0)": [formats.percent(head.p_npv_positive) for head in heads],
        "Pays back in": [head.payback for head in heads],
        "Horizon": [months(head.scenario.latest_outcome.get("horizon_months")) for head in heads],
    }
    rows = {label: _row(label, "", [(text, "") for text in texts]) for label, texts in told.items()}
    npv = rows["Net present value"]
    rows["Net present value"] = replace(
        npv, cells=[_with_gap(*pair, heads[0]) for pair in zip(npv.cells, heads, strict=True)]
    )
    return list(rows.values())


def _with_gap(cell: Cell, head: Listed, first: Listed) -> Cell:
    """The NPV with how far it is from the first scenario's, where both are in one currency."""
    if head is first or head.npv is None or first.npv is None or head.currency != first.currency:
        return cell
    gap = head.npv - first.npv
    return replace(cell, gap=("+" if gap > 0 else "") + formats.money(gap, head.currency, short=True)) if gap else cell


def _figures(scenarios: Sequence[Scenario]) -> tuple[list[Row], int]:
    """Figures that differ somewhere, base first, and how many are the same everywhere.

    An option's figure counts with its value, also where it takes that from the base: only where some scenario's option
    states it itself, so that a difference of the base is told once. An option that only some have is one row.
    """
    cases = [stored_case(scenario) for scenario in scenarios]
    rows, same = [], 0
    for name, spec in roi.REGISTRY.items():
        places = [_base(case, name) for case in cases]
        if all(place == places[0] for place in places):
            same += 1
        else:
            rows.append(_compared(cases, spec, "", places))
    for slot in _slots(cases):
        own = [slot.get(number) for number in range(len(cases))]
        title = next(option.name for option in own if option is not None)
        if None in own:
            rows.append(_row("Option", title, [(option.name if option else "", "") for option in own]))
            continue
        resolved = [case.option(option.key) for case, option in zip(cases, own, strict=True) if option]
        for name, spec in roi.REGISTRY.items():
            if all(each.paths[name] == name for each in resolved):
                continue
            quantities = [each.quantities[name] for each in resolved]
            if all(quantity == quantities[0] for quantity in quantities):
                same += 1
            else:
                rows.append(_compared(cases, spec, title, quantities))
    return [*_settings(scenarios), *rows], same


def _base(case: roi.Scenario, name: str) -> Quantity:
    group, _, key = name.partition(".")
    quantity: Quantity = getattr(getattr(case, group), key)
    return quantity


def _compared(cases: Sequence[roi.Scenario], spec: roi.FigureSpec, option: str, quantities: Sequence[Quantity]) -> Row:
    cells = [
        (figure_text(quantity, spec.unit_in(case.currency), case.currency), quantity.provenance.kind)
        for quantity, case in zip(quantities, cases, strict=True)
    ]
    return _row(spec.label, option, cells)


def _slots(cases: Sequence[roi.Scenario]) -> list[dict[int, roi.Option]]:
    """The options that are the same way to do the work: by key, else by kind. Each as {number of the case: option}."""
    slots: list[dict[int, roi.Option]] = []
    for number, case in enumerate(cases):
        for option in (each for each in case.options if each.kind != "do_nothing"):
            free = [slot for slot in slots if number not in slot]
            same_key = (slot for slot in free if any(each.key == option.key for each in slot.values()))
            same_kind = (slot for slot in free if any(each.kind == option.kind for each in slot.values()))
            slot = next(same_key, None) or next(same_kind, None)
            if slot is None:
                slots.append({number: option})
            else:
                slot[number] = option
    return slots


def _settings(scenarios: Sequence[Scenario]) -> list[Row]:
    labels = {"timing": "When flows fall", "ramp": "Shape of adoption"}
    rows = []
    for key, label in labels.items():
        texts = [str(scenario.document["time"][key]).replace("_", " ") for scenario in scenarios]
        if len(set(texts)) > 1:
            rows.append(_row(label, "", [(text, "") for text in texts]))
    return rows


def _row(label: str, option: str, cells: Sequence[tuple[str, str]]) -> Row:
    first = cells[0]
    return Row(label, option, [Cell(text, badge, (text, badge) != first) for text, badge in cells])
