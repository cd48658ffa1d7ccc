"""Which inputs the spread of an outcome comes from: Sobol's first-order and total indices."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sampling import blocks

Array = NDArray[np.float64]

_REPLICATES = 8
"""Independent scrambles, whose spread gives the standard errors (at least 4 for a spread worth the name)."""

_REPLICATE_POINTS = 1 << 11


@dataclass(frozen=True)
class SobolIndices:
    """Indices of each input, in the inputs' order, with standard errors; None throughout where the outcome is constant.

    `first`: share of the outcome's variance that would go if the input were known. `total`: share that would remain if
    all others were known; above `first` by what the input does together with others.
    """

    first: tuple[float, ...] | None
    total: tuple[float, ...] | None
    first_error: tuple[float, ...] | None
    total_error: tuple[float, ...] | None
    mean: float
    variance: float
    evaluations: int
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)


def sobol_indices(
    function: Callable[[Array], Array], inputs: int, *, points: int = _REPLICATE_POINTS, seed: int = 0
) -> SobolIndices:
    """First-order and total indices of `function` over independent inputs, uniform on 0 to 1.

    `function`: points [inputs, n] to outcomes [n], called `8 * (inputs + 2)` times with n = `points`, a power of two
    for the best accuracy. First order by Saltelli et al. (2010), "Variance based sensitivity analysis of model output",
    table 2 (b): mean of f(B) (f(A_B,i) - f(A)) over V; total by Jansen (1999), table 2 (f) there: half the mean of
    (f(A) - f(A_B,i))^2 over V. A and B are the halves of a scrambled Sobol sequence of twice the inputs. Eight
    independent scrambles are averaged; their spread gives the standard errors. Raises `ValueError` without an input.
    """
    if inputs < 1:
        raise ValueError("sensitivity indices need at least one input that varies")
    replicates = [_estimate(function, inputs, points, seed * _REPLICATES + index) for index in range(_REPLICATES)]
    means, variances, largest = (np.array(column) for column in zip(*[r[1:] for r in replicates], strict=True))
    mean, variance = float(means.mean()), float(variances.mean())
    evaluations = _REPLICATES * points * (inputs + 2)
    if variance <= (1e-12 * largest.max()) ** 2:
        return SobolIndices(None, None, None, None, mean, 0.0, evaluations, "the outcome does not vary")
    # a mean of ratios would be biased: each replicate's covariances are over the variance of all
    indices = np.array([replicate[0] for replicate in replicates]) / variance
    (first, total), errors = indices.mean(axis=0), indices.std(axis=0, ddof=1) / _REPLICATES**0.5
    return SobolIndices(
        _floats(first), _floats(total), _floats(errors[0]), _floats(errors[1]), mean, variance, evaluations
    )


def _estimate(
    function: Callable[[Array], Array], inputs: int, points: int, seed: int
) -> tuple[Array, float, float, float]:
    """One scramble: partial variances [2, inputs], mean, variance, largest absolute outcome."""
    both = np.concatenate(list(blocks(points, 2 * inputs, seed=seed)), axis=1)
    a, b = both[:inputs], both[inputs:]
    outcome_a, outcome_b = np.asarray(function(a)), np.asarray(function(b))
    outcomes = np.concatenate([outcome_a, outcome_b])
    mean = outcomes.mean()
    partial = np.empty((2, inputs))
    for index in range(inputs):
        mixed = a.copy()
        mixed[index] = b[index]
        change = np.asarray(function(mixed)) - outcome_a
        # about the mean: the estimator's noise grows with the outcome's distance from 0
        partial[0, index] = ((outcome_b - mean) * change).mean()
        partial[1, index] = (change**2).mean() / 2
    return partial, float(mean), float(outcomes.var()), float(np.abs(outcomes).max())


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
