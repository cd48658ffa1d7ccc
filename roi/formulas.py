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
HYNDMAN = "Hyndman and Fan (1996), Sample quantiles in statistical packages, type 7"
RAIFFA = "Raiffa and Schlaifer (1961), Applied Statistical Decision Theory"


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

SAMPLING = (
    Formula(
        "normal_range_sample",
        "(low + high) / 2 + (high - low) / (2 * normal_score(0.95)) * normal_score(u)",
        "Normal distribution with P5 and P95 at low and high",
    ),
    Formula(
        "lognormal_range_sample",
        "exp((log(low) + log(high)) / 2 + (log(high) - log(low)) / (2 * normal_score(0.95)) * normal_score(u))",
        "Lognormal distribution with P5 and P95 at low and high",
    ),
    Formula(
        "triangular_sample",
        "low + sqrt(u * (high - low) * (mode - low)) if u * (high - low) < mode - low"
        " else high - sqrt((1 - u) * (high - low) * (high - mode))",
        "Kotz and van Dorp (2004), Beyond Beta, chapter 1",
    ),
    Formula(
        "beta_sample",
        "beta_quantile(successes + 1 / 2, trials - successes + 1 / 2, u)",
        "Jeffreys (1946), An invariant form for the prior probability in estimation problems",
    ),
    Formula("empirical_sample", "sorted(values)[floor(u * len(values))]", "Empirical distribution"),
    Formula(
        "score_correlation",
        "2 * sin(pi / 6 * rank)",
        "Iman and Conover (1982), A distribution-free approach to inducing rank correlation; Pearson (1907)",
    ),
)
"""A figure at the uniform point u of a trial, and the correlation that normal scores need for a rank correlation."""

RISK = (
    Formula("percentile_place", "level * (len(ordered) - 1)", HYNDMAN),
    Formula(
        "percentile",
        "ordered[floor(percentile_place)] + (ordered[ceil(percentile_place)] - ordered[floor(percentile_place)])"
        " * (percentile_place - floor(percentile_place))",
        HYNDMAN,
    ),
    Formula("standard_error", "deviation / sqrt(len(npvs))", "Metropolis and Ulam (1949), The Monte Carlo method"),
    Formula("chance_positive", "sum(value > 0 for value in npvs) / len(npvs)", MODEL),
    Formula(
        "chance_best",
        "sum((row[i] == max(row)) / row.count(max(row)) for row in trials) / len(trials)",
        MODEL,
    ),
    Formula("chance_payback", "sum(months <= m for months in paybacks) / len(paybacks)", MODEL),
    Formula(
        "swing",
        "abs(npv_high - npv_low)",
        "Eschenbach (1992), Spiderplots versus tornado diagrams for sensitivity analysis",
    ),
    Formula("switching_value", "0 == npv_at(switching_value)", f"{GREEN_BOOK}, chapter 5"),
    Formula(
        "sobol_first",
        "sum((f_b[j] - mean_b) * (f_mixed[j] - f_a[j]) for j in range(len(f_a))) / len(f_a) / variance",
        "Saltelli et al. (2010), Variance based sensitivity analysis of model output, table 2 (b)",
    ),
    Formula(
        "sobol_total",
        "sum((f_a[j] - f_mixed[j]) ** 2 for j in range(len(f_a))) / (2 * len(f_a)) / variance",
        "Jansen (1999), Analysis of variance designs for model output",
    ),
)
"""What the trials say, and which figure moves the outcome."""

EVIDENCE = (
    Formula(
        "evpi",
        "sum(max(row) for row in trials) / len(trials) - max(sum(column) / len(column) for column in zip(*trials))",
        f"{RAIFFA}, chapter 4",
    ),
    Formula(
        "evppi",
        "sum(max(row) for row in expected) / len(expected)"
        " - max(sum(column) / len(column) for column in zip(*expected))",
        "Strong, Oakley and Brennan (2014), Estimating multiparameter partial expected value of perfect information",
    ),
    Formula(
        "chance_of_successes",
        "comb(items, k) * exp(log_beta(a + k, b + items - k) - log_beta(a, b))",
        f"{RAIFFA}, chapter 9 (beta-binomial distribution)",
    ),
    Formula(
        "rate_moment",
        "prod((a + k + i) / (a + b + items + i) for i in range(j))",
        f"{RAIFFA}, chapter 9 (moments of the posterior)",
    ),
    Formula(
        "evsi",
        "sum(chance[k] * max(npv_after[k]) for k in range(items + 1)) - max(npv_now)",
        f"{RAIFFA}, chapter 4",
    ),
    Formula("net_value_of_items", "evsi - items * price_per_item", f"{RAIFFA}, chapter 4"),
    Formula(
        "expected_confidence",
        "sum(chance[k] * max(chance_best_after[k]) for k in range(items + 1))",
        f"{MODEL}; {RAIFFA}, chapter 9 (posterior)",
    ),
    Formula(
        "value_of_samples",
        "accuracy * value_per_correct - (1 - accuracy) * cost_per_error - samples * price_per_sample",
        MODEL,
    ),
)
"""What more evidence is worth, and how many samples an item."""

FORMULAS: Mapping[str, Formula] = {
    formula.name: formula for formula in (*WORK, *LINES, *MONTHS, *OUTCOME, *SAMPLING, *RISK, *EVIDENCE)
}
"""Every formula by its name."""
