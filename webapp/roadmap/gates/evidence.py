"""What a criterion is judged by, and what is found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from webapp.ui import formats


class Verdict(StrEnum):
    """What the evidence says about a criterion or a whole gate."""

    PASSES = "passes"
    FAILS = "fails"
    NOT_ENOUGH = "not_enough_evidence"


@dataclass(frozen=True)
class Figure:
    """A number with its 95% interval, and what it rests on.

    `kind` is how it is written (`percent`, `points`, `money`, `count`, `sig`) and `unit` follows it; of money it is the
    currency. `value` is None where the figure is known not to exist (a plan that never pays back); `reason` says why.
    `ref` names what it came from: `job:<code>`, `study:<code>`, `scenario:<code>`, `dataset:<code>`, or nothing.
    `stale` says in a sentence why it no longer counts. `basis` names what would re-open a gate if it changed: (what,
    which) pairs.
    """

    value: float | None
    at: datetime
    low: float | None = None
    high: float | None = None
    n: int = 0
    kind: str = "sig"
    unit: str = ""
    name: str = ""
    ref: str = ""
    reason: str = ""
    stale: str = ""
    source: str = ""
    is_rate: bool = False
    discordance: float | None = None
    basis: tuple[tuple[str, str], ...] = ()

    @property
    def is_told_without_items(self) -> bool:
        """Whether nobody knows how sure it is: a share or a score from elsewhere, without items and interval."""
        is_of_items = self.kind == "percent" or self.unit == "score"
        return bool(self.source) and is_of_items and not self.n and self.low is None

    @property
    def text(self) -> str:
        """`89.0% [85.0, 92.1] n=300`, with its unit."""
        if self.kind == "money":
            low, high = self.low, self.high
            bounds = "" if low is None or high is None else f" [{self.written(low)}, {self.written(high)}]"
            return formats.money(self.value, self.unit) + bounds
        if self.kind == "count":
            return formats.count(self.value, self.unit)
        estimate = {"value": self.value, "low": self.low, "high": self.high, "n": self.n or None}
        text = formats.interval(estimate, self.kind)
        return f"{text} {self.unit}".strip() if self.unit else text

    def written(self, value: float) -> str:
        """Another value as this figure is written: a threshold, a bound."""
        if self.kind == "money":
            return formats.money(value, self.unit)
        shown = {"percent": formats.percent, "points": formats.points}.get(self.kind, formats.sig)(value)
        return f"{shown} {self.unit}".strip()


@dataclass(frozen=True)
class Finding:
    """A criterion's verdict, the sentence that gives its reason, and how many more items would settle it, if known."""

    verdict: Verdict
    sentence: str
    figure: Figure | None = None
    more_items: int | None = None
    basis: tuple[tuple[str, str], ...] = field(default=())


def current(figures: Iterable[Figure], not_before: datetime | None = None) -> Figure | None:
    """The newest figure, which is the one that counts; None if there is none.

    `not_before` is when the newest evidence was made that the criterion ever saw: were that taken away, an older and
    kinder figure would otherwise take its place, and removing evidence would open a gate.
    """
    newest = max(figures, key=lambda figure: figure.at, default=None)
    if newest is None or (not_before is not None and newest.at < not_before):
        return None
    return newest
