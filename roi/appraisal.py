"""The measures of a plan's benefits and costs, each with its formula, its inputs and, without a value, the reason."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import measures
from .cashflow import Plan, Timing, discount_factors
from .formulas import FORMULAS, Formula


@dataclass(frozen=True)
class Figure:
    """One figure of an outcome.

    `value` is None where it does not exist; `reason` then says why, and with a value what to mind about it. `unit` is
    `money`, `share`, `share/year`, `months`, `items`, `money/item`, `hours`, `FTE` or empty. `inputs` are numbers that
    the formula starts from, by the names it has for them.
    """

    value: float | None
    unit: str
    formula: Formula
    inputs: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Appraisal:
    """What a plan's flows are worth. Money as given; rates a year; payback in months."""

    total_benefits: Figure
    total_costs: Figure
    pv_benefits: Figure
    pv_costs: Figure
    npv: Figure
    roi: Figure
    irr: Figure
    mirr: Figure
    payback_months: Figure
    discounted_payback_months: Figure
    profitability_index: Figure
    break_even_month: Figure


def from_years(columns: Sequence[float]) -> list[float]:
    """Monthly flows from yearly columns, the first of which falls now: a year is spread evenly over its months."""
    return [columns[0], *(total / 12 for total in columns[1:] for _ in range(12))]


def appraise(benefits: Sequence[float], costs: Sequence[float], rate: float, timing: Timing = "month_end") -> Appraisal:
    """Judge monthly flows, the first of each now; costs are positive numbers, `rate` is a year's.

    A Total Economic Impact study is `from_years` of its columns with `year_end`. Raises `ValueError` for lists of
    unequal length, numbers that are not finite and a rate of -1 or less.
    """
    if len(benefits) != len(costs) or not benefits:
        raise ValueError("benefits and costs must be lists of the same length with month 0 first")
    measures.npv(rate, [*benefits, *costs])  # refuses what is not finite
    factors = discount_factors(rate, Plan(len(benefits) - 1, timing))
    earned = math.fsum(flow * factor for flow, factor in zip(benefits, factors, strict=True))
    paid = math.fsum(flow * factor for flow, factor in zip(costs, factors, strict=True))
    return judge(benefits, costs, rate, timing, pv_benefits=earned, pv_costs=paid)


def judge(
    benefits: Sequence[float],
    costs: Sequence[float],
    rate: float,
    timing: Timing,
    *,
    pv_benefits: float,
    pv_costs: float,
) -> Appraisal:
    """`appraise` with the present values known already."""
    factors = discount_factors(rate, Plan(len(benefits) - 1, timing))
    net = [earned - paid for earned, paid in zip(benefits, costs, strict=True)]
    discounted = [flow * factor for flow, factor in zip(net, factors, strict=True)]
    values = {"pv_benefits": pv_benefits, "pv_costs": pv_costs}
    rated = {"discount_rate": rate}
    return Appraisal(
        total_benefits=_figure("total_benefits", "money", math.fsum(benefits)),
        total_costs=_figure("total_costs", "money", math.fsum(costs)),
        pv_benefits=_figure("pv_benefits", "money", pv_benefits, rated),
        pv_costs=_figure("pv_costs", "money", pv_costs, rated),
        npv=_figure("npv", "money", pv_benefits - pv_costs, values),
        roi=_roi(pv_benefits, pv_costs, values),
        irr=_irr(net, timing),
        mirr=_mirr(net, rate, timing),
        payback_months=_payback("payback_months", net, {}),
        discounted_payback_months=_payback("discounted_payback_months", discounted, rated),
        profitability_index=_profitability_index(pv_benefits - pv_costs, net[0]),
        break_even_month=_break_even(net),
    )


def periodic(net: Sequence[float], timing: Timing) -> tuple[list[float], int]:
    """The flows at equal distances, the first now, and how many of those periods a year has.

    Mid-month flows fall on every second half month. At year ends, a year's months are one flow.
    """
    if timing == "month_end":
        return list(net), 12
    if timing == "month_mid":
        return [net[0], *(flow for later in net[1:] for flow in (later, 0.0))], 24
    return [net[0], *(math.fsum(net[month : month + 12]) for month in range(1, len(net), 12))], 1


def _figure(
    name: str, unit: str, value: float | None, inputs: Mapping[str, float] | None = None, reason: str = ""
) -> Figure:
    return Figure(value, unit, FORMULAS[name], inputs or {}, reason)


def _roi(earned: float, paid: float, inputs: Mapping[str, float]) -> Figure:
    if paid <= 0:
        return _figure("roi", "share", None, inputs, "Nothing is paid, so there is nothing to relate the benefit to.")
    return _figure("roi", "share", (earned - paid) / paid, inputs)


def _irr(net: Sequence[float], timing: Timing) -> Figure:
    flows, periods = periodic(net, timing)
    changes = measures.sign_changes(flows)
    inputs = {"sign_changes": float(changes)}
    if changes == 0:
        sign = "positive" if math.fsum(flows) > 0 else "negative" if math.fsum(flows) < 0 else "zero"
        return _figure("irr", "share/year", None, inputs, f"All flows are {sign}: no rate makes them worth nothing.")
    roots = [_yearly(root, periods) for root in measures.irr_roots(flows)]
    found = sorted((root for root in roots if root is not None), key=lambda root: (abs(root), root))
    if not found:
        return _figure("irr", "share/year", None, inputs, "No rate makes these flows worth nothing.")
    reason = ""
    if changes > 1:
        listed = ", ".join(f"{root:.1%}" for root in sorted(found))
        reason = (
            f"The flows change sign {changes} times and are worth nothing at {listed}: judge by net present value or "
            "modified rate of return."
        )
    return _figure("irr", "share/year", found[0], inputs, reason)


def _yearly(rate: float, periods: int) -> float | None:
    """A rate a period as an effective rate a year; None beyond what a float can hold."""
    try:
        return math.expm1(periods * math.log1p(rate))
    except OverflowError:
        return None


def _mirr(net: Sequence[float], rate: float, timing: Timing) -> Figure:
    flows, periods = periodic(net, timing)
    # the last half month after a mid-month flow holds nothing
    flows = flows[:-1] if timing == "month_mid" and len(flows) > 1 else flows
    period_rate = math.expm1(math.log1p(rate) / periods)
    found = measures.mirr(flows, period_rate, period_rate)
    inputs = {"discount_rate": rate}
    if found is None:
        return _figure("mirr", "share/year", None, inputs, "It needs months with a gain and months with an outlay.")
    yearly = _yearly(found, periods)
    return _figure("mirr", "share/year", yearly, inputs, "" if yearly is not None else "It is too large to tell.")


def _payback(name: str, net: Sequence[float], inputs: Mapping[str, float]) -> Figure:
    found = measures.payback(net)
    if found is None:
        return _figure(name, "months", None, inputs, "Never within the horizon.")
    if found == 0:
        return _figure(
            name, "months", 0.0, inputs, "Nothing has to be paid back: the sum of the flows is never below zero."
        )
    last = math.ceil(found) - 1
    gap = {"last_below": float(last), "cumulative_gap": -math.fsum(net[: last + 1]), "net_after": net[last + 1]}
    return _figure(name, "months", found, {**inputs, **gap})


def _profitability_index(value: float, first: float) -> Figure:
    if first >= 0:
        return _figure("profitability_index", "", None, {"npv": value}, "There is no outlay at the start.")
    inputs = {"npv": value, "initial_outlay": -first}
    return _figure("profitability_index", "", (value - first) / -first, inputs)


def _break_even(net: Sequence[float]) -> Figure:
    month = next((number for number, flow in enumerate(net) if number and flow > 0), None)
    reason = "No month's benefits exceed its costs within the horizon." if month is None else ""
    return _figure("break_even_month", "months", None if month is None else float(month), reason=reason)
