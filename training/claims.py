"""Published claims shown beside what was measured here: held, not held, or not settled.

A claim reads "at least X". It is held where the whole interval of the measurement reaches X, not held where the whole
interval falls short of it, and not settled in between or where nothing was measured.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from .compare import Comparison


class Verdict(StrEnum):
    """What measurement says of a claim."""

    HELD = "held"
    NOT_HELD = "not held"
    NOT_SETTLED = "not settled"


@dataclass(frozen=True)
class Claim:
    """A published figure. `least` is a fraction that the measured value must reach."""

    code: str
    title: str
    statement: str
    least: float
    source: str
    read: str
    note: str = ""


_SOURCE = "Told of a healthcare AI enterprise that adapted a general model by PEFT; no report or data found in public"

ACCURACY = Claim("accuracy", "Accuracy", "92% accuracy", 0.92, _SOURCE, "2026-11-22")
IMPROVEMENT = Claim(
    "improvement",
    "Improvement over the base model",
    "a 30% improvement over the base model",
    0.30,
    _SOURCE,
    "2026-11-22",
    note="The claim does not say whether it means percent or points. Judged as relative improvement, accuracy / base "
    "accuracy - 1; points are told beside it.",
)
COMPUTE = Claim(
    "compute",
    "Compute against full fine-tuning",
    "80% less computational cost than full fine-tuning",
    0.80,
    _SOURCE,
    "2026-11-22",
    note="Judged on counted training FLOPs, which do not depend on how busy the machine was; device time is told too.",
)
CLAIMS = (ACCURACY, IMPROVEMENT, COMPUTE)


@dataclass(frozen=True)
class Judgement:
    """One claim, the measured value with its interval (fractions; None if not measured), and the verdict."""

    claim: Claim
    verdict: Verdict
    value: float | None
    low: float | None
    high: float | None
    sentence: str


def judge(claim: Claim, value: float | None, low: float | None = None, high: float | None = None) -> Judgement:
    """Set a claim beside a measurement. A value without an interval counts as exact (a count, not a sample)."""
    if value is None or math.isnan(value):
        sentence = f"Not settled: {claim.title.lower()} was not measured here; claimed was {claim.statement}."
        return Judgement(claim, Verdict.NOT_SETTLED, None, None, None, sentence)
    low = value if low is None else low
    high = value if high is None else high
    if not low <= high:
        raise ValueError(f"low must not exceed high: {low}, {high}")
    verdict = Verdict.HELD if low >= claim.least else Verdict.NOT_HELD if high < claim.least else Verdict.NOT_SETTLED
    measured = _percent(value) if low == high else f"{_percent(value)} [{_number(low)}, {_number(high)}]"
    why = {
        Verdict.HELD: "the whole interval reaches the claim" if low < high else "it reaches the claim",
        Verdict.NOT_HELD: "the whole interval falls short of the claim"
        if low < high
        else "it falls short of the claim",
        Verdict.NOT_SETTLED: "the claim lies within the interval",
    }[verdict]
    sentence = f"{str(verdict).capitalize()}: measured {measured}, claimed {claim.statement}; {why}."
    return Judgement(claim, verdict, value, low, high, sentence)


def judge_claims(comparison: Comparison, *, tuned: str, base: str = "base", full: str = "full") -> list[Judgement]:
    """The three claims of the adaptation study about the contender `tuned`, in the order of `CLAIMS`."""
    reached = comparison.accuracy(tuned)
    accuracy = judge(ACCURACY, reached.value, reached.low, reached.high) if reached else judge(ACCURACY, None)
    return [accuracy, _judge_improvement(comparison, tuned, base), _judge_compute(comparison, tuned, full)]


def _judge_improvement(comparison: Comparison, tuned: str, base: str) -> Judgement:
    pair = comparison.pair(tuned, base)
    if pair is None:
        return judge(IMPROVEMENT, None)
    if pair.relative is None:
        sentence = "Not settled: the base model got nothing right, so no improvement in percent can be told"
        points = f"; in points it is {100 * pair.difference:.1f} [{100 * pair.low:.1f}, {100 * pair.high:.1f}]."
        return Judgement(IMPROVEMENT, Verdict.NOT_SETTLED, None, None, None, sentence + points)
    judged = judge(IMPROVEMENT, pair.relative.change, pair.relative.low, pair.relative.high)
    points = f" In points: {100 * pair.difference:.1f} [{100 * pair.low:.1f}, {100 * pair.high:.1f}]."
    return _with_more(judged, points)


def _judge_compute(comparison: Comparison, tuned: str, full: str) -> Judgement:
    """Compute saved, as counted; whichever of the two was compared against the other."""
    saved = _saved(comparison, tuned, full, "flops")
    seconds = _saved(comparison, tuned, full, "device_seconds")
    judged = judge(COMPUTE, saved)
    return judged if seconds is None else _with_more(judged, f" In device time: {_percent(seconds)} less.")


def _saved(comparison: Comparison, tuned: str, full: str, measure: str) -> float | None:
    plain, turned = comparison.ratio(tuned, full, measure), comparison.ratio(full, tuned, measure)
    if plain is not None:
        return 1 - plain.ratio
    return 1 - 1 / turned.ratio if turned is not None and turned.ratio > 0 else None


def _with_more(judged: Judgement, more: str) -> Judgement:
    return Judgement(judged.claim, judged.verdict, judged.value, judged.low, judged.high, judged.sentence + more)


def _number(fraction: float) -> str:
    return f"{100 * fraction:.1f}" if math.isfinite(fraction) else "no limit"


def _percent(fraction: float) -> str:
    return f"{_number(fraction)}%"
