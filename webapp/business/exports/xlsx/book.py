"""What the sheets share: looks of cells, the workbook, references."""

import re
from collections.abc import Mapping
from typing import Any

from ..pdf.sizes import Size, usual

_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "note": {"font_color": "#4d5257", "italic": True},
    "head": {"bold": True, "bottom": 1, "bg_color": "#e4f0ee", "text_wrap": True, "valign": "vcenter"},
    "head_number": {"bold": True, "bottom": 1, "bg_color": "#e4f0ee", "align": "right", "valign": "vcenter"},
    "head_month": {
        "bold": True,
        "bottom": 1,
        "bg_color": "#e4f0ee",
        "align": "right",
        "valign": "vcenter",
        "num_format": '"Month" 0',
    },
    "head_name": {
        "bold": True,
        "bottom": 1,
        "bg_color": "#e4f0ee",
        "align": "right",
        "text_wrap": True,
        "valign": "vcenter",
    },
    "section": {"bold": True, "font_color": "#0b5c63", "top": 1},
    "text": {},
    "wrap": {"text_wrap": True, "valign": "top"},
    "quiet": {"font_color": "#666b70"},
    "unit": {"font_color": "#666b70", "indent": 1},
    "unit_wrap": {"font_color": "#666b70", "indent": 1, "text_wrap": True, "valign": "top"},
    "money": {},
    "money_total": {"bold": True, "top": 1},
    "factor": {"num_format": '0.0000;-0.0000;"–"', "font_color": "#4d5257"},
    "result": {"bold": True},
    "result_money": {"bold": True, "align": "right"},
    "result_percent": {"bold": True, "num_format": "0.0%", "align": "right"},
    "result_number": {"bold": True, "num_format": "#,##0.0#", "align": "right"},
    "result_count": {"bold": True, "num_format": "0", "align": "right"},
    "text_total": {"bold": True, "top": 1},
}
_INPUT = {"font_color": "#0000ff", "bg_color": "#fff9e5", "border": 1, "border_color": "#c9c5ba", "valign": "top"}
_NO_DECIMALS = {"JPY"}
_PAPERS: Mapping[Size, int] = {"letter": 1, "a4": 9}
"""Sizes of paper by the numbers that a workbook has for them (ECMA-376, pageSetup)."""

_LONGEST_NAME = 31


class Book:
    """A workbook in the making, its looks of cells by name, the currency of all money in it, and its paper."""

    def __init__(self, workbook: Any, currency: str) -> None:
        self.workbook = workbook
        self.currency = currency
        self.paper = _PAPERS[usual(currency)]
        self._made: dict[str, Any] = {}

    def look(self, name: str) -> Any:
        """The format of that name, or of a unit as `input:share` (a cell to type in) or `unit:share` (one to read)."""
        if name not in self._made:
            kind, _, unit = name.partition(":")
            given = dict(_LOOKS[name]) if not unit else dict(_INPUT if kind == "input" else {})
            if unit:
                given["num_format"] = unit_format(unit, self.currency)
            elif "money" in name:
                given["num_format"] = money_format(self.currency)
            self._made[name] = self.workbook.add_format(given)
        return self._made[name]


def money_format(currency: str) -> str:
    """Thousands separated, losses red with a minus sign, nothing as a dash; the currency stands in the heads."""
    digits = "#,##0" if currency in _NO_DECIMALS else "#,##0.00"
    return f'{digits};[Red]-{digits};"–"'


def unit_format(unit: str, currency: str) -> str:
    """The number format of a figure in this unit."""
    if unit == "share" or unit.startswith("share/"):
        return "0.00%"
    if unit == "whole":
        return "0"
    if unit.split("/", maxsplit=1)[0] in ("items", "tokens", "device-hours", "hours", "months"):
        return "#,##0.0##" if unit == "months" else "#,##0.0"
    return "#,##0" if unit == currency and currency in _NO_DECIMALS else "#,##0.00##"


def sheet_name(number: int, name: str) -> str:
    """A sheet's name from an option's: unique by its number, no character that such a name may not hold, at most 31.

    Nor an exclamation mark, which ends a sheet's name before that of a cell in it, nor what a reader takes for an
    escaped character (`_x0041_`): formulas would not find the sheet. Excel counts UTF-16 units; an emoji is two.
    """
    plain = re.sub(r"[!\[\]:*?/\\'\x00-\x1f\x7f-\x9f\ufffe\uffff]+|_(?=x[0-9A-Fa-f]{4}_)", " ", name)
    made = f"{number} {' '.join(plain.split())}"
    while len(made.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST_NAME:
        made = made[:-1]
    return made.rstrip()


def on(sheet: str, cell: str) -> str:
    """A cell of another sheet: `'1 Hosted API'!$B$4`."""
    return f"'{sheet}'!{cell}"


def column(index: int) -> str:
    """Letters of a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def at(row: int, col: int, *, fixed: bool = True) -> str:
    """A cell by its indices, `$B$4`; not fixed: `B4`."""
    return f"${column(col)}${row + 1}" if fixed else f"{column(col)}{row + 1}"
