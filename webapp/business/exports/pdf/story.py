"""What the summary says, in order: the verdict, when it pays, what decides it, where the value is, what it rests on."""

import roi
from roi import Scenario
from roi.appraisal import Figure
from roi.montecarlo import Simulation
from roi.outcome import Outcome
from webapp.business.calculator.outcome import Outcome as Said
from webapp.business.charts.parts import amount
from webapp.ui import formats

from ..words import figure_text, origin_text, spread_text
from .paper import Column, Paper

_MOST_INPUTS = 8

_ROW, _TITLES_AND_HEADS, _LEAST_HEIGHT = 20.0, 165.0, 105.0
"""Heights of a row of the table of options, of all titles around the charts and the table, of a chart still read."""

_ROOM_FOR_ALL = 222.0
"""With so much left on the second page, accuracy by volume and the method both fit."""


def tell(paper: Paper, scenario: Scenario, said: Said, outcome: Outcome, simulation: Simulation) -> None:
    """Two pages, the second longer where there are many options."""
    charts = {chart.key: chart for chart in said.charts}
    _open(paper, scenario, said)
    height = _height_of_charts(paper, len(outcome.options))
    paper.charts([charts["npv-band"]], height)
    paper.charts([charts["tornado"], charts["options"]], height)
    _options(paper, scenario, outcome, simulation)
    paper.charts([charts["waterfall"], charts["distribution"]], 165)
    _inputs(paper, scenario, said)
    if paper.room > _ROOM_FOR_ALL:
        paper.charts([charts["heat-map"]], 108)
    _method(paper, scenario, simulation)


def _height_of_charts(paper: Paper, options: int) -> float:
    """As high as two rows of charts may be, so that the table of options ends on the first page where it can."""
    left = paper.room - _TITLES_AND_HEADS - options * _ROW
    return min(170.0, left / 2) if left >= 2 * _LEAST_HEIGHT else 150.0


def _open(paper: Paper, scenario: Scenario, said: Said) -> None:
    paper.outline(scenario.name)
    paper.text("BUSINESS CASE", 7.5, ink="accent", style="bold")
    paper.y -= 3
    paper.name(scenario.name)
    paper.y -= 4
    months = formats.count(scenario.time.horizon_months, "month")
    rate = formats.percent(scenario.time.discount_rate.mean)
    paper.text(
        f"{said.name} against doing nothing, over {months}, in {scenario.currency}, discounted at {rate} a year.",
        9.5,
        ink="ink-2",
    )
    paper.y -= 8
    paper.rule()
    paper.text(f"{said.sentence}.", 14, style="serif")
    paper.y -= 8
    paper.tiles([(tile.label, tile.value, tile.note) for tile in said.tiles])
    paper.rule("line")


def _options(paper: Paper, scenario: Scenario, outcome: Outcome, simulation: Simulation) -> None:
    """Every option's central value, range and measures; the best one in bold."""
    paper.need(min(300.0, 45 + len(outcome.options) * _ROW))
    paper.heading("Options compared")
    columns = [
        Column("Option", 0.26),
        Column("Net present value", 0.13, True),
        Column("P10 to P90", 0.19, True),
        Column("Best in", 0.09, True),
        Column("Return on cost", 0.1, True),
        Column("IRR a year", 0.1, True),
        Column("Payback", 0.13, True),
    ]
    rows = []
    for option in outcome.options:
        risk = simulation.option(option.key)
        low, high = amount(risk.npv.p10, scenario.currency), amount(risk.npv.p90, scenario.currency)
        rows.append(
            (
                option.name,
                amount(option.npv.value or 0.0, scenario.currency),
                f"{low} to {high}",
                formats.percent(risk.chance_best),
                _share(option.roi),
                _share(option.irr),
                _months(option.payback_months) if option.kind != "do_nothing" else formats.NOTHING,
            )
        )
    best = max(range(len(rows)), key=lambda index: simulation.option(outcome.options[index].key).chance_best)
    paper.table(columns, rows, strong=best)


def _share(figure: Figure) -> str:
    return formats.percent(figure.value)


def _months(figure: Figure) -> str:
    return "never" if figure.value is None else f"{formats.sig(figure.value)} months"


def _inputs(paper: Paper, scenario: Scenario, said: Said) -> None:
    """The figures that move the value most, each with its spread and where it comes from."""
    paper.heading("The figures that matter most, and what they rest on")
    tornado = roi.tornado(scenario, said.key)
    places = {place.path: place for place in roi.quantities(scenario)}
    columns = [
        Column("Figure", 0.2),
        Column("Central value", 0.16, True),
        Column("How certain", 0.24),
        Column("Where from", 0.4),
    ]
    rows = []
    for bar in tornado.bars[:_MOST_INPUTS]:
        place = places[bar.path]
        kind, source, detail = origin_text(place.quantity)
        value = figure_text(place.quantity.mean, place.unit)
        origin = ". ".join(part.rstrip(".") for part in (kind.capitalize(), source, detail) if part)
        rows.append((place.label, value, spread_text(place.quantity, place.unit), origin))
    if rows:
        paper.table(columns, rows)
    else:
        paper.text("No figure has a spread: the result is as certain as its figures are taken to be.", ink="ink-2")


def _method(paper: Paper, scenario: Scenario, simulation: Simulation) -> None:
    counts: dict[str, int] = {}
    for place in roi.quantities(scenario):
        kind = origin_text(place.quantity)[0]
        counts[kind] = counts.get(kind, 0) + 1
    known = [kind for kind in ("measured", "published", "assumed") if kind in counts]
    mix = ", ".join(f"{formats.count(counts[kind])} {kind}" for kind in known)
    paper.need(70)
    paper.heading("How this was worked out")
    paper.text(
        f"Figures: {mix}. Every option is judged by its flows beyond doing nothing. Central values are means; the "
        f"ranges come from {formats.count(simulation.trials)} simulated futures (seed {simulation.seed}) that all "
        "options share, and P10 to P90 holds 8 of 10 of them. Net present value is the sum of discounted monthly "
        "flows; return on cost is net present value over the present value of costs. The workbook of the same case "
        "holds every formula.",
        8.5,
        ink="ink-2",
    )
