"""Several scenarios as one table: outcomes, and the figures in which they differ, marked against the first."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.ui import formats

from ..history import Identity, stated
from ..models import Scenario
from ..services import stored_case
from ..words import figure_text
from .listing import Listed, listed, months


@dataclass(frozen=True)
class Cell:
    """One scenario's figure; empty where it states none. `differs`: from the first scenario's."""

    text: str
    badge: str
    differs: bool


@dataclass(frozen=True)
class Row:
    """One figure over all scenarios; `option` is empty for one that holds for all options."""

    label: str
    option: str
    cells: list[Cell]


@dataclass(frozen=True)
class Comparison:
    """heads: the scenarios; outcomes: always shown; figures: only those that differ; same: how many do not."""

    heads: list[Listed]
    outcomes: list[Row]
    figures: list[Row]
    same: int
    is_one_currency: bool

    @property
    def columns(self) -> int:
        """Of the table, with its first."""
        return len(self.heads) + 1


def comparison(scenarios: Sequence[Scenario]) -> Comparison:
    """The scenarios in their order. No query."""
    heads = [listed(scenario) for scenario in scenarios]
    rows, same = _figures(scenarios)
    currencies = {head.currency for head in heads}
    return Comparison(heads, _outcomes(heads), rows, same, len(currencies) == 1)


def _outcomes(heads: Sequence[Listed]) -> list[Row]:
    def money(value: float | None, head: Listed) -> str:
        return formats.money(value, head.currency, short=True)

    told = {
        "Best option": [head.option_name or "none" for head in heads],
        "Net present value": [money(head.npv, head) for head in heads],
        "P5 to P95": [f"{money(head.low, head)} to {money(head.high, head)}" for head in heads],
        "P(NPV > 0)": [formats.percent(head.p_npv_positive) for head in heads],
        "Pays back in": [head.payback for head in heads],
        "Horizon": [months(head.scenario.latest_outcome.get("horizon_months")) for head in heads],
    }
    return [_row(label, "", [(text, "") for text in texts]) for label, texts in told.items()]


def _figures(scenarios: Sequence[Scenario]) -> tuple[list[Row], int]:
    """Figures that are stated differently somewhere, base first, and how many are the same everywhere."""
    cases = [stored_case(scenario) for scenario in scenarios]
    all_stated = [stated(case) for case in cases]
    names = {option.key: option.name for case in reversed(cases) for option in case.options}
    identities: dict[Identity, None] = {identity: None for found in all_stated for identity in found}
    ordered = sorted(identities, key=lambda identity: identity[0] != "")
    rows, same = [], 0
    for identity in ordered:
        places = [found.get(identity) for found in all_stated]
        label = next(place.label for place in places if place is not None)
        cells = [
            (figure_text(place.quantity, place.unit, case.currency), place.quantity.provenance.kind)
            if place
            else ("", "")
            for place, case in zip(places, cases, strict=True)
        ]
        quantities = [place.quantity if place else None for place in places]
        if all(quantity == quantities[0] for quantity in quantities):
            same += 1
        else:
            rows.append(_row(label, names.get(identity[0], ""), cells))
    return [*_settings(scenarios), *rows], same


def _settings(scenarios: Sequence[Scenario]) -> list[Row]:
    labels = {"timing": "When flows fall", "ramp": "Shape of adoption"}
    rows = []
    for key, label in labels.items():
        texts = [str(scenario.document["time"][key]).replace("_", " ") for scenario in scenarios]
        if len(set(texts)) > 1:
            rows.append(_row(label, "", [(text, "") for text in texts]))
    return rows


def _row(label: str, option: str, cells: Sequence[tuple[str, str]]) -> Row:
    first = cells[0]
    return Row(label, option, [Cell(text, badge, (text, badge) != first) for text, badge in cells])
