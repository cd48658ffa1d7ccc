"""Worth of evidence: cases that can be checked by hand or by brute force, and the inequalities between the kinds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roi.evidence_value import (
    MAX_ITEMS,
    conditional_polynomials,
    evpi,
    evppi,
    sample_information,
)

PAYS_ABOVE_70_PERCENT = [[0, 0], [-70, 100]]
"""Do nothing, and a plan worth 100 p - 70."""


def test_perfect_information_by_hand() -> None:
    """Means are 1 and 2; the best of each trial is 2, 3 and 4, a mean of 3: knowing the trial is worth 1."""
    assert evpi([[2, 0, 1], [-1, 3, 4]]) == pytest.approx(1.0)


def test_evidence_on_options_that_tie_or_never_change_place_is_worth_nothing() -> None:
    same = np.random.default_rng(0).normal(size=1000)
    assert evpi([same, same]) == 0.0
    assert evpi([same, same + 1]) == 0.0
    assert evppi([same, same + 1], same) == 0.0


def test_knowing_the_only_uncertain_input_is_perfect_information() -> None:
    rate = np.random.default_rng(1).beta(72, 28, 20_000)
    outcomes = [0 * rate, 100 * rate - 70]
    assert evppi(outcomes, rate) == pytest.approx(evpi(outcomes), rel=1e-9)
    assert evppi(outcomes, np.full(20_000, 0.7)) == 0.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 4), st.floats(-3, 3))
def test_information_on_one_input_is_worth_from_nothing_to_all(seed: int, options: int, shift: float) -> None:
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(3, 500))
    outcomes = random.normal(size=(options, 3)) @ inputs + shift * inputs[0] * inputs[1]
    whole = evpi(outcomes)
    assert whole >= 0
    assert all(0 <= evppi(outcomes, known) <= whole for known in inputs)


def test_partial_information_of_independent_inputs() -> None:
    """Plan worth x + y against nothing, both standard normal: E max(0, x) = 1 / sqrt(2 pi); both, sqrt 2 times that."""
    x, y = np.random.default_rng(2).normal(size=(2, 200_000))
    assert evppi([0 * x, x + y], x) == pytest.approx(0.3989, abs=0.005)
    assert evpi([0 * x, x + y]) == pytest.approx(0.5642, abs=0.005)


def test_conditional_polynomials_are_exact_from_four_values() -> None:
    assert conditional_polynomials([[1, 2, 3, 4], [0, 1, 4, 9]], [0, 1, 2, 3]).tolist() == [
        pytest.approx([1, 1, 0, 0]),
        pytest.approx([0, 0, 1, 0]),
    ]


def test_sample_information_by_hand() -> None:
    """Beta(1, 1), one item, a plan worth p - 0.6: success (chance 1/2) gives mean 2/3, so 1/2 x (2/3 - 0.6) = 1/30."""
    found = sample_information(1, 1, [[0, 0], [-0.6, 1]], items=[1])
    assert found.curve[0].value == pytest.approx(1 / 30)
    assert found.turning_points == pytest.approx((0.6,))
    # known exactly: the mean of p - 0.6 above 0.6 is 0.4^2 / 2
    assert found.perfect == pytest.approx(0.08)
    # without an item, p is below 0.6 with probability 0.6
    assert found.confidence_now == pytest.approx(0.6)
    # a success leaves 1 - 0.36 above 0.6, a failure 1 - 0.16 below
    assert found.curve[0].confidence == pytest.approx((0.64 + 0.84) / 2)


def test_sample_information_agrees_with_simulated_evaluations() -> None:
    """200,000 evaluations of 50 items, decided by the posterior mean of 100 p^2 - 52."""
    random = np.random.default_rng(3)
    rate = random.beta(72, 28, 200_000)
    a = 72 + random.binomial(50, rate)
    posterior = 100 * a * (a + 1) / (150 * 151) - 52
    prior = 100 * 72 * 73 / (100 * 101) - 52
    simulated = np.maximum(posterior, 0).mean() - max(prior, 0)
    found = sample_information(72, 28, [[0, 0, 0], [-52, 0, 100]], items=[50])
    assert found.curve[0].value == pytest.approx(simulated, abs=0.02)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.5, 500),
    st.floats(0.5, 500),
    st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=3),
)
def test_more_items_are_worth_more_and_never_more_than_knowing(
    a: float, b: float, plans: list[tuple[float, float, float]]
) -> None:
    found = sample_information(a, b, [(0.0, 0.0, 0.0), *plans], items=[0, 1, 5, 25, 125, 625])
    values = [point.value for point in found.curve]
    assert values[0] == pytest.approx(0, abs=1e-12)
    assert (np.diff(values) >= -1e-9).all()
    assert values[-1] <= found.perfect + 1e-9
    assert (np.diff([point.confidence for point in found.curve]) >= -1e-9).all()


def test_items_needed_are_the_fewest_that_settle_the_choice() -> None:
    found = sample_information(80, 20, PAYS_ABOVE_70_PERCENT, confidence=0.995)
    assert found.items_needed
    before, enough = sample_information(
        80, 20, PAYS_ABOVE_70_PERCENT, items=[found.items_needed - 1, found.items_needed]
    ).curve
    assert before.confidence < 0.995 <= enough.confidence


def test_a_settled_choice_needs_no_items_and_an_open_one_says_why() -> None:
    assert sample_information(95, 5, PAYS_ABOVE_70_PERCENT).items_needed == 0
    always = sample_information(1, 1, [[0, 0], [1, 1]])
    assert (always.items_needed, always.turning_points, always.perfect) == (0, (), 0.0)
    never = sample_information(7000, 3000, PAYS_ABOVE_70_PERCENT, confidence=0.99)
    assert never.items_needed is None
    assert never.reason == f"even {MAX_ITEMS:,} items leave the choice less than 99% sure"


def test_items_are_bought_while_they_are_worth_their_price() -> None:
    cheap, dear = (sample_information(72, 28, PAYS_ABOVE_70_PERCENT, price_per_item=price) for price in (1e-3, 1.0))
    assert cheap.best_items == 200
    assert dear.best_items == 0
    assert cheap.curve[5].net_value == pytest.approx(cheap.curve[5].value - 0.2)


@pytest.mark.parametrize(
    ("a", "b", "options", "message"),
    [
        (0, 1, {}, "above 0"),
        (1, float("inf"), {}, "above 0"),
        (1, 1, {"items": [-1]}, "item counts"),
        (1, 1, {"items": [MAX_ITEMS + 1]}, "item counts"),
        (1, 1, {"confidence": 1.0}, "confidence must be"),
    ],
)
def test_bad_questions_are_refused(a: float, b: float, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample_information(a, b, PAYS_ABOVE_70_PERCENT, **options)  # type: ignore[arg-type]
