"""Intervals and tests against published values, by hand, and by their laws."""

import math
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.statistics import (
    bootstrap_interval,
    holm,
    items_beyond,
    mcnemar_exact,
    needed_items,
    paired_bootstrap,
    wilson_interval,
)

approx = pytest.approx
counts = st.integers(0, 500)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(successes: int, trials: int, low: float, high: float) -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3 (score, no correction)."""
    assert wilson_interval(successes, trials) == approx((low, high), abs=5e-5)


def test_wilson_by_hand() -> None:
    """None of n: [0, z^2 / (n + z^2)], here 3.841459 / 13.841459; nothing tried: nothing known."""
    assert wilson_interval(0, 10) == approx((0, 0.277533), abs=1e-6)
    assert wilson_interval(10, 10) == approx((0.722467, 1), abs=1e-6)
    assert wilson_interval(0, 0) == (0.0, 1.0)


@given(st.integers(1, 5000), st.floats(0, 1), st.floats(0.5, 0.999))
def test_wilson_holds_the_rate_and_mirrors(trials: int, share: float, confidence: float) -> None:
    successes = round(share * trials)
    low, high = wilson_interval(successes, trials, confidence)
    assert 0 <= low <= successes / trials <= high <= 1
    mirrored = wilson_interval(trials - successes, trials, confidence)
    assert mirrored == approx((1 - high, 1 - low), abs=1e-12)
    assert wilson_interval(successes * 4, trials * 4, confidence)[1] - low <= high - low + 1e-12


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: wilson_interval(3, 2), "from 0 to trials"),
        (lambda: wilson_interval(-1, 2), "at least 0"),
        (lambda: wilson_interval(1, 2, 1.0), "between 0 and 1"),
        (lambda: wilson_interval(float("1.5"), 2), "whole number"),
        (lambda: mcnemar_exact(-1, 2), "at least 0"),
        (lambda: holm([0.5, 1.5]), "from 0 to 1"),
        (lambda: holm([math.nan]), "from 0 to 1"),
        (lambda: paired_bootstrap([1, 0, 1], [1, 0]), "same items"),
        (lambda: paired_bootstrap([1], [0]), "at least 2"),
        (lambda: paired_bootstrap([1, math.nan], [0, 1]), "finite"),
        (lambda: paired_bootstrap([1, 0], [0, 1], resamples=5), "from 100"),
        (lambda: bootstrap_interval([]), "at least 2"),
        (lambda: needed_items(0), "not 0"),
        (lambda: needed_items(0.2, 0.1), "discordance"),
        (lambda: needed_items(0.2, power=1), "power"),
    ],
)
def test_what_cannot_be_answered_says_what_is_allowed(call: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


def test_mcnemar_by_hand() -> None:
    """1 against 9: 2 (1 + 10) / 2^10; 11 against 2: 2 (1 + 13 + 78) / 2^13."""
    assert mcnemar_exact(1, 9) == approx(22 / 1024)
    assert mcnemar_exact(11, 2) == approx(184 / 8192)
    assert mcnemar_exact(0, 0) == mcnemar_exact(4, 4) == 1


def test_mcnemar_as_published() -> None:
    """statsmodels' test of `mcnemar` for the table [[101, 121], [59, 33]] (SAS): exact p 4.434e-06."""
    assert mcnemar_exact(121, 59) == approx(4.434449e-06, rel=1e-6)


@given(counts, counts)
def test_mcnemar_agrees_with_the_plain_sum(b: int, c: int) -> None:
    n = b + c
    plain = min(1.0, 2 * sum(math.comb(n, k) for k in range(min(b, c) + 1)) / 2**n)
    assert mcnemar_exact(b, c) == approx(plain, rel=1e-9)
    assert mcnemar_exact(b, c) == mcnemar_exact(c, b)


def test_mcnemar_of_many_pairs_does_not_overflow() -> None:
    assert 0 <= mcnemar_exact(60_000, 50_000) < 1e-100


def test_holm_by_hand() -> None:
    """4 x .01, then 3 x .02 = .06, and no later one may be smaller; the order given is kept."""
    assert holm([0.03, 0.01, 0.04, 0.02]) == approx([0.06, 0.04, 0.06, 0.06])
    assert holm([]) == []
    assert holm([0.9, 0.9]) == [1, 1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_plain_and_bonferroni(p_values: list[float]) -> None:
    for p, adjusted in zip(p_values, holm(p_values), strict=True):
        assert p <= adjusted <= min(1, len(p_values) * p) + 1e-12
    assert sorted(holm(p_values)) == approx(sorted(holm(sorted(p_values))))


def test_bootstrap_of_right_and_wrong_agrees_with_the_normal_interval() -> None:
    """90 of 200 won, none lost: standard error sqrt(.45 x .55 / 200) = .03518, so .45 -+ .0690."""
    found = paired_bootstrap([1] * 90 + [0] * 110, [0] * 200, resamples=100_000)
    assert (found.low, found.high) == approx((0.381, 0.519), abs=0.006)
    assert found.p < 0.001
    assert found.n == 200


def test_bootstrap_of_scores_agrees_with_the_normal_interval() -> None:
    """Many distinct values take the other way through the code."""
    random = np.random.default_rng(1)
    a, b = random.normal(0.3, 1, 400), random.normal(0, 1, 400)
    found = paired_bootstrap(a, b)
    half = 1.96 * float((a - b).std()) / 20
    assert (found.low, found.high) == approx((found.difference - half, found.difference + half), abs=0.02)
    assert bootstrap_interval(a - b) == (found.low, found.high)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=200), st.integers(0, 9))
def test_bootstrap_is_repeatable_and_mirrors(pairs: list[tuple[bool, bool]], seed: int) -> None:
    a, b = [float(x) for x, _ in pairs], [float(y) for _, y in pairs]
    found = paired_bootstrap(a, b, seed=seed, resamples=500)
    assert found == paired_bootstrap(a, b, seed=seed, resamples=500)
    assert found.low - 1e-9 <= found.difference <= found.high + 1e-9 or len(pairs) < 20
    assert found.difference == approx(-paired_bootstrap(b, a, seed=seed, resamples=500).difference)
    assert 0 < found.p <= 1


def test_equal_answers_differ_by_nothing() -> None:
    found = paired_bootstrap([1, 0, 1], [1, 0, 1])
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_bootstrap_is_fast() -> None:
    started = time.perf_counter()
    paired_bootstrap([1.0, 0.0] * 50_000, [0.0, 0.0, 1.0, 1.0] * 25_000)
    assert time.perf_counter() - started < 1


def test_needed_items_by_hand() -> None:
    """(1.959964 sqrt(.2) + .841621 sqrt(.2 - .01))^2 / .01 = (.876523 + .366853)^2 / .01 = 154.6."""
    assert needed_items(0.1, 0.2) == 155
    assert needed_items(-0.1, 0.2) == 155
    assert needed_items(0.02) > needed_items(0.05) > needed_items(0.05, 0.1)


@pytest.mark.parametrize(("difference", "discordance"), [(0.1, 0.2), (0.05, 0.1), (0.2, 0.3)])
def test_needed_items_settle_the_difference_in_four_of_five_trials(difference: float, discordance: float) -> None:
    """Simulated: the exact test finds the difference about 80% of the time (it is a little more careful)."""
    n = needed_items(difference, discordance)
    random = np.random.default_rng(3)
    won, lost = (discordance + difference) / 2, (discordance - difference) / 2
    drawn = random.multinomial(n, [won, lost, 1 - won - lost], size=1000)
    found = sum(mcnemar_exact(int(b), int(c)) < 0.05 for b, c, _ in drawn) / 1000
    assert 0.72 < found < 0.86


def test_items_beyond_a_threshold_by_hand() -> None:
    """89% against 85%: 3.841459 x 0.85 x 0.15 / 0.04^2 = 306.1, so 307 items; against 88% it takes 4,057."""
    assert items_beyond(0.89, 0.85) == 307
    assert items_beyond(0.89, 0.88) == 4057
    assert items_beyond(0.85, 0.85) is None
    assert items_beyond(0.99, 1.0) is None
    with pytest.raises(ValueError, match="threshold"):
        items_beyond(0.5, 1.5)


@given(st.integers(1, 400), st.integers(0, 400), st.floats(0.02, 0.98))
def test_at_so_many_items_wilsons_interval_leaves_the_threshold_out(trials: int, right: int, threshold: float) -> None:
    """A rate of right / trials, kept while the items grow by whole multiples, has left it at the count told."""
    rate = min(right, trials) / trials
    needed = items_beyond(rate, threshold)
    if needed is None or abs(rate - threshold) < 0.005:
        return
    copies = math.ceil(needed / trials)
    low, high = wilson_interval(copies * min(right, trials), copies * trials)
    assert not low + 1e-9 < threshold < high - 1e-9
    if copies > 1 and (copies - 1) * trials < needed:
        low, high = wilson_interval((copies - 1) * min(right, trials), (copies - 1) * trials)
        assert low - 1e-9 <= threshold <= high + 1e-9
