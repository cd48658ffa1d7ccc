"""Sheets Options and Summary: the results of every option side by side, all of them references."""

import math
from collections.abc import Sequence
from typing import Any

from roi import Scenario
from roi.montecarlo import Simulation

from .book import Book, at, column, on
from .results import RESULTS, value_now
from .sheet import FIRST_MONTH, HEAD_ROW, FlowSheet

OPTIONS, SUMMARY = "Options compared", "Summary"
_NAME_WIDTH = 20
"""Characters of a name on a line of its column."""

_HEADLINES = ("npv", "roi", "irr", "payback_months", "discounted_payback_months", "profitability_index")


def write_options(book: Book, flows: Sequence[FlowSheet]) -> None:
    """A column an option: results, then the present value of each line."""
    sheet = book.workbook.add_worksheet(OPTIONS)
    sheet.write_string(0, 0, "Options compared", book.look("title"))
    sheet.write_string(1, 0, f"Beyond doing nothing, in {book.currency}. Every cell is a formula.", book.look("note"))
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, len(flows), 22)
    _write_names(book, sheet, 3, flows)
    row = 4
    for name, (label, look) in RESULTS.items():
        sheet.write_string(row, 0, label, book.look("text"))
        for index, flow in enumerate(flows, start=1):
            sheet.write_formula(row, index, f"={flow.results[name]}", book.look(look), value_now(flow, name))
        row += 1
    row = _write_lines(book, sheet, row + 1, flows)
    sheet.freeze_panes(4, 1)
    sheet.set_landscape()
    sheet.set_paper(book.paper)
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, row, len(flows))
    sheet.set_footer("&L&A&RPage &P of &N")


def _write_names(book: Book, sheet: Any, row: int, flows: Sequence[FlowSheet]) -> None:
    sheet.write_string(row, 0, "", book.look("head"))
    for index, flow in enumerate(flows, start=1):
        sheet.write_string(row, index, flow.option.name, book.look("head_name"))
    lines = max((math.ceil(len(flow.option.name) / _NAME_WIDTH) for flow in flows), default=1)
    sheet.set_row(row, 16.0 * min(4, lines) + 2)


def _write_lines(book: Book, sheet: Any, row: int, flows: Sequence[FlowSheet]) -> int:
    sheet.write_string(row, 0, "Present value by line", book.look("section"))
    row += 1
    if not flows:
        return row
    for place, line in enumerate(flows[0].outcome.lines):
        sheet.write_string(row, 0, line.label, book.look("text"))
        for index, flow in enumerate(flows, start=1):
            held = flow.outcome.lines[place]
            value = held.present_value if held.side == "benefit" else -held.present_value
            sheet.write_formula(row, index, f"={flow.present_values[line.key]}", book.look("money"), value)
        row += 1
    sheet.write_string(row, 0, "Net present value", book.look("text_total"))
    for index, flow in enumerate(flows, start=1):
        cells = f"{at(row - len(flow.outcome.lines), index, fixed=False)}:{at(row - 1, index, fixed=False)}"
        sheet.write_formula(row, index, f"=SUM({cells})", book.look("money_total"), value_now(flow, "npv"))
    return row


def write_summary(
    book: Book, sheet: Any, scenario: Scenario, flows: Sequence[FlowSheet], simulation: Simulation | None
) -> None:
    """The first sheet: the verdict, the options' headline results, their value over time, how to read the file."""
    sheet.write_string(0, 0, scenario.name, book.look("title"))
    said = f"Business case in {scenario.currency}. Each option is judged against doing nothing, at central values."
    sheet.write_string(1, 0, said, book.look("note"))
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, max(6, len(flows)), 22)
    row = _write_verdict(book, sheet, 3, flows)
    _write_names(book, sheet, row, flows)
    for name in _HEADLINES:
        row += 1
        label, look = RESULTS[name]
        sheet.write_string(row, 0, label, book.look("text"))
        for index, flow in enumerate(flows, start=1):
            sheet.write_formula(row, index, f"={flow.results[name]}", book.look(look), value_now(flow, name))
    row += 2
    if simulation is not None:
        row = _write_simulation(book, sheet, row, flows, simulation)
    row = _write_reading(book, sheet, row)
    _draw(book, sheet, row + 1, flows)
    sheet.set_landscape()
    sheet.set_paper(book.paper)
    sheet.fit_to_pages(1, 1)
    sheet.set_footer("&L&A&RPage &P of &N")


def _write_verdict(book: Book, sheet: Any, row: int, flows: Sequence[FlowSheet]) -> int:
    """Which option has the highest net present value, from the row of names and that of values below."""
    last = column(max(1, len(flows)))
    names, values = f"$B${row + 3}:${last}${row + 3}", f"$B${row + 4}:${last}${row + 4}"
    best = max(flows, key=lambda flow: flow.outcome.npv.value or 0.0, default=None)
    pays = best is not None and (best.outcome.npv.value or 0.0) > 0
    sheet.write_string(row, 0, "Highest net present value", book.look("text"))
    formula = f'=IF(MAX({values})>0,INDEX({names},1,MATCH(MAX({values}),{values},0)),"Do nothing")'
    sheet.write_formula(row, 1, formula, book.look("result"), best.option.name if best and pays else "Do nothing")
    return row + 2


def _write_simulation(book: Book, sheet: Any, row: int, flows: Sequence[FlowSheet], simulation: Simulation) -> int:
    said = f"Simulation of {simulation.trials:,} futures (values of the export; they do not follow changed cells)"
    sheet.write_string(row, 0, said, book.look("section"))
    found = [simulation.option(flow.option.key) for flow in flows]
    for label, look, values in (
        ("NPV, P10", "money", [each.npv.p10 for each in found]),
        ("NPV, median", "money", [each.npv.p50 for each in found]),
        ("NPV, P90", "money", [each.npv.p90 for each in found]),
        ("Chance of NPV above 0", "unit:share", [each.chance_positive for each in found]),
        ("Chance of being the best option", "unit:share", [each.chance_best for each in found]),
    ):
        row += 1
        sheet.write_string(row, 0, label, book.look("text"))
        for index, value in enumerate(values, start=1):
            sheet.write_number(row, index, value, book.look(look))
    return row + 2


_READING = (
    "Sheet Assumptions: blue cells are what you may change; each says where it comes from.",
    "A sheet for each option: its cash flow by month, its results, and the figures it uses, by name.",
    "Sheet Options compared: all results side by side, and the present value of each line.",
)


def _write_reading(book: Book, sheet: Any, row: int) -> int:
    sheet.write_string(row, 0, "How to read this file", book.look("section"))
    for text in _READING:
        row += 1
        sheet.write_string(row, 0, text, book.look("text"))
    return row + 1


def _draw(book: Book, sheet: Any, row: int, flows: Sequence[FlowSheet]) -> None:
    """The discounted running sum of each option as the workbook's own chart, which follows the cells."""
    chart = book.workbook.add_chart({"type": "line"})
    colours = ("#0b5c63", "#b07a1c", "#75508f", "#5d6a76", "#5f7a2c", "#a63c12")
    for index, flow in enumerate(flows):
        last = FIRST_MONTH + flow.scenario.time.horizon_months
        held = flow.rows["discounted_cumulative"]
        chart.add_series(
            {
                "name": f"={on(SUMMARY, at(5, index + 1))}",
                "categories": [flow.name, HEAD_ROW, FIRST_MONTH, HEAD_ROW, last],
                "values": [flow.name, held, FIRST_MONTH, held, last],
                "line": {"color": colours[index % len(colours)], "width": 2},
            }
        )
    chart.set_title({"name": "Discounted value so far, by month", "name_font": {"size": 12, "bold": False}})
    chart.set_x_axis({"name": "Month", "interval_unit": 6, "label_position": "low"})
    chart.set_y_axis({"name": book.currency, "num_format": "#,##0"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 960, "height": 380})
    sheet.insert_chart(row, 0, chart, {"description": "Discounted value so far by month, for each option"})
