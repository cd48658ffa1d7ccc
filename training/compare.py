"""Several models on the same held-out items: what each reaches, which differences are real, and what each cost.

A difference is called real only if its interval excludes zero, it exceeds the minimum effect that the project set,
and, for right and wrong answers, the exact test adjusted for the number of comparisons agrees at the same level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from typing import Any

from .statistics import (
    SMALLEST_DIFFERENCE,
    PairedRatio,
    bootstrap_interval,
    holm,
    mcnemar_exact,
    needed_items,
    paired_bootstrap,
    paired_ratio,
    wilson_interval,
)


@dataclass(frozen=True)
class Compute:
    """What training one contender used; None where it is not known."""

    trainable_parameters: int | None = None
    train_tokens: int | None = None
    flops: float | None = None
    device_seconds: float | None = None
    peak_memory_bytes: int | None = None
    usd: float | None = None


@dataclass(frozen=True)
class Contender:
    """One model of a comparison. `scores` maps an item's index to its score: right is 1 (True), wrong 0 (False)."""

    name: str
    scores: Mapping[int, float]
    compute: Compute = Compute()


@dataclass(frozen=True)
class Accuracy:
    """Mean score of one contender with its 95% interval: Wilson for right and wrong, else bootstrap."""

    name: str
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Pair:
    """`name` against `against` on the same items. Differences are fractions (0.4 is 40 points).

    `won` and `lost` count items that only the first, and only the second, got right (None for graded scores);
    `p` is the exact test's (or the bootstrap's), `p_adjusted` Holm's over all pairs of the comparison.
    """

    name: str
    against: str
    difference: float
    low: float
    high: float
    won: int | None
    lost: int | None
    p: float
    p_adjusted: float
    n: int
    is_real: bool
    sentence: str
    relative: PairedRatio | None = None


@dataclass(frozen=True)
class ComputeRatio:
    """How much of `against`'s `measure` (a field of `Compute`) `name` used: 0.2 is a fifth."""

    name: str
    against: str
    measure: str
    ratio: float
    sentence: str


@dataclass(frozen=True)
class Comparison:
    """The outcome. `pairs` follow the order of the contenders, later ones against earlier ones."""

    n: int
    minimum_effect: float
    accuracies: list[Accuracy]
    pairs: list[Pair]
    ratios: list[ComputeRatio]

    def accuracy(self, name: str) -> Accuracy | None:
        """The accuracy of one contender."""
        return next((one for one in self.accuracies if one.name == name), None)

    def pair(self, name: str, against: str) -> Pair | None:
        """The comparison of one contender with another, as it was made."""
        return next((one for one in self.pairs if (one.name, one.against) == (name, against)), None)

    def ratio(self, name: str, against: str, measure: str) -> ComputeRatio | None:
        """One compute ratio."""
        wanted = (name, against, measure)
        return next((one for one in self.ratios if (one.name, one.against, one.measure) == wanted), None)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


_MEASURES = {
    "trainable_parameters": "trainable parameters",
    "train_tokens": "training tokens",
    "flops": "training compute (FLOPs)",
    "device_seconds": "device time",
    "peak_memory_bytes": "peak memory",
    "usd": "training cost",
}


def compare(
    contenders: Sequence[Contender],
    *,
    minimum_effect: float = 0.02,
    against: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare models that answered the same items.

    `against` names those that the others are compared with (such as base and full; all pairs if left out); a pair is
    made once, with the earlier contender as the one compared against, save that whatever `against` names is. `labels`
    are the names used in sentences. Raises `ValueError` where the items differ or are fewer than 2.
    """
    if not 0 <= minimum_effect < 1:
        raise ValueError(f"minimum_effect must be a fraction from 0 to below 1, not {minimum_effect}")
    items = _same_items(contenders)
    shown = {one.name: (labels or {}).get(one.name, one.name) for one in contenders}
    drafts = [_draft(first, second, items, confidence, seed) for first, second in _pairs(contenders, against)]
    adjusted = holm([pair.p for pair in drafts])
    pairs = [_judged(pair, p, minimum_effect, 1 - confidence, shown) for pair, p in zip(drafts, adjusted, strict=True)]
    ratios = [ratio for first, second in _pairs(contenders, against) for ratio in _compute_ratios(first, second, shown)]
    accuracies = [_accuracy(one, items, confidence, seed) for one in contenders]
    return Comparison(len(items), minimum_effect, accuracies, pairs, ratios)


def _same_items(contenders: Sequence[Contender]) -> list[int]:
    if len({one.name for one in contenders}) < len(contenders):
        raise ValueError("contenders must have different names")
    if not contenders:
        raise ValueError("at least one contender is needed")
    items = set(contenders[0].scores)
    for other in contenders[1:]:
        if set(other.scores) != items:
            count = len(set(other.scores) ^ items)
            raise ValueError(f"{other.name} and {contenders[0].name} answered different items ({count} differ)")
    if len(items) < 2:
        raise ValueError(f"a comparison needs at least 2 items, not {len(items)}")
    return sorted(items)


def _pairs(contenders: Sequence[Contender], against: Sequence[str] | None) -> list[tuple[Contender, Contender]]:
    """(compared, compared against), each pair once."""
    pairs = [(later, earlier) for earlier, later in combinations(contenders, 2)]
    if against is None:
        return pairs
    rank = {name: place for place, name in enumerate(against)}
    last = len(rank)
    kept = [pair for pair in pairs if pair[0].name in rank or pair[1].name in rank]
    # the one named first in `against` is the one compared against
    return [
        (second, first) if rank.get(first.name, last) < rank.get(second.name, last) else (first, second)
        for first, second in kept
    ]


def _accuracy(contender: Contender, items: Sequence[int], confidence: float, seed: int) -> Accuracy:
    scores = [float(contender.scores[item]) for item in items]
    if _is_binary(scores):
        low, high = wilson_interval(int(sum(scores)), len(scores), confidence)
    else:
        low, high = bootstrap_interval(scores, confidence=confidence, seed=seed)
    return Accuracy(contender.name, sum(scores) / len(scores), low, high, len(scores))


def _is_binary(scores: Sequence[float]) -> bool:
    return set(scores) <= {0.0, 1.0}


def _draft(first: Contender, second: Contender, items: Sequence[int], confidence: float, seed: int) -> Pair:
    """The pair before it is known how many others there are."""
    a = [float(first.scores[item]) for item in items]
    b = [float(second.scores[item]) for item in items]
    found = paired_bootstrap(a, b, confidence=confidence, seed=seed)
    won = lost = None
    p = found.p
    if _is_binary(a) and _is_binary(b):
        won, lost = (sum(x > y for x, y in zip(*both, strict=True)) for both in ((a, b), (b, a)))
        p = mcnemar_exact(won, lost)
    relative = paired_ratio(a, b, confidence=confidence, seed=seed) if min(*a, *b) >= 0 else None
    return Pair(
        first.name, second.name, found.difference, found.low, found.high, won, lost, p, p, found.n, False, "", relative
    )


def _judged(pair: Pair, p_adjusted: float, minimum: float, level: float, shown: Mapping[str, str]) -> Pair:
    """The pair with its adjusted p-value, whether it is real, and the sentence that says so."""
    excludes_zero = pair.low > 0 or pair.high < 0
    is_real = excludes_zero and abs(pair.difference) > minimum and p_adjusted <= level
    if is_real:
        why = f"real: the interval excludes zero and the difference exceeds the minimum effect of {_points(minimum)}"
    elif excludes_zero and abs(pair.difference) > minimum:
        why = f"not settled: tested together with the other comparisons, p is {p_adjusted:.2g}"
    elif excludes_zero:
        why = f"too small to matter: it does not exceed the minimum effect of {_points(minimum)}"
    elif max(-pair.low, pair.high) <= minimum:
        why = f"no difference that matters: the whole interval lies within the minimum effect of {_points(minimum)}"
    else:
        why = "not settled: the interval includes zero" + _more_items(pair, minimum)
    verb = "gains" if pair.difference > 0 else "loses" if pair.difference < 0 else "changes"
    sentence = (
        f"{_capital(shown[pair.name])} {verb} {_points(abs(pair.difference))} {'to' if verb == 'loses' else 'over'} "
        f"{shown[pair.against]} [{100 * pair.low:.1f}, {100 * pair.high:.1f}]; {why}."
    )
    values = {field.name: getattr(pair, field.name) for field in fields(pair)}
    return Pair(**{**values, "p_adjusted": p_adjusted, "is_real": is_real, "sentence": sentence})


def _more_items(pair: Pair, minimum: float) -> str:
    """How many items would settle a difference of the minimum effect, at the share of discordant items seen here."""
    if pair.won is None or pair.lost is None or minimum < SMALLEST_DIFFERENCE:
        return ""
    seen = max((pair.won + pair.lost) / pair.n, minimum)
    needed = needed_items(minimum, seen)
    return f"; about {needed:,} items would settle {_points(minimum)} (here {pair.n:,})" if needed > pair.n else ""


def _capital(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def _points(fraction: float) -> str:
    """`40.0 points`; `2 points` for a round setting."""
    value = 100 * fraction
    text = f"{value:.0f}" if value == round(value) and value < 10 else f"{value:.1f}"
    return f"{text} point" if text == "1" else f"{text} points"


def _compute_ratios(first: Contender, second: Contender, shown: Mapping[str, str]) -> list[ComputeRatio]:
    ratios = []
    for measure, words in _MEASURES.items():
        used, other = getattr(first.compute, measure), getattr(second.compute, measure)
        if used is None or not other:
            continue
        ratio = used / other
        amount = f"{100 * ratio:.1f}%" if ratio < 2 else f"{ratio:.1f} times"
        sentence = f"{_capital(shown[first.name])} used {amount} of the {words} of {shown[second.name]}."
        if ratio >= 2:
            sentence = f"{_capital(shown[first.name])} used {amount} the {words} of {shown[second.name]}."
        ratios.append(ComputeRatio(first.name, second.name, measure, ratio, sentence))
    return ratios
