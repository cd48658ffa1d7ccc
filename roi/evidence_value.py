"""What more evidence is worth before choosing an option: perfect information, and n more evaluation items.

An option's outcome is its NPV. Someone who chooses now takes the option of the highest expected outcome; someone who
knew more would sometimes choose otherwise, and evidence is worth what that gains on average. It is never below 0.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]

DEGREE = 3
"""Degree in which an expected outcome may depend on one input: products of inputs are of degree 1 in each, growth and
discount rates are smooth."""

MAX_ITEMS = 50_000
"""The most evaluation items looked at for a settled decision."""


# perfect information


def evpi(outcomes: ArrayLike) -> float:
    """Expected value of perfect information: mean of the best outcome less the best mean; `outcomes`: [options, n].

    Source: Raiffa and Schlaifer (1961), Applied Statistical Decision Theory, chapter 4; Claxton (1999).
    """
    values = np.asarray(outcomes, dtype=float)
    # about the chosen option, so that options which tie in every trial give exactly 0
    chosen = int(values.mean(axis=1).argmax())
    return max(0.0, float((values - values[chosen]).max(axis=0).mean()))


def evppi(outcomes: ArrayLike, known: ArrayLike) -> float:
    """Expected value of knowing one input exactly (partial perfect information), from 0 to `evpi(outcomes)`.

    `outcomes`: [options, n] in n trials in which the input was `known` [n]. The expected outcome given the input is a
    polynomial of degree 3, by least squares: Strong, Oakley and Brennan (2014), "Estimating multiparameter partial
    expected value of perfect information from a probabilistic sensitivity analysis sample", Medical Decision Making 34.
    """
    values = np.asarray(outcomes, dtype=float)
    x = np.asarray(known, dtype=float)
    return min(evpi(_fitted(values, x)), evpi(values))


def _fitted(outcomes: Array, known: Array) -> Array:
    """Expected outcomes [options, n] given the input, as polynomials of it."""
    powers = _standard_powers(known)
    gram = powers @ powers.T
    return np.asarray(np.linalg.lstsq(gram, powers @ outcomes.T, rcond=1e-12)[0].T @ powers)


def _standard_powers(known: Array) -> Array:
    """Powers 0 to `DEGREE` of the input in standard deviations from its mean: [powers, n]; only 0 if it is constant."""
    spread = float(known.std())
    if spread <= 1e-12 * float(np.abs(known).max(initial=0.0)):
        return np.ones((1, known.size))
    standard = (known - known.mean()) / spread
    return np.stack([standard**power for power in range(DEGREE + 1)])


def conditional_polynomials(outcomes: ArrayLike, known: ArrayLike) -> Array:
    """Coefficients [options, 4], constant first, of the expected outcome [options, n] given an input [n] of degree 3.

    From 4 values of the input the polynomial is exact; from more it is by least squares. Coefficients that change no
    outcome by more than a billionth are set to 0.
    """
    values, x = np.asarray(outcomes, dtype=float), np.asarray(known, dtype=float)
    series = [np.polynomial.Polynomial.fit(x, row, DEGREE).convert().coef for row in values]
    result = np.array([np.pad(row, (0, DEGREE + 1 - row.size)) for row in series])
    reach = np.abs(x).max() ** np.arange(DEGREE + 1)
    return np.where(np.abs(result) * reach < 1e-9 * np.abs(values).max(), 0.0, result)


# sample information


@dataclass(frozen=True)
class ItemsValue:
    """`items` more evaluation items: what they are worth, less what they cost, and how sure the choice then is.

    `confidence`: the probability, expected today, of the option that is then likeliest to be the best one.
    """

    items: int
    value: float
    net_value: float
    confidence: float


@dataclass(frozen=True)
class SampleInformation:
    """What more evaluation items tell about a success rate.

    `perfect`: worth of knowing the rate exactly, the limit of the curve. `confidence_now`: how sure the choice is
    without more items. `items_needed`: the fewest items until the expected confidence is `confidence_wanted`; None with
    `reason` where `MAX_ITEMS` do not suffice. `turning_points`: success rates at which another option becomes the best;
    none means that no result of an evaluation changes the choice. `best_items`: those of the highest net value.
    """

    prior_successes: float
    prior_failures: float
    perfect: float
    confidence_now: float
    confidence_wanted: float
    items_needed: int | None
    best_items: int
    turning_points: tuple[float, ...]
    curve: tuple[ItemsValue, ...]
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)


DEFAULT_ITEMS = (0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def sample_information(
    prior_successes: float,
    prior_failures: float,
    polynomials: ArrayLike,
    *,
    items: Sequence[int] = DEFAULT_ITEMS,
    price_per_item: float = 0.0,
    confidence: float = 0.95,
) -> SampleInformation:
    """Expected value of evaluating n more items, for a success rate known as Beta(`prior_successes`, `prior_failures`).

    `polynomials`: coefficients [options, degree + 1], constant first, of each option's expected outcome in the rate.
    The number of successes among n items is beta-binomial; each gives a posterior mean outcome of each option, of which
    the best is taken: preposterior analysis, Raiffa and Schlaifer (1961), chapters 4 and 9. Exact, no simulation.
    Raises `ValueError` where the prior is not positive, an item count is outside 0 to `MAX_ITEMS`, or the confidence
    outside 0.5 to 1.
    """
    if not (0 < prior_successes < math.inf and 0 < prior_failures < math.inf):
        raise ValueError("the prior needs successes and failures above 0")
    if any(not 0 <= count <= MAX_ITEMS for count in items):
        raise ValueError(f"item counts must be from 0 to {MAX_ITEMS:,}")
    if not 0.5 <= confidence < 1:
        raise ValueError(f"confidence must be from 0.5 to below 1, not {confidence}")
    choice = _Choice(prior_successes, prior_failures, np.atleast_2d(np.asarray(polynomials, dtype=float)))
    curve = tuple(
        ItemsValue(count, value := choice.value(count), value - count * price_per_item, choice.confidence(count))
        for count in sorted(set(items))
    )
    needed = _fewest(choice, confidence)
    return SampleInformation(
        prior_successes=prior_successes,
        prior_failures=prior_failures,
        perfect=choice.perfect(),
        confidence_now=choice.confidence(0),
        confidence_wanted=confidence,
        items_needed=needed,
        best_items=_best_bought(curve),
        turning_points=tuple(float(rate) for rate in choice.edges[1:-1]),
        curve=curve,
        reason=None
        if needed is not None
        else f"even {MAX_ITEMS:,} items leave the choice less than {confidence:.0%} sure",
    )


def _best_bought(curve: Sequence[ItemsValue]) -> int:
    return max(curve, key=lambda point: (point.net_value, -point.items)).items if curve else 0


class _Choice:
    """Options whose expected outcome is a polynomial of one success rate with a beta prior."""

    def __init__(self, successes: float, failures: float, polynomials: Array) -> None:
        self.a, self.b = successes, failures
        chosen = int((polynomials @ _moments(successes, failures, polynomials.shape[1])).argmax())
        self.gains = polynomials - polynomials[chosen]
        """Outcomes less that of the option chosen today: [options, degree + 1]."""
        self.edges, self.best = _regions(self.gains)

    def value(self, items: int) -> float:
        """Mean, over the results of `items` items, of what the option then chosen gains on the one chosen today."""
        chances, a, b = self._results(items)
        gains = self.gains @ _moments(a, b, self.gains.shape[1])
        return float(chances @ gains.max(axis=0))

    def perfect(self) -> float:
        """The same with the rate known: partial moments of the beta over each region, exact."""
        degrees = np.arange(self.gains.shape[1])
        below = special.betainc(self.a + degrees[:, None], self.b, self.edges)
        parts = np.diff(below, axis=1) * _moments(self.a, self.b, degrees.size)[:, None]
        return max(0.0, float((self.gains[self.best].T * parts).sum()))

    def confidence(self, items: int) -> float:
        """Mean, over the results of `items` items, of the highest posterior probability of being the best option."""
        chances, a, b = self._results(items)
        masses = np.diff(special.betainc(a, b, self.edges[:, None]), axis=0)
        by_option = np.zeros((len(self.gains), chances.size))
        np.add.at(by_option, self.best, masses)
        return min(1.0, float(chances @ by_option.max(axis=0)))

    def _results(self, items: int) -> tuple[Array, Array, Array]:
        """Chances of 0 to `items` successes, and the posterior's successes and failures after each: [items + 1]."""
        hits = np.arange(items + 1.0)
        a, b = self.a + hits, self.b + items - hits
        ways = -special.betaln(1 + items - hits, 1 + hits) - math.log(items + 1)
        chances = np.exp(ways + special.betaln(a, b) - special.betaln(self.a, self.b))
        return chances / chances.sum(), a, b


def _moments(a: ArrayLike, b: ArrayLike, count: int) -> Array:
    """Moments 0 to count - 1 of Beta(a, b): products of (a + i) / (a + b + i)."""
    first, total = np.asarray(a, dtype=float), np.asarray(a, dtype=float) + np.asarray(b, dtype=float)
    moments = [np.ones_like(first)]
    for index in range(count - 1):
        moments.append(moments[-1] * (first + index) / (total + index))
    return np.stack(moments)


def _regions(gains: Array) -> tuple[Array, NDArray[np.intp]]:
    """Edges [r + 1] from 0 to 1 of the regions of the rate in which one option is the best, and that option [r]."""
    crossings = {0.0, 1.0}
    for first in range(len(gains)):
        for second in range(first):
            apart = np.polynomial.Polynomial(gains[first] - gains[second])
            # a leading coefficient that changes nothing between 0 and 1 would give roots of any size
            roots = np.asarray(apart.trim(1e-12 * np.abs(apart.coef).max()).roots(), dtype=complex)
            crossings.update(roots.real[(np.abs(roots.imag) < 1e-9) & (roots.real > 0) & (roots.real < 1)].tolist())
    edges = np.array(sorted(crossings))
    middles = (edges[:-1] + edges[1:]) / 2
    best = np.polynomial.polynomial.polyval(middles, gains.T).argmax(axis=0)
    kept = np.concatenate([[True], best[1:] != best[:-1]])
    return np.concatenate([edges[:-1][kept], [1.0]]), best[kept]


def _fewest(choice: _Choice, confidence: float) -> int | None:
    """Fewest items of at least the expected confidence, which never falls with more items."""
    if choice.confidence(0) >= confidence:
        return 0
    below, above = 0, 16
    while choice.confidence(above) < confidence:
        if above == MAX_ITEMS:
            return None
        below, above = above, min(4 * above, MAX_ITEMS)
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if choice.confidence(middle) >= confidence else (middle, above)
    return above
