"""The summary on paper: two pages that a careful analyst would hand over, with the charts as vectors."""

from datetime import date

from roi import Scenario
from roi.montecarlo import Simulation
from roi.outcome import Outcome
from webapp.business.calculator.outcome import Outcome as Said


def summary(scenario: Scenario, said: Said, outcome: Outcome, simulation: Simulation, *, on: date) -> bytes:
    """The PDF. `said`: the option in front with its sentence, tiles and charts; the other two: all options.

    Numbers follow the current locale; the paper is Letter where money is in US dollars, else A4.
    """
    from .paper import Paper
    from .story import tell

    paper = Paper(scenario.name, is_letter=scenario.currency == "USD", on=on)
    tell(paper, scenario, said, outcome, simulation)
    return paper.finished()
