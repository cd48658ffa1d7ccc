"""A worksheet that takes each formula as it is: a workbook of 7,000 formulas in a third of the time.

xlsxwriter looks in every formula for each of some thirty functions that came to spreadsheets after 2010 and marks
those in the file. None of our formulas has one: `translate` has no word for them, and LibreOffice calculates them all.
"""

from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet


class PlainSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is untyped
    """`write_formula` with formulas of functions that every spreadsheet knows."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class PlainBook(xlsxwriter.Workbook):  # type: ignore[misc]  # xlsxwriter is untyped
    """A workbook of such sheets."""

    worksheet_class: Any = PlainSheet
