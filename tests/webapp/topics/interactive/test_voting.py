"""Majority voting and its stopping rule against enumeration, hand-computed cases and each other."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.topics.explorers import adaptive, self_consistency, voting


def enumerated(p: float, wrong: int, samples: int) -> float:
    """Every sequence of answers, with its chance; ties shared."""
    q, total = (1 - p) / wrong, 0.0
    for answers in itertools.product(range(wrong + 1), repeat=samples):
        counts = [answers.count(each) for each in range(wrong + 1)]
        if counts[0] == max(counts):
            total += p ** counts[0] * q ** (samples - counts[0]) / counts.count(max(counts))
    return total


def test_majority_of_five_with_two_outcomes() -> None:
    """10 x 0.6^3 x 0.4^2 + 5 x 0.6^4 x 0.4 + 0.6^5 = 0.68256."""
    assert voting.majority_accuracies(0.6, 1, 5)[4] == pytest.approx(0.68256, abs=1e-12)


@pytest.mark.parametrize(("p", "wrong", "most"), [(0.4, 3, 6), (0.35, 2, 8), (0.7, 1, 8), (0.2, 5, 5)])
def test_majority_is_what_enumeration_gives(p: float, wrong: int, most: int) -> None:
    expected = [enumerated(p, wrong, samples) for samples in range(1, most + 1)]
    assert voting.majority_accuracies(p, wrong, most) == pytest.approx(expected, abs=1e-12)


@given(st.floats(0, 1), st.integers(1, 50))
@settings(max_examples=25, deadline=None)
def test_majority_is_a_chance_and_one_sample_is_p(p: float, wrong: int) -> None:
    found = voting.majority_accuracies(p, wrong, 20)
    assert found[0] == pytest.approx(p, abs=1e-12)
    assert all(-1e-9 <= each <= 1 + 1e-9 for each in found)


def test_voting_helps_above_the_rivals_and_harms_below() -> None:
    """With three rivals the right answer wins from above 1/4 on, and loses from below it."""
    helped, harmed = voting.majority_accuracies(0.3, 3, 64), voting.majority_accuracies(0.2, 3, 64)
    assert helped[-1] > 0.3
    assert harmed[-1] < 0.2
    assert voting.majority_accuracies(0.25, 3, 64)[-1] == pytest.approx(0.25)


def test_the_rule_goes_on_at_three_to_none_and_stops_at_four() -> None:
    """P(Beta(4, 1) > 1/2) = 1 - 0.5^4 = 0.9375; P(Beta(5, 1) > 1/2) = 1 - 0.5^5 = 0.96875."""
    assert adaptive.lead_confidence(3, 0) == 0.9375
    assert adaptive.lead_confidence(4, 0) == 0.96875
    assert not adaptive.stops([3, 0], 0.95)
    assert adaptive.stops([4, 0], 0.95)
    assert not adaptive.stops([4, 1], 0.95)  # 1 - 7/64 = 0.890625


def test_confidence_is_the_beta_distributions() -> None:
    from scipy.stats import beta

    for first, second in ((1, 0), (5, 2), (9, 9), (20, 12)):
        assert adaptive.lead_confidence(first, second) == pytest.approx(beta.sf(0.5, first + 1, second + 1))


def test_a_sure_answer_stops_after_four() -> None:
    found = adaptive.adaptive(1.0, 3, 40, 0.95)
    assert (found.samples, found.accuracy, found.trials) == (4.0, 1.0, None)


def test_stopping_early_by_hand() -> None:
    """At most 5, two outcomes, p = 0.6: it stops at 4 with chance 0.6^4 + 0.4^4 = 0.1552, else at 5 by majority."""
    found = adaptive.adaptive(0.6, 1, 5, 0.95)
    assert found.samples == pytest.approx(4 * 0.1552 + 5 * (1 - 0.1552))
    assert found.accuracy == pytest.approx(0.68256)  # four alike are the majority of five already


@pytest.mark.parametrize(("p", "wrong", "most"), [(0.6, 3, 15), (0.3, 2, 20), (0.5, 1, 40)])
def test_the_simulation_agrees_with_the_exact_answer(p: float, wrong: int, most: int) -> None:
    exact = adaptive._adaptive_exact(p, wrong, most, 0.95)
    simulated = adaptive._adaptive_simulated(p, wrong, most, 0.95)
    assert exact is not None
    assert simulated.samples == pytest.approx(exact.samples, abs=2 * simulated.samples_margin)
    assert simulated.low is not None
    assert simulated.high is not None
    assert simulated.low - 0.01 < exact.accuracy < simulated.high + 0.01


def test_where_it_is_too_much_to_walk_it_simulates_with_a_fixed_seed() -> None:
    found = adaptive._adaptive_simulated(0.5, 10, 40, 0.95)
    assert adaptive._adaptive_exact(0.5, 10, 40, 0.95) is None
    assert found.trials == adaptive.TRIALS
    assert found == adaptive._adaptive_simulated(0.5, 10, 40, 0.95)


def test_the_explorer_says_what_voting_and_stopping_give() -> None:
    found = self_consistency.explore({"accuracy": 0.6, "wrong_answers": 1, "samples": 5, "confidence": 0.95})
    assert found.majority == pytest.approx(0.68256)
    assert "68.3%" in found.finding
    assert found.saving == pytest.approx(5 / found.adaptive.samples)
    alone = self_consistency.explore({"accuracy": 0.6, "wrong_answers": 1, "samples": 1, "confidence": 0.95})
    assert alone.majority == pytest.approx(0.6)
