"""One option's sheet while it is written: where its rows are, and how a formula gets its value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from roi import ResolvedOption, Scenario
from roi.outcome import OptionOutcome

from .book import Book, at, on

HEAD_ROW = 3
"""Row of the months' numbers."""

FIRST_MONTH = 4
"""Column of month 0; before it: label, amount, total, present value."""

LEAST_MONTHS = 60
"""The sheet has columns for at least so many months, so that a longer horizon can be tried."""


def most_months(scenario: Scenario) -> int:
    """Months that the sheets have columns for."""
    return max(LEAST_MONTHS, scenario.time.horizon_months)


@dataclass
class FlowSheet:
    """`rows` are found by name; `results` and `present_values` are cells for other sheets, by figure and by line."""

    book: Book
    scenario: Scenario
    option: ResolvedOption
    outcome: OptionOutcome
    name: str
    sheet: Any
    rows: dict[str, int] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    present_values: dict[str, str] = field(default_factory=dict)

    @property
    def months(self) -> int:
        """The last month that has a column."""
        return most_months(self.scenario)

    def formula(self, row: int, col: int, text: str, look: str, value: float | str) -> None:
        """A formula with the value that it has now, for readers that do not recalculate."""
        self.sheet.write_formula(row, col, f"={text}", self.book.look(look), value)

    def label(self, row: int, text: str, look: str = "text") -> None:
        """The first cell of a row."""
        self.sheet.write_string(row, 0, text, self.book.look(look))

    def section(self, row: int, text: str) -> int:
        """A section's title; the row after it."""
        self.label(row, text, "section")
        return row + 1

    def define(self, name: str, row: int, col: int) -> None:
        """A name of this sheet for one of its cells."""
        self.book.workbook.define_name(f"'{self.name}'!{name}", f"={on(self.name, at(row, col))}")

    def across(self, row: int, first: int = 0) -> str:
        """The cells of a row from month `first` to the last: `$E$20:$BM$20`."""
        return f"{at(row, FIRST_MONTH + first)}:{at(row, FIRST_MONTH + self.months)}"

    def helper(self, name: str) -> str:
        """The cells of a row of flows at equal distances: two for each month."""
        row = self.rows[f"distance_{name}"]
        return f"{at(row, FIRST_MONTH)}:{at(row, FIRST_MONTH + 2 * self.months)}"

    def padded(self, flows: Sequence[float]) -> list[float]:
        """A row's values with nothing after the horizon."""
        return [*flows, *[0.0] * (self.months + 1 - len(flows))]
