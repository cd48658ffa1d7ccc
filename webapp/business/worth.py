"""What a project's main scenario says, for the project's first page."""

from dataclasses import dataclass

from django.urls import reverse

from webapp.projects.models import Project
from webapp.ui import formats

from .models import Scenario
from .pages.listing import Listed, listed


@dataclass(frozen=True)
class Worth:
    """The main scenario in a sentence, with its figures and where it stands."""

    row: Listed
    url: str
    sentence: str
    others: int
    """How many other scenarios the project has."""


def worth(project: Project) -> Worth | None:
    """What the plan is worth by the project's main scenario; None before there is one. One query."""
    found = list(Scenario.objects.filter(project=project).defer("document"))
    if not found:
        return None
    row = listed(found[0])  # the main one comes first
    return Worth(
        row=row,
        url=reverse("business:scenario", args=[project.code, row.scenario.code]),
        sentence=sentence(row),
        others=len(found) - 1,
    )


def sentence(row: Listed) -> str:
    """What the figures say, without more certainty than they have."""
    if row.npv is None or row.p_npv_positive is None:
        return "No option can be set against doing nothing yet."
    money = formats.money(abs(row.npv), row.currency, short=True)
    chance = formats.percent(row.p_npv_positive)
    verb = "is expected to bring" if row.npv >= 0 else "is expected to lose"
    return f"{row.option_name} {verb} {money}, and pays with a probability of {chance}."
