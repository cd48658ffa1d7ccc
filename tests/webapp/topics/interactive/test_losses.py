"""The formulas of the DPO, PPO and GRPO explorers against cases worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.topics.explorers import dpo, grpo, ppo

betas = st.floats(0.01, 1)
margins = st.floats(-40, 40)


def test_dpo_at_a_margin_of_zero() -> None:
    """-log sigmoid(0) = log 2; the slope is -beta / 2."""
    assert dpo.loss_nats(0, 0.1) == pytest.approx(math.log(2))
    assert dpo.gradient(0, 0.1) == pytest.approx(-0.05)


def test_dpo_by_hand() -> None:
    """beta m = 0.1 x 10 = 1: -log(1/(1 + e^-1)) = 0.313262; slope -0.1/(1 + e) = -0.0268941."""
    assert dpo.loss_nats(10, 0.1) == pytest.approx(0.313262, abs=1e-6)
    assert dpo.gradient(10, 0.1) == pytest.approx(-0.0268941, abs=1e-7)


@given(margins, betas)
def test_dpo_slope_is_the_losss_own(margin: float, beta: float) -> None:
    step = 1e-4
    slope = (dpo.loss_nats(margin + step, beta) - dpo.loss_nats(margin - step, beta)) / (2 * step)
    assert dpo.gradient(margin, beta) == pytest.approx(slope, abs=1e-6)


def test_dpo_far_out_overflows_nothing() -> None:
    assert dpo.loss_nats(-1e6, 1.0) == pytest.approx(1e6)
    assert dpo.loss_nats(1e6, 1.0) == pytest.approx(0.0)


def test_dpo_explorer_says_what_it_draws() -> None:
    found = dpo.explore({"beta": 0.1, "margin": 10.0})
    assert found.pull == pytest.approx(1 / (1 + math.e))
    assert found.preference == pytest.approx(1 - found.pull)
    assert "right" in found.finding
    assert "0.313 nats" in found.finding
    assert found.loss_curve.marks[0][0] == pytest.approx(62.5)  # 10 lies at five eighths of -40 to 40


@pytest.mark.parametrize(
    ("ratio", "advantage", "objective", "slope"),
    [
        (1.5, 1.0, 1.2, 0.0),  # a good action, taken too far: clipped at 1 + epsilon
        (0.5, 1.0, 0.5, 1.0),  # a good action that became rarer: mended at full slope
        (0.5, -1.0, -0.8, 0.0),  # a bad action, already rarer than allowed
        (1.5, -1.0, -1.5, -1.0),  # a bad action that became more likely
        (1.0, 2.0, 2.0, 2.0),
        (1.2, 1.0, 1.2, 1.0),  # the corner itself still pays
    ],
)
def test_ppo_clips_on_one_side_only(ratio: float, advantage: float, objective: float, slope: float) -> None:
    assert ppo.objective(ratio, advantage, 0.2) == pytest.approx(objective)
    assert ppo.slope(ratio, advantage, 0.2) == pytest.approx(slope)


@given(st.floats(0, 2), st.floats(-3, 3), st.floats(0.01, 0.9))
def test_ppo_is_never_above_the_unclipped_objective(ratio: float, advantage: float, epsilon: float) -> None:
    assert ppo.objective(ratio, advantage, epsilon) <= ratio * advantage + 1e-12


def test_ppo_explorer_says_when_it_is_clipped() -> None:
    assert "clipped" in ppo.explore({"ratio": 1.5, "advantage": 1.0, "epsilon": 0.2}).finding
    assert "as expected" in ppo.explore({"ratio": 1.5, "advantage": 0.0, "epsilon": 0.2}).finding


def test_grpo_by_hand() -> None:
    """1, 0, 0, 1: mean 0.5, std with n - 1 = sqrt(4 x 0.25 / 3) = 0.577350; 0.5 / (0.577350 + 0.0001) = 0.865875."""
    assert grpo.advantages([1, 0, 0, 1]) == pytest.approx([0.865875, -0.865875, -0.865875, 0.865875], abs=1e-6)
    assert grpo.advantages([1, 0, 0, 1], scaled=False) == pytest.approx([0.5, -0.5, -0.5, 0.5])


def test_grpo_teaches_nothing_when_all_score_alike() -> None:
    assert grpo.advantages([1, 1, 1]) == [0, 0, 0]
    assert "teaches nothing" in grpo.explore({"rewards": [1.0, 1.0], "scaling": "group"}).finding


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20))
def test_grpo_advantages_sum_to_nothing(rewards: list[float]) -> None:
    assert sum(grpo.advantages(rewards, scaled=False)) == pytest.approx(0, abs=1e-6)


def test_silent_groups_by_hand() -> None:
    """Half pass, groups of 4: 2 x 0.5^4 = 0.125."""
    assert grpo.silent_share(0.5, 4) == pytest.approx(0.125)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("1, x", "“x” is no number"),
        ("1", "Give 2 to 64 numbers; these are 1."),
        ("1 " * 65, "these are 65"),
        ("1, nan", "out of range"),
        ("1, inf", "out of range"),
        ("", "at least two"),
        ("1, <script>alert(1)</script>", "is no number"),
    ],
)
def test_grpo_tells_what_cannot_be_read(typed: str, told: str) -> None:
    form = grpo.GrpoForm({"rewards": typed, "scaling": "group"})
    assert not form.is_valid()
    assert told in str(form.errors["rewards"].as_text())


def test_grpo_reads_what_people_type() -> None:
    form = grpo.GrpoForm({"rewards": "1, 0;0.5\n -2  ", "scaling": "none"})
    assert form.is_valid()
    assert form.cleaned_data["rewards"] == [1, 0, 0.5, -2]
