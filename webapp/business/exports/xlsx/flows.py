"""A cash-flow sheet an option: lines by month as formulas, then results, then the figures they start from."""

from roi import ResolvedOption, Scenario
from roi.cashflow import Line, Plan, discount_factors, lines, months
from roi.outcome import OptionOutcome

from ..words import OPTION_KINDS
from .assumptions import Cells
from .book import Book, at, column, on, sheet_name
from .distances import write_distances
from .figures import write_figures
from .results import RESULTS, write_results
from .sheet import FIRST_MONTH, HEAD_ROW, FlowSheet
from .translate import sheet_formula

_COURSES = {
    "discount": "Discount factor",
    "volume": "Volume, first month 1",
    "adoption": "Adoption",
    "in_use": "In use",
    "retraining": "Retraining due",
    "in_plan": "Within the horizon",
}
_WEIGHTS = {
    "handled": ("volume", "adoption"),
    "in_use": ("in_use",),
    "monthly": ("in_plan",),
    "retraining": ("retraining",),
}
"""The courses whose product is a month's weight, by the profile of a line."""


def write_flows(
    book: Book, scenario: Scenario, option: ResolvedOption, outcome: OptionOutcome, number: int, cells: Cells
) -> FlowSheet:
    """Write the sheet of one option; every cell that the engine computes is a formula."""
    name = sheet_name(number, option.name)
    flow = FlowSheet(book, scenario, option, outcome, name, book.workbook.add_worksheet(name))
    _write_head(flow)
    row = _write_courses(flow, HEAD_ROW + 1)
    row = _write_lines(flow, row)
    results_row = _write_sums(flow, row) + 1
    row = write_figures(flow, results_row + len(RESULTS) + 2, cells)
    # results stand above what they are worked out from
    write_distances(flow, row + 1)
    write_results(flow, results_row)
    _set_up(flow, row)
    return flow


def _write_head(flow: FlowSheet) -> None:
    sheet, look = flow.sheet, flow.book.look
    sheet.write_string(0, 0, flow.option.name, look("title"))
    kind = OPTION_KINDS[flow.option.kind]
    said = f"{kind}. Beyond doing nothing, in {flow.scenario.currency}; money out is negative. Every cell is a formula."
    sheet.write_string(1, 0, said, look("note"))
    sheet.write_string(HEAD_ROW, 0, "Line", look("head"))
    for index, text in enumerate(("Amount", "Total", "Present value"), start=1):
        sheet.write_string(HEAD_ROW, index, text, look("head_number"))
    sheet.write_comment(HEAD_ROW, 1, "Once, or of a month at full adoption and first-month volume.")
    for month in range(flow.months + 1):
        sheet.write_number(HEAD_ROW, FIRST_MONTH + month, month, look("head_month"))


def _write_courses(flow: FlowSheet, row: int) -> int:
    row = flow.section(row, "Course of the months")
    values = _course_values(flow)
    for name, label in _COURSES.items():
        flow.rows[f"course_{name}"] = row
        flow.label(row, label, "quiet")
        for month in range(flow.months + 1):
            cell = f"{column(FIRST_MONTH + month)}${HEAD_ROW + 1}"
            text = _course(name, cell) if month else "1" if name == "discount" else "0"
            flow.formula(row, FIRST_MONTH + month, text, "factor", values[name][month])
        row += 1
    return row


def _course(name: str, month: str) -> str:
    cells = {"m": month, "ramp_months": "MAX(ramp_months,0.000000001)"}
    if name == "discount":
        late, middle, end = (
            sheet_formula(f"discount_{each}", cells) for each in ("year_end", "month_mid", "month_end")
        )
        text = f'IF(timing="year_end",{late},IF(timing="month_mid",{middle},{end}))'
    elif name == "adoption":
        curve, straight = (sheet_formula(f"adoption_{each}", cells) for each in ("logistic", "linear"))
        text = f'IF(ramp="logistic",{curve},{straight})'
    elif name == "in_plan":
        text = sheet_formula("weight_monthly", cells)
    else:
        text = sheet_formula({"volume": "volume"}.get(name, f"weight_{name}"), cells)
    return f"IF({month}<=horizon_months,{text},0)"


def _course_values(flow: FlowSheet) -> dict[str, list[float]]:
    """What the courses are now, month 0 first."""
    plan, values = Plan.of(flow.scenario), flow.option.means()
    growth = (1 + values["work.growth"]) ** (1 / 12)
    found: dict[str, list[float]] = {name: [0.0] for name in _COURSES}
    found["discount"] = discount_factors(values["time.discount_rate"], plan)
    for month in months(values, plan):
        volume = growth ** (month.number - 1)
        found["volume"].append(volume)
        found["adoption"].append(float(month.weights.handled[0]) / volume)
        found["in_use"].append(float(month.weights.in_use[0]))
        found["retraining"].append(float(month.weights.retraining[0]))
        found["in_plan"].append(1.0)
    return {name: flow.padded(tuple(course)) for name, course in found.items()}


def _write_lines(flow: FlowSheet, row: int) -> int:
    table = {line.key: line for line in flow.outcome.lines}
    found = lines(flow.option.means())
    for side, title in (("benefit", "Benefits"), ("cost", "Costs")):
        row = flow.section(row, title)
        first = row
        for line in (line for line in found if line.side == side):
            _write_line(flow, row, line, table[line.key].flows)
            row += 1
        row = _write_total(flow, row, side, f"Total {title.lower()}", first)
    return row


def _write_line(flow: FlowSheet, row: int, line: Line, flows: tuple[float, ...]) -> None:
    sign = "" if line.side == "benefit" else "-"
    way = 1.0 if line.side == "benefit" else -1.0
    flow.rows[line.key] = row
    flow.label(row, line.label, "text")
    flow.formula(row, 1, sheet_formula(line.key, {}), "money", float(line.amount[0]))
    for month, value in enumerate(flow.padded(flows)):
        letter = column(FIRST_MONTH + month)
        if line.profile == "start":
            text = f"{sign}$B{row + 1}" if month == 0 else "0"
        else:
            weight = "*".join(f"{letter}${flow.rows[f'course_{name}'] + 1}" for name in _WEIGHTS[line.profile])
            text = f"{sign}$B{row + 1}*{weight}" if month else "0"
        flow.formula(row, FIRST_MONTH + month, text, "money", way * value)
    _write_row_sums(flow, row, [way * value for value in flows], "money")
    flow.present_values[line.key] = on(flow.name, at(row, 3))


def _write_row_sums(flow: FlowSheet, row: int, flows: list[float], look: str) -> None:
    """Total and present value of a row."""
    factors = discount_factors(flow.option.means()["time.discount_rate"], Plan.of(flow.scenario))
    discount = flow.across(flow.rows["course_discount"])
    flow.formula(row, 2, f"SUM({flow.across(row)})", look, sum(flows))
    worth = sum(value * factor for value, factor in zip(flows, factors, strict=True))
    flow.formula(row, 3, f"SUMPRODUCT({flow.across(row)},{discount})", look, worth)


def _write_total(flow: FlowSheet, row: int, name: str, label: str, first: int) -> int:
    flow.rows[name] = row
    flow.label(row, label, "text_total")
    flow.sheet.write_blank(row, 1, None, flow.book.look("money_total"))
    way = 1.0 if name == "benefit" else -1.0
    of_side = [line.flows for line in flow.outcome.lines if line.side == name]
    sums = [way * sum(flows) for flows in zip(*of_side, strict=True)]
    for month, value in enumerate(flow.padded(tuple(sums))):
        letter = column(FIRST_MONTH + month)
        text = f"SUM({letter}{first + 1}:{letter}{row})"
        flow.formula(row, FIRST_MONTH + month, text, "money_total", value)
    _write_row_sums(flow, row, sums, "money_total")
    return row + 1


def _write_sums(flow: FlowSheet, row: int) -> int:
    """Net flow, discounted net flow, and the running sum of each."""
    row = flow.section(row, "Net")
    net = flow.outcome.net
    factors = discount_factors(flow.option.means()["time.discount_rate"], Plan.of(flow.scenario))
    discounted = tuple(value * factor for value, factor in zip(net, factors, strict=True))
    sums, discounted_sums = flow.outcome.cumulative, flow.outcome.discounted_cumulative
    beyond = flow.months + 1 - len(net)
    for name, label, values in (
        ("net", "Net flow", flow.padded(net)),
        ("cumulative", "Running sum", [*sums, *[sums[-1]] * beyond]),
        ("discounted", "Discounted net flow", flow.padded(discounted)),
        ("discounted_cumulative", "Discounted running sum", [*discounted_sums, *[discounted_sums[-1]] * beyond]),
    ):
        flow.rows[name] = row
        flow.label(row, label, "text_total")
        for month, value in enumerate(values):
            flow.formula(row, FIRST_MONTH + month, _sum_formula(flow, name, month), "money_total", value)
        row += 1
    _write_row_sums(flow, flow.rows["net"], list(net), "money_total")
    return row


def _sum_formula(flow: FlowSheet, name: str, month: int) -> str:
    letter, before = column(FIRST_MONTH + month), column(FIRST_MONTH + month - 1)
    rows = {key: row + 1 for key, row in flow.rows.items()}
    if name == "net":
        return f"{letter}{rows['benefit']}+{letter}{rows['cost']}"
    if name == "discounted":
        return f"{letter}{rows['net']}*{letter}{rows['course_discount']}"
    source = rows["net"] if name == "cumulative" else rows["discounted"]
    return f"{letter}{source}" if month == 0 else f"{before}{rows[name]}+{letter}{source}"


def _set_up(flow: FlowSheet, rows: int) -> None:
    """Widths, frozen panes, and a page that shows the years that the plan has."""
    sheet = flow.sheet
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 3, 16)
    sheet.set_column(FIRST_MONTH, FIRST_MONTH + 2 * flow.months, 12)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    grey = flow.book.workbook.add_format({"font_color": "#c9c5ba"})
    criteria = f"={column(FIRST_MONTH)}${HEAD_ROW + 1}>horizon_months"
    last = flow.rows["discounted_cumulative"]
    area = (HEAD_ROW, FIRST_MONTH, last, FIRST_MONTH + flow.months)
    sheet.conditional_format(*area, {"type": "formula", "criteria": criteria, "format": grey})
    sheet.set_landscape()
    sheet.set_paper(flow.book.paper)
    # a year and a half to a page, with the lines' names on each
    sheet.set_print_scale(55)
    sheet.repeat_columns(0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.print_area(0, 0, rows - 1, FIRST_MONTH + flow.scenario.time.horizon_months)
    sheet.set_footer("&L&A&RPage &P of &N")
