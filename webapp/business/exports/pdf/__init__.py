"""The summary on paper: two pages that a careful analyst would hand over, with the charts as vectors."""

import json
from datetime import date

from roi import Scenario
from roi.montecarlo import Simulation
from roi.outcome import Outcome
from webapp.business.calculator.outcome import Outcome as Said

from .sizes import Size


def summary(scenario: Scenario, said: Said, outcome: Outcome, simulation: Simulation, *, on: date, size: Size) -> bytes:
    """The PDF. `said`: the option in front with its sentence, tiles and charts; the other two: all options.

    Numbers follow the current locale.
    """
    from webapp.ui.vectors.faces import language_of

    from .paper import Paper
    from .story import tell

    language = "ja" if scenario.currency == "JPY" else language_of(json.dumps(scenario.data(), ensure_ascii=False))
    paper = Paper(scenario.name, size=size, on=on, language=language)
    tell(paper, scenario, said, outcome, simulation)
    return paper.finished()
