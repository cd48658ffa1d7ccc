"""The deterministic outcome of a scenario: each figure at its central value, each option against doing nothing."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .appraisal import Appraisal, Figure, judge
from .cashflow import (
    Array,
    Line,
    Month,
    Plan,
    Side,
    discount_factors,
    items_of_a_month,
    lines,
    months,
    present_values,
    summed,
)
from .formulas import FORMULAS, Formula
from .scenario import OptionKind, ResolvedOption, Scenario


@dataclass(frozen=True)
class LineFlows:
    """One line of the cash-flow table: `flows` from month 0 to the horizon, never negative; `side` says which way."""

    key: str
    label: str
    side: Side
    formula: Formula
    inputs: Mapping[str, float]
    flows: tuple[float, ...]
    total: float
    present_value: float


@dataclass(frozen=True)
class OptionOutcome(Appraisal):
    """What an option is worth beyond doing nothing.

    The cash-flow table from month 0: `lines`, their `net`, its running sum `cumulative`, and that of discounted flows.
    For the option of doing nothing all flows are 0 and the costs an item are those of people.
    """

    key: str
    name: str
    kind: OptionKind
    lines: tuple[LineFlows, ...]
    net: tuple[float, ...]
    cumulative: tuple[float, ...]
    discounted_cumulative: tuple[float, ...]
    items_handled: Figure
    items_correct: Figure
    cost_per_item_handled: Figure
    cost_per_item_correct: Figure
    hours_saved: Figure
    fte: Figure

    @property
    def figures(self) -> dict[str, Figure]:
        """Every figure by its name."""
        found = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: figure for name, figure in found.items() if isinstance(figure, Figure)}


@dataclass(frozen=True)
class Outcome:
    """The options in their order, doing nothing among them, in the scenario's currency."""

    name: str
    currency: str
    options: tuple[OptionOutcome, ...]

    def option(self, key: str) -> OptionOutcome:
        """The option's outcome. `KeyError` where there is none."""
        for option in self.options:
            if option.key == key:
                return option
        raise KeyError(key)

    @property
    def best(self) -> OptionOutcome:
        """The option with the highest net present value; the first of equals."""
        return max(self.options, key=lambda option: option.npv.value or 0.0)

    def data(self) -> dict[str, object]:
        """Plain data for JSON."""
        return dataclasses.asdict(self) | {"best": self.best.key}


_NO_ITEM = {"items_handled": "The model handles no item.", "items_correct": "The model gets no item right."}


def evaluate(scenario: Scenario) -> Outcome:
    """The outcome with every figure at its central value (its mean)."""
    options = tuple(evaluate_option(scenario, option.key) for option in scenario.options)
    return Outcome(scenario.name, scenario.currency, options)


def evaluate_option(scenario: Scenario, key: str) -> OptionOutcome:
    """That of one option, which needs no other. `KeyError` where there is none."""
    return _evaluate(scenario, scenario.option(key))


def _evaluate(scenario: Scenario, option: ResolvedOption) -> OptionOutcome:
    plan = Plan.of(scenario)
    values = option.means()
    rate = values["time.discount_rate"]
    factors = np.array(discount_factors(rate, plan))
    idle = option.kind == "do_nothing"
    course = list(months(values, plan))
    table = [] if idle else _table(values, course, factors)
    benefits = _total(table, "benefit", plan)
    costs = _total(table, "cost", plan)
    worth = None if idle else present_values(values, plan, summed(course))
    appraisal = judge(
        benefits.tolist(),
        costs.tolist(),
        rate,
        plan.timing,
        pv_benefits=0.0 if worth is None else float(worth.benefits[0]),
        pv_costs=0.0 if worth is None else float(worth.costs[0]),
    )
    net = benefits - costs
    work = _people(values) if idle else _work(values, course, appraisal)
    return OptionOutcome(
        **{field.name: getattr(appraisal, field.name) for field in dataclasses.fields(Appraisal)},
        **work,
        key=option.key,
        name=option.name,
        kind=option.kind,
        lines=tuple(table),
        net=tuple(net.tolist()),
        cumulative=tuple(np.cumsum(net).tolist()),
        discounted_cumulative=tuple(np.cumsum(net * factors).tolist()),
    )


def _table(values: Mapping[str, float], course: list[Month], factors: Array) -> list[LineFlows]:
    """Every line over the months, also those of nothing: a reader sees that they were thought of."""
    weights = {"start": np.array([1.0] + [0.0] * len(course))}
    for profile in ("handled", "in_use", "monthly", "retraining"):
        weights[profile] = np.array([0.0, *(getattr(month.weights, profile)[0] for month in course)])
    known = _named(values)
    return [_line(line, known, weights[line.profile], factors) for line in lines(values)]


def _named(values: Mapping[str, float]) -> dict[str, float]:
    """Figures and items of a month by the names that formulas have for them."""
    figures = {name.partition(".")[2]: value for name, value in values.items()}
    return figures | {name: float(count[0]) for name, count in items_of_a_month(values).items()}


def _inputs(formula: str, known: Mapping[str, float]) -> dict[str, float]:
    return {name: known[name] for name in FORMULAS[formula].names if name in known}


def _line(line: Line, known: Mapping[str, float], weight: Array, factors: Array) -> LineFlows:
    flows = float(line.amount[0]) * weight
    return LineFlows(
        key=line.key,
        label=line.label,
        side=line.side,
        formula=FORMULAS[line.key],
        inputs=_inputs(line.key, known),
        flows=tuple(flows.tolist()),
        total=float(flows.sum()),
        present_value=float((flows * factors).sum()),
    )


def _total(table: list[LineFlows], side: Side, plan: Plan) -> Array:
    flows = [line.flows for line in table if line.side == side]
    total: Array = np.sum(flows, axis=0) if flows else np.zeros(plan.months + 1)
    return total


def _work(values: Mapping[str, float], course: list[Month], appraisal: Appraisal) -> dict[str, Figure]:
    """Items, their cost, and the time they free, over the whole horizon and before any risk adjustment of the time."""
    known = _named(values)
    weight = sum(float(month.weights.handled[0]) for month in course)
    handled = known["offered_items"] * weight
    known |= {"items_handled": handled, "items_correct": handled * known["success_rate"]}
    known |= {"total_costs": appraisal.total_costs.value or 0.0, "horizon_months": float(len(course))}
    minutes = known["success_rate"] * known["minutes_per_item"] - known["checked_share"] * known["minutes_per_check"]
    known["hours_saved"] = handled * minutes / 60
    known["fte"] = known["hours_saved"] / (len(course) * known["hours_per_fte_month"])
    units = {"items_handled": "items", "items_correct": "items", "hours_saved": "hours", "fte": "FTE"}
    figures = {name: Figure(known[name], unit, FORMULAS[name], _inputs(name, known)) for name, unit in units.items()}
    for name, count in (("cost_per_item_handled", "items_handled"), ("cost_per_item_correct", "items_correct")):
        value = known["total_costs"] / known[count] if known[count] > 0 else None
        reason = "" if value is not None else _NO_ITEM[count]
        figures[name] = Figure(value, "money/item", FORMULAS[name], _inputs(name, known), reason)
    return figures


def _people(values: Mapping[str, float]) -> dict[str, Figure]:
    """The same for doing nothing: people do every item, at their cost and with their errors."""
    known = _named(values)
    cost = known["minutes_per_item"] / 60 * known["labour_cost_per_hour"]
    cost += known["human_error_rate"] * known["cost_per_error"]
    known["people_cost_per_item"] = cost
    right = 1 - known["human_error_rate"]
    reason = "Doing nothing gives the model no item."
    figures = {
        name: Figure(0.0, unit, FORMULAS[name], reason=reason)
        for name, unit in (
            ("items_handled", "items"),
            ("items_correct", "items"),
            ("hours_saved", "hours"),
            ("fte", "FTE"),
        )
    }
    for name, formula, value in (
        ("cost_per_item_handled", "people_cost_per_item", cost),
        ("cost_per_item_correct", "people_cost_per_item_correct", cost / right if right > 0 else None),
    ):
        missing = "" if value is not None else "People get no item right."
        figures[name] = Figure(value, "money/item", FORMULAS[formula], _inputs(formula, known), missing)
    return figures
