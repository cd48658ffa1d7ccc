"""Intervals and tests for measured rates and for paired comparisons on the same items.

Every function is pure, and refuses input it cannot answer with a `ValueError` that names the allowed range.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SMALLEST_DIFFERENCE = 1e-6
"""No count of items is told for smaller differences of rates."""

_CHUNK_CELLS = 2_000_000
_FEW_DISTINCT = 64


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a rate, as fractions `(low, high)`.

    centre = (p + z^2 / 2n) / (1 + z^2 / n), half-width = z / (1 + z^2 / n) * sqrt(p (1 - p) / n + z^2 / 4n^2),
    with p = successes / trials and n = trials. Zero trials know nothing: (0, 1).
    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209-212.
    """
    _check_count("trials", trials)
    _check_count("successes", successes)
    if successes > trials:
        raise ValueError(f"successes must be from 0 to trials ({trials}), not {successes}")
    z = _two_sided_z(confidence)
    if trials == 0:
        return 0.0, 1.0
    rate = successes / trials
    scale = 1 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / scale
    half = z / scale * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    # the ends are exact where every item agrees, which rounding would miss by 1e-17
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return low, high


def mcnemar_exact(b: int, c: int) -> float:
    """Two-sided exact p-value of McNemar's test.

    b, c: how many items only the first, and only the second, of two models got right. Under no difference
    b is binomial(b + c, 1/2), so p = min(1, 2 P(X <= min(b, c))). With b + c = 0 nothing speaks against it: 1.
    Source: Q. McNemar, Psychometrika 12 (1947) 153-157, in the exact form of A. Agresti, Categorical Data Analysis.
    """
    _check_count("b", b)
    _check_count("c", c)
    fewer, total = min(b, c), b + c
    if total == 0 or b == c:
        return 1.0
    # binomial distribution function as a regularised incomplete beta: no overflow for large counts
    from scipy.special import betainc  # a third of a second that each start of the site would take

    return min(1.0, 2.0 * float(betainc(total - fewer, fewer + 1, 0.5)))


@dataclass(frozen=True)
class PairedDifference:
    """mean(a) - mean(b) with its interval `[low, high]`, a two-sided p-value, and the number of pairs."""

    difference: float
    low: float
    high: float
    p: float
    n: int


def paired_bootstrap(
    a: Sequence[float] | Floats,
    b: Sequence[float] | Floats,
    *,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> PairedDifference:
    """Difference of means of two scorings of the same items, by resampling items with their pairs.

    a, b: [n] scores, item by item; n >= 2. The interval is the percentile interval; p is twice the smaller share
    of resamples on either side of zero, each counted with one more, so it is never 0. Same seed, same answer.
    Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993), chapters 13 and 16.
    """
    first, second = _scores("a", a), _scores("b", b)
    if first.size != second.size:
        raise ValueError(f"a and b must score the same items, not {first.size} and {second.size}")
    differences = first - second
    means = _resampled_means(differences, resamples, seed)
    low, high = _percentiles(means, confidence)
    below, above = int(np.count_nonzero(means <= 0)), int(np.count_nonzero(means >= 0))
    p = min(1.0, 2 * (min(below, above) + 1) / (resamples + 1))
    return PairedDifference(float(differences.mean()), low, high, p, int(differences.size))


@dataclass(frozen=True)
class PairedRatio:
    """mean(a) / mean(b) - 1 with its interval `[low, high]` (`inf` where resamples of b have mean 0)."""

    change: float
    low: float
    high: float
    n: int


def paired_ratio(
    a: Sequence[float] | Floats,
    b: Sequence[float] | Floats,
    *,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> PairedRatio | None:
    """Relative change of a mean over the same items, `mean(a) / mean(b) - 1`, by resampling items with their pairs.

    a, b: [n] scores of at least 0; n >= 2. None where the mean of b is 0: no share of nothing can be told.
    """
    first, second = _scores("a", a), _scores("b", b)
    if first.size != second.size:
        raise ValueError(f"a and b must score the same items, not {first.size} and {second.size}")
    if min(first.min(), second.min()) < 0:
        raise ValueError("scores must be at least 0")
    if second.mean() == 0:
        return None
    pairs, counts = np.unique(np.stack([first, second], axis=1), axis=0, return_counts=True)
    random = np.random.default_rng(seed)
    sums = np.empty((resamples, 2))
    step = max(1, _CHUNK_CELLS // len(pairs))
    for start in range(0, resamples, step):
        stop = min(start + step, resamples)
        sums[start:stop] = random.multinomial(first.size, counts / first.size, size=stop - start) @ pairs
    ratios = np.full(resamples, np.inf)
    np.divide(sums[:, 0], sums[:, 1], out=ratios, where=sums[:, 1] > 0)
    tail = (1 - confidence) / 2
    _two_sided_z(confidence)
    # by rank and not by interpolation, which an infinite ratio would spoil
    low, high = np.quantile(ratios, [tail, 1 - tail], method="inverted_cdf")
    return PairedRatio(float(first.mean() / second.mean() - 1), float(low - 1), float(high - 1), int(first.size))


def bootstrap_interval(
    values: Sequence[float] | Floats, *, resamples: int = 10_000, confidence: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean of `values`: [n], n >= 2, in the unit of the values."""
    return _percentiles(_resampled_means(_scores("values", values), resamples, seed), confidence)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p-values, in the order given.

    With p sorted ascending, adjusted_i = max over j <= i of min(1, (m - j + 1) p_j), j from 1.
    Source: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    for p in p_values:
        if not 0 <= p <= 1:
            raise ValueError(f"each p-value must be from 0 to 1, not {p}")
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def needed_items(
    difference: float, discordance: float | None = None, *, confidence: float = 0.95, power: float = 0.8
) -> int:
    """How many paired items a test needs before McNemar's test would settle a difference of this size.

    n = (z_a sqrt(s) + z_b sqrt(s - d^2))^2 / d^2, rounded up, with d the difference of the two rates, s the
    discordance (share of items that exactly one of the two gets right, |d| <= s <= 1), z_a the two-sided quantile
    of `confidence`, z_b the quantile of `power`. Left out, s is 0.5 (or |d| if larger): two models that are each
    right on half of the items and err independently, the most cautious guess.
    Source: R. J. Connor, Biometrics 43 (1987) 207-211, after O. S. Miettinen, Biometrics 24 (1968) 339-352.
    """
    size = abs(difference)
    if not SMALLEST_DIFFERENCE <= size <= 1:
        raise ValueError(f"difference must be from -1 to 1 and not 0 (at least 1e-6), not {difference}")
    share = max(0.5, size) if discordance is None else discordance
    if not size <= share <= 1:
        raise ValueError(f"discordance must be from |difference| ({size:g}) to 1, not {discordance}")
    if not 0.5 <= power < 1:
        raise ValueError(f"power must be from 0.5 to below 1, not {power}")
    spread = _two_sided_z(confidence) * math.sqrt(share) + NormalDist().inv_cdf(power) * math.sqrt(share - size * size)
    return math.ceil((spread / size) ** 2 - 1e-9)


def items_beyond(rate: float, threshold: float, *, confidence: float = 0.95) -> int | None:
    """How many items it takes until the Wilson interval of a rate that stays as it is no longer holds `threshold`.

    n = z^2 t (1 - t) / (p - t)^2, rounded up, at least 1: the interval's ends are the rates t at which
    |p - t| = z sqrt(t (1 - t) / n). None where no count of items can settle it: rate and threshold are (nearly) the
    same, or the threshold is 0 or 1, which no interval excludes but by a rate on the other side.
    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209-212.
    """
    for name, value in (("rate", rate), ("threshold", threshold)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be a fraction from 0 to 1, not {value}")
    if threshold in (0, 1) or abs(rate - threshold) < SMALLEST_DIFFERENCE:
        return None
    z = _two_sided_z(confidence)
    return max(1, math.ceil(z * z * threshold * (1 - threshold) / (rate - threshold) ** 2 - 1e-9))


def _check_count(name: str, value: int) -> None:
    if isinstance(value, bool) or int(value) != value or value < 0:
        raise ValueError(f"{name} must be a whole number of at least 0, not {value!r}")


def _two_sided_z(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _scores(name: str, values: Sequence[float] | Floats) -> Floats:
    """values as a finite [n] array with n >= 2."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < 2:
        raise ValueError(f"{name} must be a list of at least 2 scores, not of shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers only")
    return array


def _resampled_means(values: Floats, resamples: int, seed: int) -> Floats:
    """Means of `resamples` draws of n values with replacement: [resamples]."""
    if not 100 <= resamples <= 10_000_000:
        raise ValueError(f"resamples must be from 100 to 10000000, not {resamples}")
    random = np.random.default_rng(seed)
    distinct, counts = np.unique(values, return_counts=True)
    if distinct.size <= _FEW_DISTINCT:
        # right/wrong scores take three differences: drawing how often each comes up is the same draw, far faster
        drawn = random.multinomial(values.size, counts / values.size, size=resamples)
        return np.asarray(drawn @ distinct / values.size, dtype=np.float64)
    means = np.empty(resamples)
    step = max(1, _CHUNK_CELLS // values.size)
    for start in range(0, resamples, step):
        stop = min(start + step, resamples)
        picks = random.integers(0, values.size, size=(stop - start, values.size))
        means[start:stop] = values[picks].mean(axis=1)
    return means


def _percentiles(means: Floats, confidence: float) -> tuple[float, float]:
    _two_sided_z(confidence)
    tail = 50 * (1 - confidence)
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)
