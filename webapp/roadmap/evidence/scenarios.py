"""Figures of scenarios, from the outcome that was stored with them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from webapp.business.models import Scenario
from webapp.business.services import figures

from ..gates import Figure
from ..gates.criteria import SCENARIO_FIGURES, ScenarioCriterion
from ..models import GateCriterion
from .hand import Hand

PRICE_HOLDS_DAYS = 180
"""How long a published price counts after the day it was read: lists of compute prices change within half a year."""

_NAMES = {"probability_npv_positive": "p_npv_positive"}


def of_scenario(hand: Hand, criterion: ScenarioCriterion, row: GateCriterion) -> Figure | None:
    """The figure of the named scenario, or of the project's main one; None where there is no such scenario."""
    found = Scenario.objects.filter(project=hand.project)
    found = found.filter(code=criterion.scenario) if criterion.scenario else found.filter(is_main=True)
    scenario = found.first()
    if scenario is None:
        return None
    told = figures(scenario, criterion.option)
    if not told["option_name"]:
        return None  # it has no option, or none of this key, to set against doing nothing
    shown = SCENARIO_FIGURES[criterion.figure]
    low, high = _interval(scenario, criterion.figure, told["option"])
    return Figure(
        told[_NAMES.get(criterion.figure, criterion.figure)],
        scenario.changed_at,
        low,
        high,
        kind=shown.kind,
        unit=told["currency"] if shown.kind == "money" else shown.unit,
        name=f"{scenario.name}, {told['option_name']}",
        ref=f"scenario:{scenario.code}",
        reason=_why_none(scenario, criterion.figure),
        stale=_expired(scenario.document),
        basis=(("scenario", f"{scenario.code} version {scenario.version}"),),
    )


def _why_none(scenario: Scenario, figure: str) -> str:
    """Why a figure that the engine left out does not exist."""
    if figure == "payback_months":
        return f"It is never paid back within the scenario's {scenario.latest_outcome.get('horizon_months')} months."
    return f"{SCENARIO_FIGURES[figure].title} is undefined in this scenario."


def _interval(scenario: Scenario, figure: str, option: str) -> tuple[float | None, float | None]:
    band: dict[str, Any] = scenario.latest_outcome.get("options", {}).get(option, {})
    return band.get(f"{figure}_low"), band.get(f"{figure}_high")


def _expired(document: object) -> str:
    """A sentence about the oldest published price that no longer counts; nothing while all of them do."""
    oldest = min(((read, name) for name, read in _prices(document)), default=None)
    if oldest is None or timezone.localdate() <= oldest[0] + timedelta(days=PRICE_HOLDS_DAYS):
        return ""
    read, name = oldest
    return (
        f"The {name.replace('_', ' ')} was read on {read:%-d %B %Y}, more than {PRICE_HOLDS_DAYS} days ago: "
        "read it again."
    )


def _prices(document: object, name: str = "") -> Iterator[tuple[str, date]]:
    """(name, day read) of each published price in a scenario's document."""
    if isinstance(document, dict):
        source = document.get("provenance")
        if isinstance(source, dict) and source.get("kind") == "published" and "price" in name:
            yield name, date.fromisoformat(str(source["read"]))
        for key, value in document.items():
            yield from _prices(value, str(key))
    elif isinstance(document, list):
        for value in document:
            yield from _prices(value, name)
