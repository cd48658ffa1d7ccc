"""How long the plan runs, what money later is worth, and caution about the estimates."""

from typing import ClassVar, Literal

from pydantic import Field

from ..quantity import Assumed, Quantity
from .spec import SHARE, Group, figure


class Time(Group):
    """How long the plan runs, how fast it is adopted, and what money later is worth now."""

    title: ClassVar[str] = "Time"

    horizon_months: int = Field(
        36, strict=True, ge=1, le=120, title="Horizon", description="Months that the plan is judged over."
    )
    timing: Literal["month_end", "month_mid", "year_end"] = Field(
        "month_end",
        title="When flows fall",
        description="At the end of each month, in its middle, or at the end of the year (as in Total Economic Impact "
        "studies). One-off costs fall now.",
    )
    ramp: Literal["linear", "logistic"] = Field(
        "linear",
        title="Shape of adoption",
        description="A straight line from 0 to all, or an S-shaped curve from 5% to 95%.",
    )
    ramp_months: Quantity = figure(
        "Months of adoption",
        unit="months",
        typical=(0, 24),
        limits=(0, 120),
        default=0,
        help="From the first item handled until adoption is complete (linear) or at 95% (logistic). 0 is at once.",
    )
    months_to_start: Quantity = figure(
        "Months until the start",
        unit="months",
        typical=(0, 12),
        limits=(0, 120),
        default=0,
        help="From the one-off costs until the first item is handled. Recurring costs begin at once.",
    )
    discount_rate: Quantity = figure(
        "Discount rate",
        unit="share/year",
        typical=(0, 0.2),
        limits=(0, 1),
        default=0.1,
        provenance=Assumed(by="Default", why="10% a year is usual in Total Economic Impact studies."),
        shared=True,
        help="What money a year later is worth less now: the cost of capital, effective a year.",
    )


class Risk(Group):
    """Caution about the estimates themselves."""

    title: ClassVar[str] = "Caution"

    benefit_reduction: Quantity = figure(
        "Risk adjustment of benefits",
        unit="share",
        typical=(0, 0.5),
        limits=SHARE,
        default=0,
        help="Every benefit is lowered by this share, as in Total Economic Impact studies.",
    )
    cost_increase: Quantity = figure(
        "Risk adjustment of costs",
        unit="share",
        typical=(0, 0.5),
        limits=(0, 10),
        default=0,
        help="Every cost is raised by this share, as in Total Economic Impact studies.",
    )
    optimism_bias: Quantity = figure(
        "Optimism bias",
        unit="share",
        typical=(0, 2),
        limits=(0, 10),
        default=0,
        help="One-off costs are raised by this share: projects cost more than planned (UK Green Book).",
    )
