"""The figures of a scenario: label, unit, meaning and limits of each, stated once.

A form, an export, a chart and the documentation all read them from `REGISTRY`. Money is in the scenario's currency,
which stands for `CURRENCY` in a unit; shares are from 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from .quantity import Assumed, Fixed, Part, Provenance, Published, Quantity

CURRENCY = "CURRENCY"
"""What a unit says where the scenario's currency belongs."""

MONEY = 1e10
"""The largest sum of money that a figure may name."""

SHARE = (0.0, 1.0)


@dataclass(frozen=True)
class FigureSpec:
    """One figure of a scenario.

    `typical` is where a slider runs and outside of which a form warns; outside `limits` the scenario is refused.
    `default` is None where the figure must be stated. A `shared` figure is the same for every option.
    """

    group: str
    key: str
    label: str
    help: str
    unit: str
    typical: tuple[float, float]
    limits: tuple[float, float]
    default: float | None
    default_provenance: Provenance
    shared: bool

    @property
    def name(self) -> str:
        """`work.success_rate`: the figure's name in arrays of values and, for the base figure, its path."""
        return f"{self.group}.{self.key}"

    def unit_in(self, currency: str) -> str:
        """The unit with the currency in its place: `EUR/hour`."""
        return self.unit.replace(CURRENCY, currency)


_NO_EFFECT = Assumed(by="Default", why="Not stated: this figure has no effect.")


def figure(
    label: str,
    *,
    unit: str,
    typical: tuple[float, float],
    limits: tuple[float, float],
    help: str,
    default: float | None = None,
    provenance: Provenance = _NO_EFFECT,
    shared: bool = False,
) -> Any:
    """A figure of a group. Without a default it must be stated."""
    stated: dict[str, Any] = {"typical": list(typical), "limits": list(limits), "unit": unit, "shared": shared}
    default_quantity = ... if default is None else Fixed(value=default, provenance=provenance)
    return Field(default_quantity, title=label, description=help, json_schema_extra=stated)


class Group(Part):
    """Figures that belong together. A figure's hard limits hold for its stated extremes and for its mean."""

    title: ClassVar[str]

    @field_validator("*", mode="after")
    @classmethod
    def _within_limits(cls, value: Any, info: ValidationInfo) -> Any:
        extra: Any = cls.model_fields[str(info.field_name)].json_schema_extra
        if value is None or extra is None:
            return value
        lowest, highest = extra["limits"]
        low, high = value.support
        if value.kind == "beta" and extra["limits"] != list(SHARE):
            raise ValueError("cannot be a share of successes: it is not a share")
        if low < lowest:
            raise ValueError(f"must be at least {lowest:,.12g}")
        if high > highest:
            raise ValueError(f"must be at most {highest:,.12g}")
        if not lowest <= value.mean <= highest:
            raise ValueError(f"its mean must be from {lowest:,.12g} to {highest:,.12g}: narrow the range")
        return value


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


class Run(Group):
    """What one answer of the model costs. Tokens, device time or both."""

    title: ClassVar[str] = "Running"

    tokens_in_per_item: Quantity = figure(
        "Tokens in",
        unit="tokens/item",
        typical=(100, 10_000),
        limits=(0, 1e8),
        default=0,
        help="Tokens that one sample reads: instructions, context and the item.",
    )
    tokens_out_per_item: Quantity = figure(
        "Tokens out",
        unit="tokens/item",
        typical=(1, 2_000),
        limits=(0, 1e8),
        default=0,
        help="Tokens that one sample writes, with its reasoning.",
    )
    price_per_million_tokens_in: Quantity = figure(
        "Price of a million tokens in",
        unit=f"{CURRENCY}/million tokens",
        typical=(0, 15),
        limits=(0, 1e6),
        default=0,
        help="A hosted model's price for what it reads.",
    )
    price_per_million_tokens_out: Quantity = figure(
        "Price of a million tokens out",
        unit=f"{CURRENCY}/million tokens",
        typical=(0, 75),
        limits=(0, 1e6),
        default=0,
        help="A hosted model's price for what it writes.",
    )
    device_seconds_per_item: Quantity = figure(
        "Device-seconds a sample",
        unit="s/item",
        typical=(0, 60),
        limits=(0, 1e7),
        default=0,
        help="Time of one device for one sample of an item, idle time included.",
    )
    price_per_device_hour: Quantity = figure(
        "Price of a device-hour",
        unit=f"{CURRENCY}/device-hour",
        typical=(0, 15),
        limits=(0, 100_000),
        default=0,
        help="Rent, or depreciation with power and operation, of one device for an hour.",
    )
    samples_per_item: Quantity = figure(
        "Samples an item",
        unit="samples/item",
        typical=(1, 64),
        limits=(1, 10_000),
        default=1,
        provenance=Assumed(by="Default", why="One answer an item."),
        help="Answers drawn for each item before one is chosen (test-time compute). Each has its own cost.",
    )


class OneOff(Group):
    """What is paid before the first item: month 0, never discounted."""

    title: ClassVar[str] = "One-off"

    experiment_device_hours: Quantity = figure(
        "Device-hours of experiments",
        unit="device-hours",
        typical=(0, 1_000),
        limits=(0, 1e8),
        default=0,
        help="Device time of training and trying out, failed runs included.",
    )
    experiment_price_per_device_hour: Quantity = figure(
        "Price of an experiment's device-hour",
        unit=f"{CURRENCY}/device-hour",
        typical=(0, 15),
        limits=(0, 100_000),
        default=0,
        help="Price of one device for an hour while experimenting.",
    )
    labelled_items: Quantity = figure(
        "Items to label",
        unit="items",
        typical=(0, 20_000),
        limits=(0, 1e9),
        default=0,
        help="Examples that people write or correct for training and evaluation.",
    )
    minutes_per_label: Quantity = figure(
        "Minutes a label",
        unit="min/item",
        typical=(0.5, 30),
        limits=(0, 10_000),
        default=0,
        help="Working time for one example.",
    )
    labelling_cost_per_hour: Quantity = figure(
        "Cost of an hour of labelling",
        unit=f"{CURRENCY}/hour",
        typical=(15, 150),
        limits=(0, 100_000),
        default=0,
        help="Loaded cost of the people who label.",
    )
    integration: Quantity = figure(
        "Integration",
        unit=CURRENCY,
        typical=(0, 500_000),
        limits=(0, MONEY),
        default=0,
        help="Connecting the model to the systems where the work is done.",
    )
    change_management: Quantity = figure(
        "Change management",
        unit=CURRENCY,
        typical=(0, 300_000),
        limits=(0, MONEY),
        default=0,
        help="Training people, new procedures, communication.",
    )
    evaluation: Quantity = figure(
        "Evaluation",
        unit=CURRENCY,
        typical=(0, 100_000),
        limits=(0, MONEY),
        default=0,
        help="Building the held-out set and judging the model before it goes live.",
    )
    risk_review: Quantity = figure(
        "Risk review",
        unit=CURRENCY,
        typical=(0, 100_000),
        limits=(0, MONEY),
        default=0,
        help="Legal, privacy, security and safety review.",
    )


class Recurring(Group):
    """What is paid, or falls away, each month whether or not an item arrives."""

    title: ClassVar[str] = "Recurring"

    platform_per_month: Quantity = figure(
        "Platform",
        unit=f"{CURRENCY}/month",
        typical=(0, 20_000),
        limits=(0, MONEY),
        default=0,
        help="Licences, hosting and reserved devices.",
    )
    monitoring_per_month: Quantity = figure(
        "Monitoring",
        unit=f"{CURRENCY}/month",
        typical=(0, 10_000),
        limits=(0, MONEY),
        default=0,
        help="Watching quality and drift, with the people's time for it.",
    )
    support_per_month: Quantity = figure(
        "Support",
        unit=f"{CURRENCY}/month",
        typical=(0, 20_000),
        limits=(0, MONEY),
        default=0,
        help="Engineers who keep it running and answer its users.",
    )
    retraining_cost: Quantity = figure(
        "Cost of a retraining",
        unit=CURRENCY,
        typical=(0, 50_000),
        limits=(0, MONEY),
        default=0,
        help="New data, training and evaluation, each time.",
    )
    retraining_every_months: Quantity = figure(
        "Months between retrainings",
        unit="months",
        typical=(1, 24),
        limits=(1, 1_200),
        default=12,
        provenance=Assumed(by="Default", why="Once a year; without a cost it has no effect."),
        help="A retraining falls in each month that completes such a span, but not in the last of the horizon.",
    )
    savings_per_month: Quantity = figure(
        "Other costs that fall away",
        unit=f"{CURRENCY}/month",
        typical=(0, 50_000),
        limits=(0, MONEY),
        default=0,
        help="An old tool or a contractor that is no longer paid, from the first month in use.",
    )


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


GROUPS: Mapping[str, type[Group]] = {
    "work": Work,
    "run": Run,
    "one_off": OneOff,
    "recurring": Recurring,
    "time": Time,
    "risk": Risk,
}
"""The groups of a scenario in their order on a page."""


def _specs(group: str, model: type[Group]) -> list[FigureSpec]:
    specs = []
    for key, field in model.model_fields.items():
        extra: Any = field.json_schema_extra
        if extra is None:
            continue
        quantity: Any = None if field.is_required() else field.default
        specs.append(
            FigureSpec(
                group=group,
                key=key,
                label=str(field.title),
                help=str(field.description),
                unit=extra["unit"],
                typical=tuple(extra["typical"]),
                limits=tuple(extra["limits"]),
                default=None if quantity is None else quantity.value,
                default_provenance=_NO_EFFECT if quantity is None else quantity.provenance,
                shared=extra["shared"],
            )
        )
    return specs


REGISTRY: Mapping[str, FigureSpec] = {
    spec.name: spec for group, model in GROUPS.items() for spec in _specs(group, model)
}
"""Every figure by its name (`work.success_rate`), in order."""
