"""Every formula of the engine as text: what a page shows as the working, and what docs/formulas.md explains.

An expression is Python over the names of figures (`success_rate`), of other formulas, and of the month `m`; a test
evaluates each and compares it with what the code computes. To add formulas: a tuple of `Formula` like those below,
joined into `FORMULAS`, and a section of the same name with the same expression in docs/formulas.md.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

MODEL = "Model of this engine"
BREALEY = "Brealey, Myers and Allen, Principles of Corporate Finance"
TEI = "Forrester, Total Economic Impact methodology"
GREEN_BOOK = "HM Treasury, The Green Book"


@dataclass(frozen=True)
class Formula:
    """A formula: its name, its expression and where it comes from."""

    name: str
    expression: str
    source: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in the expression, in order, each once."""
        tree = ast.parse(self.expression, mode="eval")
        found = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
        ordered = sorted(found, key=lambda node: (node.lineno, node.col_offset))
        return tuple(dict.fromkeys(node.id for node in ordered))


WORK = (
    Formula("offered_items", "items_per_month * coverage", MODEL),
    Formula("right_items", "offered_items * success_rate", MODEL),
    Formula(
        "unnoticed_errors",
        "offered_items * (1 - success_rate) * (1 - noticed_share) * (1 - checked_share * catch_rate)",
        MODEL,
    ),
    Formula(
        "cost_of_an_item",
        "samples_per_item * ((tokens_in_per_item * price_per_million_tokens_in"
        " + tokens_out_per_item * price_per_million_tokens_out) / 1e6"
        " + device_seconds_per_item * price_per_device_hour / 3600)",
        MODEL,
    ),
)
"""What happens to the items of the first month, once adoption is complete."""

LINES = (
    Formula(
        "labour_saved",
        "right_items * minutes_per_item / 60 * labour_cost_per_hour * (1 - benefit_reduction)",
        f"{MODEL}; {TEI} (risk adjustment)",
    ),
    Formula("errors_avoided", "right_items * human_error_rate * cost_per_error * (1 - benefit_reduction)", MODEL),
    Formula("other_savings", "savings_per_month * (1 - benefit_reduction)", MODEL),
    Formula("inference", "offered_items * cost_of_an_item * (1 + cost_increase)", MODEL),
    Formula(
        "checks",
        "offered_items * checked_share * minutes_per_check / 60 * labour_cost_per_hour * (1 + cost_increase)",
        MODEL,
    ),
    Formula("errors", "unnoticed_errors * cost_per_error * (1 + cost_increase)", MODEL),
    Formula("platform", "platform_per_month * (1 + cost_increase)", MODEL),
    Formula("monitoring", "monitoring_per_month * (1 + cost_increase)", MODEL),
    Formula("support", "support_per_month * (1 + cost_increase)", MODEL),
    Formula("retraining", "retraining_cost * (1 + cost_increase)", MODEL),
    Formula(
        "experiments",
        "experiment_device_hours * experiment_price_per_device_hour * (1 + optimism_bias) * (1 + cost_increase)",
        f"{MODEL}; {GREEN_BOOK} (optimism bias)",
    ),
    Formula(
        "labelling",
        "labelled_items * minutes_per_label / 60 * labelling_cost_per_hour * (1 + optimism_bias) * (1 + cost_increase)",
        MODEL,
    ),
    Formula("integration", "integration * (1 + optimism_bias) * (1 + cost_increase)", MODEL),
    Formula("change_management", "change_management * (1 + optimism_bias) * (1 + cost_increase)", MODEL),
    Formula("evaluation", "evaluation * (1 + optimism_bias) * (1 + cost_increase)", MODEL),
    Formula("risk_review", "risk_review * (1 + optimism_bias) * (1 + cost_increase)", MODEL),
)
"""The amount of each line of the cash-flow table."""

MONTHS = (
    Formula("volume", "(1 + growth) ** ((m - 1) / 12)", "Compound growth"),
    Formula("adoption_linear", "min(1, max(0, (m - 0.5 - months_to_start) / ramp_months))", MODEL),
    Formula(
        "adoption_logistic",
        "1 / (1 + exp(2 * log(19) * (0.5 - (m - 0.5 - months_to_start) / ramp_months)))"
        " if m - 0.5 > months_to_start else 0",
        "Rogers, Diffusion of Innovations, chapter 7 (S-shaped adoption); 5% at the start and 95% at the end",
    ),
    Formula("weight_handled", "volume * adoption", MODEL),
    Formula("weight_in_use", "min(1, max(0, m - months_to_start))", MODEL),
    Formula("weight_monthly", "1", MODEL),
    Formula(
        "weight_retraining",
        "1 if floor(m / retraining_every_months) > floor((m - 1) / retraining_every_months)"
        " and m < horizon_months else 0",
        MODEL,
    ),
    Formula("discount_month_end", "(1 + discount_rate) ** (-m / 12)", f"{BREALEY}, chapter 2"),
    Formula("discount_month_mid", "(1 + discount_rate) ** (-(m - 0.5) / 12)", "Mid-period convention of valuation"),
    Formula("discount_year_end", "(1 + discount_rate) ** -ceil(m / 12)", TEI),
)
"""Weights and discount factors of month m, from 1 to the horizon. Month 0 holds the one-off costs, undiscounted."""

OUTCOME = (
    Formula("total_benefits", "sum(benefits)", MODEL),
    Formula("total_costs", "sum(costs)", MODEL),
    Formula("pv_benefits", "sum(benefits[m] * discount[m] for m in range(len(benefits)))", f"{BREALEY}, chapter 2"),
    Formula("pv_costs", "sum(costs[m] * discount[m] for m in range(len(costs)))", f"{BREALEY}, chapter 2"),
    Formula("npv", "pv_benefits - pv_costs", f"{BREALEY}, chapter 2"),
    Formula("roi", "(pv_benefits - pv_costs) / pv_costs", TEI),
    Formula("irr", "0 == sum(flows[i] / (1 + irr) ** years[i] for i in range(len(flows)))", f"{BREALEY}, chapter 5"),
    Formula(
        "mirr",
        "(sum(max(0, flows[i]) * (1 + discount_rate) ** (years[-1] - years[i]) for i in range(len(flows)))"
        " / sum(max(0, -flows[i]) / (1 + discount_rate) ** years[i] for i in range(len(flows))))"
        " ** (1 / years[-1]) - 1",
        "Microsoft Excel, function MIRR; the discount rate is both of its rates",
    ),
    Formula("payback_months", "last_below + cumulative_gap / net_after", f"{BREALEY}, chapter 5"),
    Formula("discounted_payback_months", "last_below + cumulative_gap / net_after", f"{BREALEY}, chapter 5"),
    Formula(
        "profitability_index",
        "(npv + initial_outlay) / initial_outlay",
        f"{BREALEY}, chapter 5",
    ),
    Formula("break_even_month", "min(m for m in range(1, len(net)) if net[m] > 0)", MODEL),
    Formula("items_handled", "offered_items * sum(weight_handled)", MODEL),
    Formula("items_correct", "items_handled * success_rate", MODEL),
    Formula("cost_per_item_handled", "total_costs / items_handled", MODEL),
    Formula("cost_per_item_correct", "total_costs / items_correct", MODEL),
    Formula(
        "people_cost_per_item",
        "minutes_per_item / 60 * labour_cost_per_hour + human_error_rate * cost_per_error",
        MODEL,
    ),
    Formula("people_cost_per_item_correct", "people_cost_per_item / (1 - human_error_rate)", MODEL),
    Formula(
        "hours_saved",
        "items_handled * (success_rate * minutes_per_item - checked_share * minutes_per_check) / 60",
        MODEL,
    ),
    Formula("fte", "hours_saved / (horizon_months * hours_per_fte_month)", MODEL),
)
"""The figures of an outcome."""

FORMULAS: Mapping[str, Formula] = {formula.name: formula for formula in (*WORK, *LINES, *MONTHS, *OUTCOME)}
"""Every formula by its name."""
