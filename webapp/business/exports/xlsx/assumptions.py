"""Sheet Assumptions: every figure as an input cell with unit, spread and provenance; names for what options share."""

import math
from dataclasses import dataclass, field
from typing import Any

import roi
from roi import Place, Scenario

from ..words import origin_text, spread_text
from .book import Book, at, on

SHEET = "Assumptions"

_COLUMNS = (
    ("Group", 11),
    ("Figure", 34),
    ("Applies to", 20),
    ("Value", 14),
    ("Unit", 20),
    ("How certain", 34),
    ("Provenance", 12),
    ("Source or reason", 52),
    ("Read, or interval and n", 24),
    ("What it means", 60),
)
_VALUE = 3
_SETTINGS = (
    ("horizon_months", "Horizon", "months", "Months that the plan is judged over."),
    ("timing", "When flows fall", "", "month_end, month_mid, or year_end as in Total Economic Impact studies."),
    ("ramp", "Shape of adoption", "", "linear, or logistic: an S-shaped curve."),
)
_CHOICES = {"timing": ["month_end", "month_mid", "year_end"], "ramp": ["linear", "logistic"]}
_HEAD_ROW = 4


@dataclass
class Cells:
    """Where each figure's cell is, by its path: `work.coverage`, `options[2].work.coverage`."""

    figures: dict[str, str] = field(default_factory=dict)


def write_assumptions(book: Book, scenario: Scenario, *, most_months: int) -> Cells:
    """Write the sheet; `most_months`: as many as the cash-flow sheets have columns for."""
    sheet = book.workbook.add_worksheet(SHEET)
    sheet.write_string(0, 0, "Assumptions", book.look("title"))
    said = f"Type into the blue cells: every sheet follows. All money is in {scenario.currency}; nothing is converted."
    sheet.write_string(1, 0, said, book.look("note"))
    more = (
        "A figure with a spread stands here at its mean; the spread itself is used by the simulation, not by this file."
    )
    sheet.write_string(2, 0, more, book.look("note"))
    for index, (head, width) in enumerate(_COLUMNS):
        sheet.set_column(index, index, width)
        sheet.write_string(_HEAD_ROW, index, head, book.look("head"))
    row = _write_settings(book, sheet, scenario, most_months)
    cells = Cells()
    names = {option.key: option.name for option in scenario.options}
    for place in roi.quantities(scenario):
        _write_place(book, sheet, row, place, names)
        cells.figures[place.path] = on(SHEET, at(row, _VALUE))
        if place.option is None:
            book.workbook.define_name(place.name.replace(".", "_"), f"={cells.figures[place.path]}")
        row += 1
    sheet.freeze_panes(_HEAD_ROW + 1, 2)
    sheet.autofilter(_HEAD_ROW, 0, row - 1, len(_COLUMNS) - 1)
    _set_up_print(book, sheet, row)
    return cells


def _write_settings(book: Book, sheet: Any, scenario: Scenario, most_months: int) -> int:
    row = _HEAD_ROW + 1
    for key, label, unit, meaning in _SETTINGS:
        value = getattr(scenario.time, key)
        sheet.write_string(row, 0, "Time", book.look("wrap"))
        sheet.write_string(row, 1, label, book.look("wrap"))
        sheet.write_string(row, 2, "all options", book.look("wrap"))
        sheet.write(row, _VALUE, value, book.look("input:whole"))
        sheet.write_string(row, 4, unit, book.look("unit_wrap"))
        sheet.write_string(row, 9, meaning, book.look("wrap"))
        if key in _CHOICES:
            sheet.data_validation(row, _VALUE, row, _VALUE, {"validate": "list", "source": _CHOICES[key]})
        else:
            limits = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": most_months}
            told = f"A whole number of months from 1 to {most_months}."
            sheet.data_validation(row, _VALUE, row, _VALUE, limits | {"error_message": told})
        book.workbook.define_name(key, f"={on(SHEET, at(row, _VALUE))}")
        row += 1
    return row


def _write_place(book: Book, sheet: Any, row: int, place: Place, names: dict[str, str]) -> None:
    kind, source, detail = origin_text(place.quantity)
    applies = "all options" if place.option is None else names[place.option]
    group = roi.GROUPS[place.group].title
    for index, text in enumerate((group, place.label, applies)):
        sheet.write_string(row, index, text, book.look("wrap"))
    sheet.write_number(row, _VALUE, place.quantity.mean, book.look(f"input:{place.unit}"))
    rest = (place.unit, spread_text(place.quantity, place.unit), kind, source, detail, place.help)
    for index, text in enumerate(rest, start=_VALUE + 1):
        sheet.write_string(row, index, text, book.look("wrap" if index > _VALUE + 1 else "unit_wrap"))
    # a file says how high its rows are: not every reader fits them to wrapped text
    texts = [group, place.label, applies, "", *rest]
    lines = max(math.ceil(len(text) * 1.1 / width) for text, (_, width) in zip(texts, _COLUMNS, strict=True))
    sheet.set_row(row, 15.0 * min(8, max(1, lines)) + 2)
    limits = {"validate": "decimal", "criteria": "between", "minimum": place.hard_low, "maximum": place.hard_high}
    told = f"{place.label}: a number from {place.hard_low:,g} to {place.hard_high:,g}."
    sheet.data_validation(row, _VALUE, row, _VALUE, limits | {"error_title": "Out of range", "error_message": told})


def _set_up_print(book: Book, sheet: Any, rows: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(book.paper)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.print_area(0, 0, rows - 1, len(_COLUMNS) - 1)
    sheet.set_footer("&L&A&RPage &P of &N")
