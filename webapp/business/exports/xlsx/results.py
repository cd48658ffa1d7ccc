"""The results of a cash-flow sheet as formulas over its rows: the measures of `roi.appraisal`."""

from collections.abc import Mapping

from .book import at, on
from .distances import PERIODS
from .sheet import FIRST_MONTH, HEAD_ROW, FlowSheet
from .translate import sheet_formula

RESULTS: Mapping[str, tuple[str, str]] = {
    "total_benefits": ("Total benefits", "result_money"),
    "total_costs": ("Total costs", "result_money"),
    "pv_benefits": ("Present value of benefits", "result_money"),
    "pv_costs": ("Present value of costs", "result_money"),
    "npv": ("Net present value (NPV)", "result_money"),
    "roi": ("Return on investment (ROI)", "result_percent"),
    "irr": ("Internal rate of return (IRR), a year", "result_percent"),
    "sign_changes": ("Sign changes (more than 1: judge by NPV)", "result_count"),
    "mirr": ("Modified rate of return (MIRR), a year", "result_percent"),
    "payback_months": ("Payback, months", "result_number"),
    "discounted_payback_months": ("Discounted payback, months", "result_number"),
    "profitability_index": ("Profitability index", "result_number"),
    "break_even_month": ("First month with a gain", "result_count"),
    "items_handled": ("Items handled by the model", "result_number"),
    "items_correct": ("Of these correct", "result_number"),
    "cost_per_item_handled": ("Cost per item handled", "result_money"),
    "cost_per_item_correct": ("Cost per item correct", "result_money"),
    "hours_saved": ("Hours saved", "result_number"),
    "fte": ("Full-time equivalents", "result_number"),
}
"""Each result's label and look, in the order of the sheet."""

_NEVER = '"Never within the horizon."'


def write_results(flow: FlowSheet, row: int) -> None:
    """Each result with its name, from `row` on."""
    row = flow.section(row, "Results")
    found = _formulas(flow)
    for name, (label, look) in RESULTS.items():
        flow.label(row, label)
        flow.formula(row, 1, found[name], look, value_now(flow, name))
        flow.define(name, row, 1)
        flow.results[name] = on(flow.name, at(row, 1))
        row += 1


def value_now(flow: FlowSheet, name: str) -> float | str:
    """What a result is as the file is written: its number, or why there is none."""
    if name == "sign_changes":
        return flow.outcome.irr.inputs["sign_changes"]
    figure = flow.outcome.figures[name]
    return figure.reason if figure.value is None else figure.value


def _formulas(flow: FlowSheet) -> dict[str, str]:
    """The formula of each result, by its name."""
    rows = flow.rows
    first = at(rows["net"], FIRST_MONTH)
    later, months = flow.across(rows["net"], 1), flow.across(HEAD_ROW, 1)
    flows = flow.helper("flow")
    handled = f"SUMPRODUCT({flow.across(rows['course_volume'])},{flow.across(rows['course_adoption'])})"
    return {
        "total_benefits": at(rows["benefit"], 2),
        "total_costs": f"-{at(rows['cost'], 2)}",
        "pv_benefits": at(rows["benefit"], 3),
        "pv_costs": f"-{at(rows['cost'], 3)}",
        "npv": sheet_formula("npv", {}),
        "roi": f'IF(pv_costs>0,{sheet_formula("roi", {})},"Nothing is paid.")',
        "irr": _irr(flow, flows),
        "sign_changes": _sign_changes(flow),
        "mirr": _mirr(flow, flows),
        "payback_months": _payback(flow, "net", "cumulative"),
        "discounted_payback_months": _payback(flow, "discounted", "discounted_cumulative"),
        "profitability_index": f'IF({first}<0,(npv-{first})/-{first},"There is no outlay at the start.")',
        "break_even_month": f'IF(COUNTIF({later},">0")=0,"No month\'s benefits exceed its costs.",'
        f"1000-SUMPRODUCT(MAX(({later}>0)*(1000-{months}))))",
        "items_handled": f"offered_items*{handled}",
        "items_correct": sheet_formula("items_correct", {}),
        "cost_per_item_handled": _per_item("cost_per_item_handled", "items_handled", "The model handles no item."),
        "cost_per_item_correct": _per_item("cost_per_item_correct", "items_correct", "The model gets no item right."),
        "hours_saved": sheet_formula("hours_saved", {}),
        "fte": sheet_formula("fte", {}),
    }


def _per_item(name: str, count: str, reason: str) -> str:
    return f'IF({count}>0,{sheet_formula(name, {})},"{reason}")'


def _irr(flow: FlowSheet, flows: str) -> str:
    """The rate found, if the flows are worth nothing at it: a search may end where there is no rate."""
    first = at(flow.rows["distance_flow"], FIRST_MONTH)
    worth = f"SUMPRODUCT({flows}/(1+irr_found)^((COLUMN({flows})-COLUMN({first}))/{PERIODS}))"
    none = '"No rate makes these flows worth nothing."'
    # near -100% the sum is beyond a number
    is_root = f"IFERROR(ABS({worth})<=0.000001*SUMPRODUCT(ABS({flows})),FALSE)"
    found = f"IF(ISNUMBER(irr_found),IF({is_root},irr_found,{none}),{none})"
    never = '"The flows never change sign: no rate makes them worth nothing."'
    return f"IF(OR(MIN({flows})>=0,MAX({flows})<=0),{never},{found})"


def _sign_changes(flow: FlowSheet) -> str:
    """How often the carried sign differs from the one before, not counting the first."""
    row, last = flow.rows["distance_sign"], FIRST_MONTH + 2 * flow.months
    before = f"{at(row, FIRST_MONTH)}:{at(row, last - 1)}"
    after = f"{at(row, FIRST_MONTH + 1)}:{at(row, last)}"
    return f"SUMPRODUCT(({before}<>{after})*({before}<>0))"


def _mirr(flow: FlowSheet, flows: str) -> str:
    """Gains carried to the last flow and outlays brought to now, both at the discount rate."""
    factors = flow.helper("discount")
    years = 'IF(timing="year_end",ROUNDUP(horizon_months/12,0),(horizon_months-IF(timing="month_mid",0.5,0))/12)'
    gained = f"SUMPRODUCT(({flows}>0)*{flows}*{factors})"
    spent = f"SUMPRODUCT(({flows}<0)*{flows}*{factors})"
    return (
        f"IF(AND({gained}>0,{spent}<0),({gained}/(0-{spent}))^(1/({years}))*(1+discount_rate)-1,"
        '"It needs months with a gain and months with an outlay.")'
    )


def _payback(flow: FlowSheet, flows: str, sums: str) -> str:
    """The month after the last one that is below zero, interpolated; what misses zero by rounding is not below."""
    net, running, months = (flow.across(row) for row in (flow.rows[flows], flow.rows[sums], HEAD_ROW))
    tolerance = f"0.000000000001*SUMPRODUCT(ABS({net}))"
    below = f"SUMPRODUCT(MAX(({running}<-{tolerance})*({months}<=horizon_months)*({months}+1)))"
    # `below` is the number of the month after the last one below zero; 0 where there is none
    within = f"{below}-1+MIN(1,-INDEX({running},{below})/INDEX({net},{below}+1))"
    return f"IF({below}=0,0,IF({below}>horizon_months,{_NEVER},{within}))"
