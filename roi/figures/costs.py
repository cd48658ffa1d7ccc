"""What the model costs: for each answer, once, and each month."""

from typing import ClassVar

from ..quantity import Assumed, Quantity
from .spec import CURRENCY, MONEY, Group, figure


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
