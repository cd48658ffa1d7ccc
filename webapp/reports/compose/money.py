"""What it is worth: the main scenario's figures, options and pictures, and what more evidence would be worth."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from django.urls import reverse

import roi
from webapp.business.bindings import bindings
from webapp.business.calculator.outcome import ACCURACY, SEED, TRIALS, Outcome, appraised, outcome
from webapp.business.charts.parts import amount
from webapp.business.editing import locale_of
from webapp.business.models import Scenario
from webapp.business.pages.assumptions import mix, renewals
from webapp.projects.models import Project
from webapp.ui import formats
from webapp.ui.locales import in_locale

from ..document import KeyFigure, Notebook, Picture, Row, Said, Table

SHOWN = ("npv-band", "tornado", "options")
UNTUNED = ("do_nothing", "prompted", "hosted")
"""Kinds of options that take no post-training."""
_WORTH_TELLING = 0.005
"""Share of the NPV's size from which knowing more is worth a sentence."""


@dataclass(frozen=True)
class Money:
    """The main scenario in front, or nothing (`scenario` None). `chance` is P(NPV > 0) of the option in front."""

    scenario: Scenario | None = None
    option: str = ""
    chance: float | None = None
    is_tuned: bool = False
    is_measured: bool = False
    notes: tuple[int, ...] = ()
    figures: tuple[KeyFigure, ...] = ()
    options: tuple[Row, ...] = ()
    pictures: tuple[Picture, ...] = ()
    risks: tuple[Said, ...] = ()
    steps: tuple[Said, ...] = ()
    mix: str = ""
    currency: str = ""


def main_scenario(project: Project, book: Notebook) -> Money:
    """What the project's main scenario says; numbers are written as people of its currency write them."""
    scenario = Scenario.objects.filter(project=project).order_by("-is_main", "-changed_at", "-pk").first()
    if scenario is None:
        return Money()
    page = reverse("business:scenario", args=[project.code, scenario.code])
    notes = (book.cite(f"Scenario “{scenario.name}”, version {scenario.version}", page),)
    worked = _worked(json.dumps(scenario.document, sort_keys=True), notes)
    with in_locale(locale_of(worked.case)):
        bound = bindings(project, worked.case)
        return replace(
            worked.money,
            scenario=scenario,
            is_measured=worked.rate in bound and bound[worked.rate].measurement is not None,
            risks=tuple(
                Said(text=f"{each.title} has been measured anew: {each.then} instead of {each.now}.", notes=notes)
                for each in renewals(worked.case, bound)
            ),
        )


class _Worked(NamedTuple):
    """The case, the path of its success rate, and all of `Money` that rests on the case alone."""

    case: roi.Scenario
    rate: str
    money: Money


@lru_cache(maxsize=16)
def _worked(document: str, notes: tuple[int, ...]) -> _Worked:
    """Worked out once for as long as the scenario's figures stay as they are. `document`: the scenario as JSON."""
    case = roi.parse(json.loads(document))
    with in_locale(locale_of(case)):
        run = roi.simulate(case, trials=TRIALS, seed=SEED)
        said = outcome(case, run=run)
        money = Money(
            option=said.name,
            chance=run.option(said.key).chance_positive,
            is_tuned=case.option(said.key).kind not in UNTUNED,
            notes=notes,
            figures=_figures(case, said, run, notes),
            options=_options(case, run, notes),
            pictures=tuple(_picture(said, key) for key in SHOWN),
            steps=_worth_of_evidence(case, said, max(abs(run.option(said.key).mean), 1.0), notes),
            mix=mix(case),
            currency=case.currency,
        )
    return _Worked(case, case.option(said.key).paths[ACCURACY], money)


def _figures(case: roi.Scenario, said: Outcome, run: roi.Simulation, notes: tuple[int, ...]) -> tuple[KeyFigure, ...]:
    """The three that matter: value, time, and the success rate at which it turns."""
    risk, central = run.option(said.key), appraised(case, said.key)
    low, high = amount(risk.npv.p10, case.currency), amount(risk.npv.p90, case.currency)
    npv = central.npv.value
    early, late = risk.payback["p10"], risk.payback["p90"]
    switch = roi.switching_value(case, said.key, case.option(said.key).paths[ACCURACY])
    months = formats.count(case.time.horizon_months, "month")
    payback = central.payback_months.value
    return (
        KeyFigure(
            label="Net present value",
            value=formats.NOTHING if npv is None else amount(npv, case.currency),
            reach=f"{low} to {high} in 8 of 10 futures, over {months}",
            notes=notes,
        ),
        KeyFigure(
            label="Paid back",
            value="not within the horizon" if payback is None else f"after {formats.sig(payback)} months",
            reach=f"{_month(early)} to {_month(late)} in 8 of 10 futures",
            notes=notes,
        ),
        KeyFigure(
            label="Success rate at which it pays",
            value=formats.NOTHING if switch.value is None else formats.percent(switch.value),
            reach=switch.reason or f"the plan has {formats.percent(switch.current)}",
            notes=notes,
        ),
    )


def _month(value: float | None) -> str:
    return "never" if value is None else f"{formats.sig(value)} months"


def _options(case: roi.Scenario, run: roi.Simulation, notes: tuple[int, ...]) -> tuple[Row, ...]:
    rows = []
    for option in case.options:
        risk = run.option(option.key)
        is_nothing = option.kind == "do_nothing"  # what all others are held against
        cost = None if is_nothing else appraised(case, option.key).cost_per_item_correct.value
        low, high = amount(risk.npv.p10, case.currency), amount(risk.npv.p90, case.currency)
        rows.append(
            Row(
                cells=(
                    option.name,
                    amount(risk.npv.p50, case.currency),
                    formats.NOTHING if is_nothing else f"{low} to {high}",
                    formats.NOTHING if is_nothing else formats.percent(risk.chance_positive),
                    formats.percent(risk.chance_best),
                    formats.NOTHING if cost is None else formats.money(cost, case.currency),
                ),
                notes=notes,
            )
        )
    return tuple(rows)


def options_table(money: Money) -> Table:
    """All options of the main scenario on the same simulated futures."""
    return Table(
        key="options",
        title="Options compared",
        columns=(
            "Option",
            "Median value",
            "8 of 10 futures",
            "Pays in",
            "Best in",
            "Cost per right item",
        ),
        rows=money.options,
        about=f"Net present value against doing nothing. The scenario's figures are {money.mix}." if money.mix else "",
        empty="There is no business case yet.",
    )


def _picture(said: Outcome, key: str) -> Picture:
    chart = next(chart for chart in said.charts if chart.key == key)
    return Picture(
        key=key,
        finding=chart.finding,
        figure=chart.figure,
        columns=chart.columns,
        rows=tuple(tuple(row) for row in chart.rows),
        note=chart.note,
        shape=chart.shape,
    )


def _worth_of_evidence(case: roi.Scenario, said: Outcome, size: float, notes: tuple[int, ...]) -> tuple[Said, ...]:
    """Which figure is worth knowing better, and what more evaluation items would bring. size: of the NPV, in money."""
    texts = [_worth_of_a_figure(case, size)]
    try:
        found = roi.sample_information(case, said.key)
    except ValueError:  # the success rate is certain, or the option has none: more items tell nothing
        found = None
    best = max(found.curve, key=lambda each: each.value, default=None) if found else None
    if found and best and best.items and best.value > _WORTH_TELLING * size:
        text = f"Evaluate {formats.count(best.items, 'more item')}: worth up to {amount(best.value, case.currency)}"
        if found.items_needed:
            sure = formats.percent(found.confidence_wanted)
            text += f"; {formats.count(found.items_needed)} would settle the choice with {sure} confidence"
        texts.append(f"{text}.")
    return tuple(Said(text=text, notes=notes) for text in texts)


def _worth_of_a_figure(case: roi.Scenario, size: float) -> str:
    known = roi.perfect_information(case)
    first = known.inputs[0] if known.inputs else None
    if first is None or first.value <= _WORTH_TELLING * size:
        return "No single figure of the business case is worth more study: the choice would stay the same."
    return (
        f"Find out more about “{first.label}”: to know it exactly is worth up to {amount(first.value, case.currency)}."
    )
