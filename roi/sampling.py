"""Points for Monte Carlo, and the figures that they stand for.

A trial is a row of uniform numbers, one for each figure that varies; `inverse_cdf` turns them into the figure. Points
come in blocks of at most `BLOCK` trials, so that no step holds more than one block of every input. Equal seeds give
equal points.
"""

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from .quantity import Beta, Empirical, Quantity, Range, Triangular
from .sequence import BITS, scrambled

Array = NDArray[np.float64]
Inverse = Callable[[Array], Array]
Method = Literal["sobol", "lhs"]

BLOCK = 1 << 14
"""Trials drawn, correlated and evaluated at once: a block of 30 inputs is 4 MB and stays near the processor."""

KEPT = 1 << 12
"""Up to so many trials, points are kept for the next time: 32 kB an input, and whoever asks for a few asks often."""

MAX_TRIALS = 10_000_000

_Z95 = float(special.ndtri(0.95))
_HALF_CELL = 0.5**BITS / 2
"""Half the spacing of Sobol points: added so that no point is 0, whose normal score is infinite."""

_BETA_CELLS = 512
_BETA_REACH = 6.4
"""Normal scores covered by the table of a beta: those of 2^-31 and 1 - 2^-31 are 6.23 from 0."""


# points


def block_sizes(trials: int) -> list[int]:
    """`trials` split into the fewest blocks of at most `BLOCK`, equal up to one trial, so that none is too small to
    correlate. Raises `ValueError` outside 1 to `MAX_TRIALS`."""
    if not 1 <= trials <= MAX_TRIALS:
        raise ValueError(f"trials must be from 1 to {MAX_TRIALS:,}, not {trials:,}")
    count = -(-trials // BLOCK)
    return [trials // count + (index < trials % count) for index in range(count)]


def blocks(
    trials: int, inputs: int, *, seed: int = 0, method: Method = "sobol", correlations: ArrayLike | None = None
) -> Iterator[Array]:
    """Points strictly inside 0 and 1, block by block: arrays [inputs, b] whose b add up to `trials`.

    `sobol`: one scrambled Sobol sequence (see `roi.sequence`), continued from block to block.
    `lhs`: each block is its own Latin hypercube (McKay, Beckman and Conover 1979; replicated, as in Iman 1981).
    `correlations`: rank correlations [inputs, inputs], reached within each block (see `correlate`). Up to `KEPT` trials
    are read-only: the next one who asks is given the same array.
    """
    sizes = block_sizes(trials)
    if inputs == 0:
        yield from (np.empty((0, size)) for size in sizes)
        return
    tied = None if correlations is None else np.asarray(correlations, dtype=float)
    if trials <= KEPT:
        yield _kept(trials, inputs, seed, method, None if tied is None else (tied.shape, tied.tobytes()))
    else:
        yield from _blocks(sizes, inputs, seed, method, tied)


@lru_cache(maxsize=8)
def _kept(
    trials: int, inputs: int, seed: int, method: Method, correlations: tuple[tuple[int, ...], bytes] | None
) -> Array:
    """The only block of a few trials; nobody may write into it."""
    tied = None if correlations is None else np.frombuffer(correlations[1]).reshape(correlations[0])
    (points,) = _blocks([trials], inputs, seed, method, tied)
    points.flags.writeable = False
    return points


def _blocks(sizes: list[int], inputs: int, seed: int, method: Method, correlations: Array | None) -> Iterator[Array]:
    order = None if correlations is None else _score_factor(correlations)
    draw = _sobol(inputs, seed) if method == "sobol" else _latin_hypercube(inputs, seed)
    for size in sizes:
        drawn = draw(size)
        yield drawn if order is None else _reordered(drawn, order)


def _sobol(inputs: int, seed: int) -> Callable[[int], Array]:
    draw = scrambled(inputs, seed)
    return lambda size: draw(size) + _HALF_CELL


def _latin_hypercube(inputs: int, seed: int) -> Callable[[int], Array]:
    random = np.random.default_rng(seed)

    def draw(size: int) -> Array:
        strata = random.permuted(np.broadcast_to(np.arange(size), (inputs, size)), axis=1)
        inside = random.random((inputs, size))
        return np.clip((strata + inside) / size, _HALF_CELL, 1 - _HALF_CELL)

    return draw


# rank correlations


def correlate(points: Array, correlations: ArrayLike) -> Array:
    """The same numbers in each row [inputs, n], reordered so that rows have the given Spearman rank correlations.

    Iman and Conover (1982), "A distribution-free approach to inducing rank correlation among input variables": normal
    scores of the rows are decorrelated and correlated by Cholesky factors, and each row takes the order of its scores.
    The scores' Pearson correlation is 2 sin(pi r / 6), that of normals with Spearman's r (Pearson 1907). Raises
    `ValueError` where the correlations contradict each other (not positive definite), or n is not above the inputs.
    """
    return _reordered(points, _score_factor(np.asarray(correlations, dtype=float)))


def _score_factor(wanted: Array) -> Array:
    """Cholesky factor [k, k] of the correlations that normal scores need."""
    if wanted.ndim != 2 or wanted.shape[0] != wanted.shape[1] or not np.allclose(wanted, wanted.T):
        raise ValueError("correlations must be a symmetric square matrix")
    if not (np.isfinite(wanted).all() and np.allclose(np.diag(wanted), 1) and (np.abs(wanted) <= 1).all()):
        raise ValueError("correlations must lie from -1 to 1, with 1 on the diagonal")
    scores = 2 * np.sin(np.pi / 6 * wanted)
    np.fill_diagonal(scores, 1.0)
    try:
        return np.asarray(np.linalg.cholesky(scores))
    except np.linalg.LinAlgError:
        raise ValueError("correlations contradict each other: no set of figures can have all of them") from None


def _reordered(points: Array, factor: Array) -> Array:
    """`points` [k, n] whose rows take the order of correlated scores; a row correlated with none stays as drawn."""
    apart = factor != np.eye(len(factor))
    tied = np.flatnonzero(apart.any(axis=0) | apart.any(axis=1))
    if tied.size == 0:
        return points
    trials = points.shape[1]
    if trials <= tied.size:
        raise ValueError(f"correlations of {tied.size} figures need more than {tied.size} trials, not {trials}")
    scores = special.ndtri(points[tied])
    scores -= scores.mean(axis=1, keepdims=True)
    drawn = np.linalg.cholesky(scores @ scores.T / trials)
    targets = factor[np.ix_(tied, tied)] @ np.linalg.solve(drawn, scores)
    result = points.copy()
    for row, target in zip(tied, targets, strict=True):
        result[row, np.argsort(target, kind="stable")] = np.sort(points[row])
    return result


# inverse distribution functions


@lru_cache(maxsize=512)
def inverse_cdf(quantity: Quantity, low: float, high: float) -> Inverse | None:
    """The figure as a function of uniform points; None where it does not vary.

    A sample beyond the hard limits `low` and `high` is moved to the limit, so a range that reaches past one has a mean
    a little inside its central value.
    """
    inverse = _inverse(quantity)
    if inverse is None or not isinstance(quantity, Range):
        return inverse  # the other kinds have ends, which a scenario holds against the limits
    return lambda points: np.clip(inverse(points), low, high)


def _inverse(quantity: Quantity) -> Inverse | None:
    first, last = quantity.support
    if first == last:
        return None
    if isinstance(quantity, Range):
        return (lognormal_range if quantity.shape == "lognormal" else normal_range)(quantity.low, quantity.high)
    if isinstance(quantity, Triangular):
        return triangular(quantity.low, quantity.mode, quantity.high)
    if isinstance(quantity, Beta):
        return beta(*quantity.shape)
    return empirical(quantity.values) if isinstance(quantity, Empirical) else None


# each from uniform points [...] to figures of the same shape


def normal_range(low: float, high: float) -> Inverse:
    """The normal distribution whose 5th and 95th percentiles are `low` and `high`."""
    mean, deviation = (low + high) / 2, (high - low) / (2 * _Z95)
    return lambda points: mean + deviation * special.ndtri(points)


def lognormal_range(low: float, high: float) -> Inverse:
    """The lognormal distribution whose 5th and 95th percentiles are `low` and `high`, both above 0."""
    if low <= 0:
        raise ValueError("a lognormal range must lie above 0")
    normal = normal_range(math.log(low), math.log(high))
    return lambda points: np.exp(normal(points))


def triangular(low: float, mode: float, high: float) -> Inverse:
    """The triangular distribution. Source: Kotz and van Dorp (2004), Beyond Beta, chapter 1."""
    width, rise, fall = high - low, mode - low, high - mode
    if width <= 0:
        return lambda points: np.full_like(points, mode)

    def inverse(points: Array) -> Array:
        left = low + np.sqrt(points * (width * rise))
        right = high - np.sqrt((1 - points) * (width * fall))
        return np.where(points * width < rise, left, right)

    return inverse


def beta(a: float, b: float) -> Inverse:
    """The beta distribution, by a table of cubics over normal scores: within 1e-7 of `scipy.special.betaincinv` for a
    and b from 0.5 to 1e9, at a tenth of its time or less.

    The quantile is smooth in the normal score z of a point, also where it is steep in the point itself; cubic Hermite
    interpolation over cells of width h misses by h^4 / 384 times its fourth derivative.
    """
    table = _beta_table(a, b)

    def inverse(points: Array) -> Array:
        place = (special.ndtri(points) + _BETA_REACH) * (_BETA_CELLS / (2 * _BETA_REACH))
        cell = np.clip(place.astype(np.int32), 0, _BETA_CELLS - 1)
        part = place - cell
        c0, c1, c2, c3 = (np.take(row, cell) for row in table)
        return np.asarray(np.clip(c0 + part * (c1 + part * (c2 + part * c3)), 0.0, 1.0))

    return inverse


def _beta_table(a: float, b: float) -> Array:
    """Coefficients [4, cells] of the cubic of each cell in the part of the cell passed."""
    scores = np.linspace(-_BETA_REACH, _BETA_REACH, _BETA_CELLS + 1)
    # from the nearer end: 1 - ndtr(z) would lose the digits of the upper tail
    upper = scores > 0
    values = np.where(
        upper, special.betainccinv(a, b, special.ndtr(-scores)), special.betaincinv(a, b, special.ndtr(scores))
    )
    width = 2 * _BETA_REACH / _BETA_CELLS
    with np.errstate(divide="ignore", invalid="ignore"):
        log_density = special.xlogy(a - 1, values) + special.xlog1py(b - 1, -values) - special.betaln(a, b)
        slopes = np.exp(-(scores**2) / 2 - log_density) / math.sqrt(2 * math.pi) * width
    slopes = np.where(np.isfinite(slopes), slopes, 0.0)
    start, end, rise, fall = values[:-1], values[1:], slopes[:-1], slopes[1:]
    return np.stack([start, rise, 3 * (end - start) - 2 * rise - fall, 2 * (start - end) + rise + fall])


def empirical(values: ArrayLike) -> Inverse:
    """The values as seen, each equally likely."""
    held = np.sort(np.asarray(values, dtype=float))
    last = held.size - 1
    return lambda points: held[np.minimum((points * held.size).astype(np.int64), last)]
