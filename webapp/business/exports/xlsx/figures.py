"""The figures that a cash-flow sheet uses, each the cell of the sheet of assumptions that holds it."""

import roi
from roi.cashflow import items_of_a_month

from .assumptions import Cells
from .sheet import FlowSheet
from .translate import sheet_formula

_WORKED_OUT = {
    "offered_items": ("Items offered to the model, first month in full use", "items/month"),
    "right_items": ("Of these right", "items/month"),
    "unnoticed_errors": ("Of these wrong and not noticed", "items/month"),
    "cost_of_an_item": ("Cost of the model's answer", "CURRENCY/item"),
}


def write_figures(flow: FlowSheet, row: int, cells: Cells) -> int:
    """Every figure and what is worked out from them, with their names; the row after them."""
    row = flow.section(row, "Figures in use")
    for name, spec in roi.REGISTRY.items():
        path = flow.option.paths[name]
        unit = spec.unit_in(flow.scenario.currency)
        said = unit if path == name else f"{unit}, this option's own"
        _write(flow, row, spec.key, (spec.label, unit, said), cells.figures[path], flow.option.quantities[name].mean)
        row += 1
    row = flow.section(row, "Worked out")
    values = items_of_a_month(flow.option.means())
    for name, (label, stated) in _WORKED_OUT.items():
        unit = stated.replace(roi.figures.CURRENCY, flow.scenario.currency)
        _write(flow, row, name, (label, unit, unit), sheet_formula(name, {}), float(values[name][0]))
        row += 1
    return row


def _write(flow: FlowSheet, row: int, name: str, words: tuple[str, str, str], formula: str, value: float) -> None:
    label, unit, said = words
    flow.label(row, label)
    flow.formula(row, 1, formula, f"unit:{unit}", value)
    flow.sheet.write_string(row, 2, said, flow.book.look("unit"))
    flow.define(name, row, 1)
