"""What may feed which figure of a scenario, and how a reading becomes that figure: the one registry.

A reading is a number with where it is from: a measurement by a job, one that a person brought from elsewhere, a price
of the price book, or the device time of finished jobs. Adding a metric or a figure is an entry in `FEEDS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import roi
from roi.quantity import Beta, Fixed, Provenance, Quantity, Range
from training.metrics import METRICS
from webapp.jobs.models import Job, Measurement

RATES = tuple(name for name, metric in METRICS.items() if metric.is_rate)
"""Metrics whose items are right or wrong, so that their counts make a beta distribution."""

SHARE = "share"
"""A share of items by a metric that the product does not know: only people bring such."""

SECONDS = "seconds_per_item"
TOKENS_IN, TOKENS_OUT = "tokens_in_per_item", "tokens_out_per_item"
PRICE = "usd_per_device_hour"
HOURS = "device_hours"

_Z90, _Z95 = 1.6448536269514722, 1.959963984540054
"""Normal scores of 95% and of 97.5%: the ends of a range of P5 and P95, and of a 95% interval."""


@dataclass(frozen=True)
class Reading:
    """A number that a figure can stand on. `metric` is one of `FEEDS`; `low` and `high` are its 95% interval.

    `ref` names it in forms and in a figure's provenance. `job` and `measurement` are what it is from, where it is.
    """

    ref: str
    metric: str
    value: float
    n: int
    text: str
    provenance: Provenance
    at: datetime | None
    low: float | None = None
    high: float | None = None
    job: Job | None = None
    measurement: Measurement | None = None

    @property
    def is_external(self) -> bool:
        """Whether a person brought it, instead of a job here."""
        return self.measurement is not None and self.measurement.is_external

    @property
    def quantity(self) -> Quantity:
        """The figure that it gives."""
        return FEED_OF[self.metric].make(self)


@dataclass(frozen=True)
class Feed:
    """Metrics, the figures that they may feed (by name), and how. `title` heads them in a list, `how` says it."""

    metrics: tuple[str, ...]
    figures: tuple[str, ...]
    title: str
    how: str
    make: Callable[[Reading], Quantity]

    @property
    def labels(self) -> list[str]:
        """What people call its figures."""
        return [label_of(name) for name in self.figures]


def successes(value: float, n: int) -> int:
    """How many of the n items were right."""
    return round(value * n)


def _counted(reading: Reading) -> Quantity:
    return Beta(successes=successes(reading.value, reading.n), trials=max(1, reading.n), provenance=reading.provenance)


def _exact(reading: Reading) -> Quantity:
    return Fixed(value=reading.value, provenance=reading.provenance)


def _mean(reading: Reading) -> Quantity:
    """P5 and P95 of the mean, from its 95% interval read as normal; the number alone where there is no interval."""
    if reading.low is None or reading.high is None or reading.low == reading.high:
        return _exact(reading)
    half = (reading.high - reading.low) / 2 * _Z90 / _Z95
    return Range(low=max(0.0, reading.value - half), high=reading.value + half, provenance=reading.provenance)


FEEDS: tuple[Feed, ...] = (
    Feed(
        (*RATES, SHARE),
        ("work.success_rate",),
        "Shares of right answers",
        "The counts become the distribution: 267 right of 300 say how good the model is, and how sure that is.",
        _counted,
    ),
    Feed(
        (SECONDS,),
        ("run.device_seconds_per_item",),
        "Device-seconds an item",
        "The time that an evaluation took, over its items.",
        _mean,
    ),
    Feed((TOKENS_IN,), ("run.tokens_in_per_item",), "Tokens in an item", "What the model read, over the items.", _mean),
    Feed(
        (TOKENS_OUT,),
        ("run.tokens_out_per_item",),
        "Tokens out an item",
        "What the model wrote, over the items.",
        _mean,
    ),
    Feed(
        (PRICE,),
        ("run.price_per_device_hour", "one_off.experiment_price_per_device_hour"),
        "Prices of the price book",
        "The project’s own price with its source and the day it was read. Only in US dollars: nothing is converted.",
        _exact,
    ),
    Feed(
        (HOURS,),
        ("one_off.experiment_device_hours",),
        "Device time of finished jobs",
        "What jobs took, failed ones included.",
        _exact,
    ),
)
"""Every way in which something that was measured becomes a figure."""

FEED_OF: Mapping[str, Feed] = {metric: feed for feed in FEEDS for metric in feed.metrics}
FEED_FOR: Mapping[str, Feed] = {figure: feed for feed in FEEDS for figure in feed.figures}
"""The feed of a metric, and the feed of a figure by its name."""

MEASURED = tuple(metric for feed in FEEDS for metric in feed.metrics if metric not in (SHARE, PRICE, HOURS))
"""The metrics that measurements have by these very names."""


def figure_name(path: str) -> str:
    """The figure's name behind its path: `work.success_rate` of `options[3].work.success_rate`."""
    return path.rpartition("].")[2]


def label_of(name: str) -> str:
    """What people call the figure."""
    return roi.REGISTRY[name].label
