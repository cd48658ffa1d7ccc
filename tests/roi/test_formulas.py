"""Every formula is evaluated as it is written and compared with what the code computes; the documentation has all."""

import doctest
import math
import re
from pathlib import Path
from typing import Any

import pytest

import roi
from roi.cashflow import Plan, items_of_a_month, lines, months
from roi.formulas import FORMULAS, LINES, MONTHS, OUTCOME, WORK

DOCS = Path(__file__).resolve().parents[2] / "docs" / "formulas.md"
FUNCTIONS = {"min": min, "max": max, "sum": sum, "len": len, "range": range}
FUNCTIONS |= {"exp": math.exp, "log": math.log, "floor": math.floor, "ceil": math.ceil}

EVERYTHING = {
    "work.growth": 0.07,
    "work.cost_per_error": 12.5,
    "work.human_error_rate": 0.03,
    "run.price_per_million_tokens_in": 2.0,
    "run.price_per_million_tokens_out": 9.0,
    "run.price_per_device_hour": 2.5,
    "run.samples_per_item": 3.0,
    "one_off.experiment_device_hours": 90.0,
    "one_off.experiment_price_per_device_hour": 3.0,
    "one_off.labelled_items": 500.0,
    "one_off.minutes_per_label": 2.5,
    "one_off.labelling_cost_per_hour": 40.0,
    "recurring.retraining_cost": 4000.0,
    "recurring.retraining_every_months": 5.0,
    "recurring.savings_per_month": 700.0,
    "time.ramp_months": 7.5,
    "time.months_to_start": 2.25,
    "time.horizon_months": 31,
    "risk.benefit_reduction": 0.1,
    "risk.cost_increase": 0.2,
    "risk.optimism_bias": 0.3,
}
"""Nothing is at a value that would hide a factor."""

TIMINGS = ("month_end", "month_mid", "year_end")


def case(timing: str = "month_end", ramp: str = "linear") -> roi.Scenario:
    """The support desk with every figure at work."""
    changes: dict[str, Any] = {**EVERYTHING, "time.timing": timing, "time.ramp": ramp}
    data = roi.preset("support-desk").data()
    data["options"] = [data["options"][0], {"key": "peft", "name": "Tuned", "kind": "peft"}]
    return roi.replace(roi.parse(data), changes)


def known(scenario: roi.Scenario) -> dict[str, Any]:
    """Figures by the names that formulas have for them, and what follows for the items of a month."""
    means = scenario.option("peft").means()
    found: dict[str, Any] = {name.partition(".")[2]: value for name, value in means.items()}
    found |= {**FUNCTIONS, "horizon_months": scenario.time.horizon_months}
    for formula in WORK:
        found[formula.name] = compute(formula.name, found)
    return found


def compute(name: str, names: dict[str, Any]) -> Any:
    return eval(FORMULAS[name].expression, {"__builtins__": {}}, names)


def test_items_of_a_month() -> None:
    scenario = case()
    names = known(scenario)
    found = items_of_a_month(scenario.option("peft").means())
    assert {formula.name: names[formula.name] for formula in WORK} == pytest.approx(
        {name: float(count[0]) for name, count in found.items()}
    )


def test_amounts_of_lines() -> None:
    scenario = case()
    names = known(scenario)
    found = {line.key: float(line.amount[0]) for line in lines(scenario.option("peft").means())}
    assert {formula.name: compute(formula.name, names) for formula in LINES} == pytest.approx(found)
    assert all(found.values())


@pytest.mark.parametrize("ramp", ["linear", "logistic"])
@pytest.mark.parametrize("timing", TIMINGS)
def test_weights_and_discounts_of_months(timing: str, ramp: str) -> None:
    scenario = case(timing, ramp)
    course = list(months(scenario.option("peft").means(), Plan.of(scenario)))
    assert len(course) == 31
    for month in course:
        names = known(scenario) | {"m": month.number}
        names |= {"volume": compute("volume", names), "adoption": compute(f"adoption_{ramp}", names)}
        for profile in ("handled", "in_use", "monthly", "retraining"):
            weight = float(getattr(month.weights, profile)[0])
            assert weight == pytest.approx(compute(f"weight_{profile}", names)), (month.number, profile)
        assert float(month.discount[0]) == pytest.approx(compute(f"discount_{timing}", names))


@pytest.mark.parametrize("timing", TIMINGS)
def test_figures_of_the_outcome(timing: str) -> None:
    scenario = case(timing)
    option = roi.evaluate(scenario).option("peft")
    names = known(scenario)
    names |= {name: figure.value for name, figure in option.figures.items()}
    names |= {"net": option.net, "initial_outlay": -option.net[0], "people_cost_per_item": 1.0}
    for side in ("benefit", "cost"):
        table = [line.flows for line in option.lines if line.side == side]
        names[f"{side}s"] = [sum(column) for column in zip(*table, strict=True)]
    dates = [0.0, *(years(timing, m) for m in range(1, 32))]
    names["discount"] = [(1 + names["discount_rate"]) ** -date for date in dates]
    names["years"] = sorted(set(dates))
    names["flows"] = [
        sum(flow for flow, date in zip(option.net, dates, strict=True) if date == year) for year in names["years"]
    ]
    course = months(scenario.option("peft").means(), Plan.of(scenario))
    names["weight_handled"] = [float(month.weights.handled[0]) for month in course]
    for name, figure in option.figures.items():
        if name == "irr":
            right = FORMULAS["irr"].expression.removeprefix("0 == ")
            assert eval(right, names) == pytest.approx(0, abs=1e-6 * abs(option.net[0]))
            continue
        if name.endswith("payback_months"):
            names |= figure.inputs
        assert figure.value == pytest.approx(eval(figure.formula.expression, names)), name
    assert option.payback_months.value == pytest.approx(roi.payback(option.net))


def years(timing: str, month: int) -> float:
    """When the flow of a month falls, in years from now."""
    return {"month_end": month / 12, "month_mid": (month - 0.5) / 12, "year_end": math.ceil(month / 12)}[timing]


def test_doing_nothing_costs_what_people_cost() -> None:
    scenario = case()
    names = known(scenario)
    names["people_cost_per_item"] = compute("people_cost_per_item", names)
    idle = roi.evaluate(scenario).option("nothing")
    assert idle.cost_per_item_handled.value == pytest.approx(names["people_cost_per_item"])
    assert idle.cost_per_item_correct.value == pytest.approx(compute("people_cost_per_item_correct", names))


def test_every_input_that_a_figure_shows_is_in_its_formula() -> None:
    outcome = roi.evaluate(case())
    for option in outcome.options:
        for name, figure in option.figures.items():
            extra = {"sign_changes"} if name == "irr" else set()
            if name in ("pv_benefits", "pv_costs", "discounted_payback_months"):
                extra = {"discount_rate"}  # it makes the discount factors
            assert set(figure.inputs) <= set(figure.formula.names) | extra, name
        for line in option.lines:
            assert set(line.inputs) == set(line.formula.names), line.key


# the documentation


def documented() -> dict[str, tuple[str, str]]:
    """Expression and source of each formula in the documentation: a heading, a code block, a line `Source: ...`."""
    pattern = r"^#### `(\w+)`\n(?:(?!^#).*\n)*?```\n((?:.*\n)+?)```\n\nSource: (.+)$"
    text = DOCS.read_text(encoding="utf-8")
    return {name: (" ".join(block.split()), source) for name, block, source in re.findall(pattern, text, re.MULTILINE)}


def test_the_documentation_has_every_formula_as_the_code_has_it() -> None:
    assert documented() == {name: (formula.expression, formula.source) for name, formula in FORMULAS.items()}


def test_every_heading_of_a_formula_is_complete() -> None:
    headings = re.findall(r"^#### `(\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(documented())


def test_every_worked_example_is_computed_by_the_code() -> None:
    tried = doctest.testfile(str(DOCS), module_relative=False, globs={"roi": roi})
    assert tried.attempted >= 15
    assert tried.failed == 0


def test_every_formula_stands_in_one_of_the_tuples_once() -> None:
    names = [formula.name for formula in (*WORK, *LINES, *MONTHS, *OUTCOME)]
    assert len(names) == len(set(names))
    assert set(names) <= set(FORMULAS)
