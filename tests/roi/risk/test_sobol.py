"""Sobol indices against functions whose indices are known."""

import numpy as np
import pytest

from roi.sobol import sobol_indices


def ishigami(points: np.ndarray) -> np.ndarray:
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, with x from -pi to pi."""
    x = np.pi * (2 * points - 1)
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


@pytest.mark.parametrize("seed", range(5))
def test_ishigami(seed: int) -> None:
    """Ishigami and Homma (1990); the indices as in SALib's documentation and Saltelli et al. (2008), page 179."""
    found = sobol_indices(ishigami, 3, seed=seed)
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.01)
    assert found.first_error is not None
    assert found.total_error is not None
    assert max(found.first_error + found.total_error) < 0.01
    assert found.mean == pytest.approx(3.5, abs=0.01)
    assert found.variance == pytest.approx(13.845, rel=0.01)


def test_a_sum_by_hand_is_no_further_from_0_for_a_large_constant() -> None:
    """Var(x + 2y + 1e6) for uniform x, y is 1/12 + 4/12: indices 0.2 and 0.8, first as total; a third input is idle."""
    found = sobol_indices(lambda points: points[0] + 2 * points[1] + 1e6, 3)
    assert found.first == pytest.approx([0.2, 0.8, 0], abs=0.005)
    assert found.total == pytest.approx([0.2, 0.8, 0], abs=0.005)


def test_a_constant_has_no_indices_and_says_why() -> None:
    found = sobol_indices(lambda points: np.full(points.shape[1], 0.1), 2)
    assert (found.first, found.total) == (None, None)
    assert found.reason == "the outcome does not vary"
    assert found.to_dict()["variance"] == 0.0


def test_without_inputs_there_is_nothing_to_ask() -> None:
    with pytest.raises(ValueError, match="at least one input"):
        sobol_indices(lambda points: points[0], 0)
