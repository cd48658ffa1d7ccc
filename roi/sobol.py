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

    `function`: points [inputs, n] to outcomes [n], called `inputs + 2` times with n = 8 x `points`; a power of two is
    the most accurate. First order by Saltelli et al. (2010), "Variance based sensitivity analysis of model output",
    table 2 (b): mean of f(B) (f(A_B,i) - f(A)) over V; total by Jansen (1999), table 2 (f) there: half the mean of
    (f(A) - f(A_B,i))^2 over V. A and B are the halves of a scrambled Sobol sequence of twice the inputs. Eight
    independent scrambles are averaged; their spread gives the standard errors. Raises `ValueError` without an input.
    """
    if inputs < 1:
        raise ValueError("sensitivity indices need at least one input that varies")
    scrambles = [
        np.concatenate(list(blocks(points, 2 * inputs, seed=seed * _REPLICATES + index)), axis=1)
        for index in range(_REPLICATES)
    ]
    both = np.concatenate(scrambles, axis=1)
    a, b = both[:inputs], both[inputs:]
    outcome_a, outcome_b = (_by_replicate(function(half)) for half in (a, b))
    outcomes = np.concatenate([outcome_a, outcome_b])
    mean, variance = float(outcomes.mean()), float(outcomes.var())
    evaluations = _REPLICATES * points * (inputs + 2)
    if variance <= (1e-12 * np.abs(outcomes).max()) ** 2:
        return SobolIndices(None, None, None, None, mean, 0.0, evaluations, "the outcome does not vary")
    found = np.empty((2, inputs, _REPLICATES))
    # about the mean: the estimator's noise grows with the outcome's distance from 0
    outcome_b = outcome_b - outcome_b.mean(axis=1, keepdims=True)
    for index in range(inputs):
        mixed = a.copy()
        mixed[index] = b[index]
        change = _by_replicate(function(mixed)) - outcome_a
        found[:, index] = (outcome_b * change).mean(axis=1) / variance, (change**2).mean(axis=1) / (2 * variance)
    (first, total), errors = found.mean(axis=2), found.std(axis=2, ddof=1) / _REPLICATES**0.5
    return SobolIndices(
        _floats(first), _floats(total), _floats(errors[0]), _floats(errors[1]), mean, variance, evaluations
    )


def _by_replicate(outcomes: Array) -> Array:
    return np.asarray(outcomes, dtype=float).reshape(_REPLICATES, -1)


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
