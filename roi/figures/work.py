"""What people do today, and how much of it the model can take."""

from datetime import date
from typing import ClassVar

from ..quantity import Assumed, Published, Quantity
from .spec import CURRENCY, MONEY, SHARE, Group, figure


class Work(Group):
    """What people do today, and how much of it the model can take."""

    title: ClassVar[str] = "Work"

    items_per_month: Quantity = figure(
        "Items a month",
        unit="items/month",
        typical=(100, 100_000),
        limits=(0, 1e9),
        shared=True,
        help="Items that arrive in the first month: tickets, claims, changes.",
    )
    growth: Quantity = figure(
        "Growth of items",
        unit="share/year",
        typical=(-0.2, 0.5),
        limits=(-0.9, 5),
        default=0,
        shared=True,
        help="Growth of the number of items a year, compounded each month.",
    )
    minutes_per_item: Quantity = figure(
        "Minutes an item",
        unit="min/item",
        typical=(1, 60),
        limits=(0, 10_000),
        shared=True,
        help="Working time that a person needs for one item today.",
    )
    labour_cost_per_hour: Quantity = figure(
        "Loaded labour cost",
        unit=f"{CURRENCY}/hour",
        typical=(15, 120),
        limits=(0, 100_000),
        shared=True,
        help="Wage plus benefits, taxes and overhead for an hour of the people who do and check the work.",
    )
    coverage: Quantity = figure(
        "Share offered to the model",
        unit="share",
        typical=(0.1, 1),
        limits=SHARE,
        help="Share of items that go to the model first, once adoption is complete. The rest goes to people.",
    )
    success_rate: Quantity = figure(
        "Success rate",
        unit="share",
        typical=(0.3, 1),
        limits=SHARE,
        help="Share of offered items that the model gets right, as evaluation measures. People do all others.",
    )
    checked_share: Quantity = figure(
        "Share checked",
        unit="share",
        typical=(0, 1),
        limits=SHARE,
        default=0,
        help="Share of the model's answers that a person checks before they count.",
    )
    minutes_per_check: Quantity = figure(
        "Minutes a check",
        unit="min/item",
        typical=(0.2, 15),
        limits=(0, 10_000),
        default=0,
        help="Working time of one check.",
    )
    catch_rate: Quantity = figure(
        "Errors a check finds",
        unit="share",
        typical=(0.5, 1),
        limits=SHARE,
        default=1,
        provenance=Assumed(by="Default", why="A check finds every error; lower it where reviewers miss some."),
        help="Share of the wrong answers among those checked that the check finds.",
    )
    noticed_share: Quantity = figure(
        "Failures noticed without a check",
        unit="share",
        typical=(0, 1),
        limits=SHARE,
        default=0,
        provenance=Assumed(by="Default", why="No failure shows by itself: the cautious reading for a model."),
        help="Share of failures that show by themselves: the model declines, a test fails, the customer asks again.",
    )
    cost_per_error: Quantity = figure(
        "Cost of an undetected error",
        unit=f"{CURRENCY}/item",
        typical=(0, 500),
        limits=(0, MONEY),
        default=0,
        shared=True,
        help="What a wrong answer that nobody notices in time costs, beyond doing the item again.",
    )
    human_error_rate: Quantity = figure(
        "People's own error rate",
        unit="share",
        typical=(0, 0.1),
        limits=SHARE,
        default=0,
        provenance=Assumed(by="Default", why="People make no undetected errors: the cautious reading for a model."),
        shared=True,
        help="Share of items that people get wrong unnoticed today. Each costs the same as such an error of the model.",
    )
    hours_per_fte_month: Quantity = figure(
        "Working hours of a full-time employee",
        unit="hours/month",
        typical=(120, 175),
        limits=(1, 744),
        default=1720 / 12,
        provenance=Published(
            source="Regulation (EU) 2021/1060, Article 55(2)(a): 1,720 hours a year for full-time employees",
            url="https://eur-lex.europa.eu/eli/reg/2021/1060/oj/eng",
            read=date(2026, 11, 22),
        ),
        shared=True,
        help="Productive hours a month: turns hours saved into full-time equivalents.",
    )
