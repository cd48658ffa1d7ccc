"""Flows at equal distances (months, half months or years), so that a spreadsheet's IRR can be asked.

The same as `roi.appraisal.periodic`, but long enough for every timing: two cells for each month.
"""

from roi.appraisal import periodic

from .book import at, column
from .sheet import FIRST_MONTH, FlowSheet

PERIODS = 'IF(timing="month_mid",24,IF(timing="year_end",1,12))'
"""How many distances a year has."""


def write_distances(flow: FlowSheet, row: int) -> None:
    """Three rows: the flows, their sign carried over flows of nothing, their discount factors; then the rate found."""
    row = flow.section(row, "For the rates of return: flows at equal distances, their sign, their discount factors")
    net, periods = periodic(list(flow.outcome.net), flow.scenario.time.timing)
    rate = flow.option.means()["time.discount_rate"]
    for offset, (name, label) in enumerate((("flow", "Flow"), ("sign", "Sign"), ("discount", "Discount factor"))):
        flow.rows[f"distance_{name}"] = row + offset
        flow.label(row + offset, label, "quiet")
    sign = 0.0
    for place in range(2 * flow.months + 1):
        col = FIRST_MONTH + place
        value = net[place] if place < len(net) else 0.0
        sign = (value > 0) - (value < 0) or sign
        flow.formula(row, col, _flow(flow, place), "money", value)
        here, before = at(row, col, fixed=False), at(row + 1, col - 1, fixed=False)
        carried = f"SIGN({here})" if place == 0 else f"IF({here}=0,{before},SIGN({here}))"
        flow.formula(row + 1, col, carried, "factor", sign)
        flow.formula(
            row + 2, col, f"(1+discount_rate)^(0-{place}/{PERIODS})", "factor", (1 + rate) ** (-place / periods)
        )

    _write_rate(flow, row + 3, periods)


def _write_rate(flow: FlowSheet, row: int, periods: int) -> None:
    """The IRR for each distance as an effective rate a year, searched from the rate it is now and from usual ones."""
    now, flows = flow.outcome.irr.value, flow.helper("flow")
    start = (1 + now) ** (1 / periods) - 1 if now is not None and now > -1 else 0.01
    tries = f"IRR({flows},{start:.12g})"
    for guess in ("0.01", "0.1", "-0.01", "-0.1"):
        tries = f"IFERROR({tries},IRR({flows},{guess}))"
    flow.label(row, "Rate found, a year", "quiet")
    flow.formula(row, 1, f'IFERROR((1+{tries})^{PERIODS}-1,"none")', "unit:share", "none" if now is None else now)
    flow.define("irr_found", row, 1)


def _flow(flow: FlowSheet, place: int) -> str:
    row = flow.rows["net"] + 1
    if place == 0:
        return f"{column(FIRST_MONTH)}{row}"
    end = f"{column(FIRST_MONTH + place)}{row}" if place <= flow.months else "0"
    middle = f"{column(FIRST_MONTH + (place + 1) // 2)}{row}" if place % 2 else "0"
    first, last = 12 * place - 11, min(12 * place, flow.months)
    year = f"SUM({column(FIRST_MONTH + first)}{row}:{column(FIRST_MONTH + last)}{row})" if first <= flow.months else "0"
    return f'IF(timing="month_mid",{middle},IF(timing="year_end",{year},{end}))'
