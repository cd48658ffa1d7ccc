"""What a project's main scenario says, for the project's first page."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from webapp.projects.models import Project
from webapp.ui import formats
from webapp.ui.plots import Scale, round_scale

from .charts.parts import tick_text
from .models import Scenario
from .pages.listing import Listed, listed

MOST_OPTIONS = 4
_TICKS = 3


@dataclass(frozen=True)
class Band:
    """One option's NPV as a line of a plot: places in percent of the width, and the figures as text."""

    name: str
    x: float
    x_low: float
    x_high: float
    npv: str
    reach: str
    chance: str


@dataclass(frozen=True)
class Worth:
    """The main scenario in a sentence, its options as bands around zero, and where it stands."""

    row: Listed
    url: str
    sentence: str
    bands: list[Band]
    ticks: list[tuple[float, str]]
    zero: float
    others: int
    """How many other scenarios the project has."""


def worth(project: Project) -> Worth | None:
    """What the plan is worth by the project's main scenario; None before there is one. One query."""
    found = list(Scenario.objects.filter(project=project).defer("document"))
    if not found:
        return None
    row = listed(found[0])  # the main one comes first
    options = sorted(found[0].latest_outcome.get("options", {}).values(), key=lambda each: -each["npv"])[:MOST_OPTIONS]
    ends = (each[name] for each in options for name in ("npv", "npv_low", "npv_high"))
    scale = round_scale([0.0, *ends], wanted_ticks=_TICKS)
    step = scale.ticks[1] - scale.ticks[0]
    return Worth(
        row=row,
        url=reverse("business:scenario", args=[project.code, row.scenario.code]),
        sentence=sentence(row),
        bands=[_band(option, scale, row.currency) for option in options],
        ticks=[(scale.at(tick), tick_text(tick, step, row.currency)) for tick in scale.ticks],
        zero=scale.at(0.0),
        others=len(found) - 1,
    )


def _band(option: dict[str, Any], scale: Scale, currency: str) -> Band:
    npv, low, high = (option[name] for name in ("npv", "npv_low", "npv_high"))
    texts = [formats.money(value, currency, short=True) for value in (npv, low, high)]
    return Band(
        name=option["name"],
        x=scale.at(npv),
        x_low=scale.at(low),
        x_high=scale.at(high),
        npv=texts[0],
        reach=f"{texts[1]} to {texts[2]}",
        chance=formats.percent(option["p_npv_positive"]),
    )


def sentence(row: Listed) -> str:
    """What the figures say, without more certainty than they have."""
    if row.npv is None or row.p_npv_positive is None:
        return "No option can be set against doing nothing yet."
    money = formats.money(abs(row.npv), row.currency, short=True)
    verb = "is expected to bring" if row.npv >= 0 else "is expected to lose"
    return f"{row.option_name} {verb} {money}, and pays in {formats.percent(row.p_npv_positive)} of simulated futures"
