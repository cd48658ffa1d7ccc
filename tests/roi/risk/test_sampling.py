"""Points and inverse distribution functions, against scipy's own distributions and each other."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from roi.sampling import (
    BLOCK,
    Method,
    beta,
    block_sizes,
    blocks,
    correlate,
    empirical,
    lognormal_range,
    normal_range,
    triangular,
)
from roi.sequence import scrambled

METHODS: list[Method] = ["sobol", "lhs"]


def drawn(trials: int, inputs: int, **options: Any) -> np.ndarray:
    return np.concatenate(list(blocks(trials, inputs, **options)), axis=1)


@pytest.mark.parametrize("trials", [1, 7, BLOCK, BLOCK + 1, 100_000])
def test_blocks_add_up_and_are_about_equal(trials: int) -> None:
    sizes = block_sizes(trials)
    assert sum(sizes) == trials
    assert max(sizes) <= BLOCK
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("trials", [0, -1, 10_000_001])
def test_trials_have_limits(trials: int) -> None:
    with pytest.raises(ValueError, match="trials must be from 1 to 10,000,000"):
        block_sizes(trials)


@pytest.mark.parametrize("method", METHODS)
def test_points_are_even_inside_0_and_1_and_follow_the_seed(method: Method) -> None:
    points = drawn(40_000, 5, seed=3, method=method)
    assert points.shape == (5, 40_000)
    assert points.min() > 0
    assert points.max() < 1
    assert np.abs(points.mean(axis=1) - 0.5).max() < 2e-4
    assert np.array_equal(points, drawn(40_000, 5, seed=3, method=method))
    assert not np.array_equal(points, drawn(40_000, 5, seed=4, method=method))


def test_sobol_points_go_on_from_block_to_block() -> None:
    """Three blocks are the points that scipy gives in one draw, half a cell higher."""
    trials = 2 * BLOCK + 4
    engine = stats.qmc.Sobol(3, scramble=True, rng=np.random.default_rng(9))
    whole = np.concatenate([engine.random(1), engine.random(trials - 1)])
    assert np.array_equal(drawn(trials, 3, seed=9), whole.T + 2.0**-31)


@pytest.mark.parametrize("inputs", [1, 2, 40, 200])
def test_sobol_points_are_those_of_scipy_however_they_are_drawn(inputs: int) -> None:
    engine = stats.qmc.Sobol(inputs, scramble=True, rng=np.random.default_rng(inputs))
    whole = np.concatenate([engine.random(1), engine.random(9_999)])
    draw = scrambled(inputs, inputs)
    found = np.concatenate([draw(size) for size in (1, 0, 4_095, 1, 4_097, 1_806)], axis=1)
    assert np.array_equal(found, whole.T)


def test_there_are_sobol_points_for_so_many_inputs_and_no_more() -> None:
    with pytest.raises(ValueError, match="at most 21,201 figures"):
        scrambled(21_202, 0)


def test_a_latin_hypercube_has_one_point_in_each_stratum() -> None:
    points = drawn(1000, 4, method="lhs")
    assert (np.sort((points * 1000).astype(int), axis=1) == np.arange(1000)).all()


def test_no_input_gives_blocks_without_rows() -> None:
    assert [block.shape for block in blocks(BLOCK + 2, 0)] == [(0, BLOCK // 2 + 1), (0, BLOCK // 2 + 1)]


@pytest.mark.parametrize("method", METHODS)
def test_rank_correlations_are_reached_and_the_figures_stay_the_same(method: Method) -> None:
    wanted = np.array([[1, 0.8, 0, -0.3], [0.8, 1, 0, 0.1], [0, 0, 1, 0], [-0.3, 0.1, 0, 1]])
    plain, tied = drawn(20_000, 4, method=method), drawn(20_000, 4, method=method, correlations=wanted)
    reached = stats.spearmanr(tied, axis=1).statistic
    assert np.abs(reached - wanted).max() < 0.01
    assert np.array_equal(np.sort(tied, axis=1), np.sort(plain, axis=1))
    assert np.array_equal(tied[2], plain[2]), "a figure that is correlated with none stays as drawn"


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.99, 0.99), st.integers(0, 1000))
def test_any_correlation_of_two_figures_is_reached(wanted: float, seed: int) -> None:
    tied = correlate(drawn(2000, 2, seed=seed), [[1, wanted], [wanted, 1]])
    assert stats.spearmanr(tied[0], tied[1]).statistic == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]], "contradict each other"),
        ([[1, 2], [2, 1]], "from -1 to 1"),
        ([[1, float("nan")], [float("nan"), 1]], "symmetric|from -1 to 1"),
        ([[1, 0.5], [0.4, 1]], "symmetric"),
        ([[0.9, 0], [0, 1]], "1 on the diagonal"),
    ],
)
def test_impossible_correlations_are_refused(wanted: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        correlate(drawn(100, len(wanted)), wanted)


def test_correlations_need_more_trials_than_figures() -> None:
    with pytest.raises(ValueError, match="more than 2 trials"):
        correlate(drawn(2, 2), [[1, 0.5], [0.5, 1]])


POINTS = (np.arange(1000) + 0.5) / 1000


def test_ranges_have_their_ends_at_the_5th_and_95th_percentile() -> None:
    ends = np.array([0.05, 0.95])
    assert normal_range(-3, 12)(ends) == pytest.approx([-3, 12])
    assert lognormal_range(2, 50)(ends) == pytest.approx([2, 50])
    assert normal_range(4, 4)(POINTS) == pytest.approx(4)
    with pytest.raises(ValueError, match="above 0"):
        lognormal_range(0, 1)


@pytest.mark.parametrize(("low", "mode", "high"), [(0, 1, 4), (2, 2, 3), (-5, 1, 1), (10, 11, 1000)])
def test_triangular_agrees_with_scipy(low: float, mode: float, high: float) -> None:
    theirs = stats.triang((mode - low) / (high - low), low, high - low).ppf(POINTS)
    assert triangular(low, mode, high)(POINTS) == pytest.approx(theirs, rel=1e-12)


def test_a_triangular_of_one_value_is_that_value() -> None:
    assert (triangular(7, 7, 7)(POINTS) == 7).all()


@settings(max_examples=60, deadline=None)
@given(st.floats(0.5, 1e6), st.floats(0.5, 1e6), st.integers(0, 100))
def test_the_beta_table_is_within_its_stated_error(a: float, b: float, seed: int) -> None:
    tails = 2.0 ** -np.arange(1, 31)
    points = np.concatenate([drawn(200, 1, seed=seed)[0], tails, 1 - tails])
    assert np.abs(beta(a, b)(points) - special.betaincinv(a, b, points)).max() < 1e-7


def test_empirical_values_come_equally_often() -> None:
    assert np.bincount(empirical([3, 1, 1, 2])(POINTS).astype(int)).tolist() == [0, 500, 250, 250]
