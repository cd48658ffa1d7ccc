"""Comparisons of models on the same items, and the claims set beside them."""

import json
import math
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.claims import ACCURACY, CLAIMS, COMPUTE, Verdict, judge, judge_claims
from training.compare import Comparison, Compute, Contender, compare
from training.statistics import mcnemar_exact, paired_ratio, wilson_interval

approx = pytest.approx


def right(count: int, n: int = 200, start: int = 0) -> Mapping[int, bool]:
    """`count` right answers of `n`, from item `start` on."""
    return {item: start <= item < start + count for item in range(n)}


def study(lora: int = 180, full: int = 190) -> Comparison:
    """Base 98 of 200; what a better model gets right holds what a worse one does."""
    return compare(
        [
            Contender("base", right(98)),
            Contender("lora", right(lora), Compute(flops=2e13, device_seconds=49)),
            Contender("full", right(full), Compute(flops=8e13, device_seconds=410)),
        ],
        against=["base", "full"],
        labels={"base": "the base model", "lora": "LoRA", "full": "full fine-tuning"},
    )


def test_accuracies_carry_wilson_intervals() -> None:
    reached = study().accuracy("lora")
    assert reached is not None
    assert (reached.value, reached.n) == (0.9, 200)
    assert (reached.low, reached.high) == wilson_interval(180, 200)


def test_a_gain_that_is_real() -> None:
    pair = study().pair("lora", "base")
    assert pair is not None
    assert (pair.won, pair.lost) == (82, 0)
    assert pair.difference == approx(0.41)
    assert pair.is_real
    assert pair.sentence.startswith("LoRA gains 41.0 points over the base model [34.")
    assert "real: the interval excludes zero and the difference exceeds the minimum effect of 2 points" in pair.sentence


def test_holm_counts_all_pairs() -> None:
    """Ten won and none lost, p = 2 / 2^10; two smaller ones stand before it, so its factor is 1."""
    pair = study().pair("lora", "full")
    assert pair is not None
    assert pair.p == pair.p_adjusted == approx(2 / 1024)
    base = study().pair("full", "base")
    assert base is not None
    assert base.p_adjusted == approx(3 * mcnemar_exact(92, 0))
    assert len(study().pairs) == 3


def test_a_handful_of_wins_is_not_real() -> None:
    """3 of 3 won: the bootstrap interval is [100, 100], but the exact p is .25."""
    found = compare([Contender("a", right(0, 3)), Contender("b", right(3, 3))]).pairs[0]
    assert found.low == found.high == 1
    assert not found.is_real
    assert "not settled" in found.sentence


def test_a_difference_below_the_minimum_effect_is_not_real() -> None:
    found = compare([Contender("a", right(1000, 5000)), Contender("b", right(1050, 5000))], minimum_effect=0.02).pairs[
        0
    ]
    assert found.low > 0
    assert not found.is_real
    assert "too small to matter" in found.sentence


def test_what_is_not_settled_says_how_many_items_would_settle_it() -> None:
    found = compare([Contender("a", right(50, 100)), Contender("b", right(51, 100, start=3))]).pairs[0]
    assert not found.is_real
    assert "not settled: the interval includes zero; about" in found.sentence


def test_equal_models_do_not_differ() -> None:
    found = compare([Contender("a", right(50, 100)), Contender("b", right(50, 100))]).pairs[0]
    assert "changes 0 points over a [0.0, 0.0]; no difference that matters" in found.sentence


def test_compute_ratios() -> None:
    ratio = study().ratio("lora", "full", "flops")
    assert ratio is not None
    assert ratio.ratio == approx(0.25)
    assert ratio.sentence == "LoRA used 25.0% of the training compute (FLOPs) of full fine-tuning."
    assert study().ratio("lora", "base", "flops") is None


def test_graded_scores_use_the_bootstrap() -> None:
    graded = {item: item % 5 / 4 for item in range(50)}
    found = compare([Contender("a", graded), Contender("b", {item: 1 - score for item, score in graded.items()})])
    assert found.pairs[0].won is None
    assert found.accuracies[0].low < 0.5 < found.accuracies[0].high


def test_a_comparison_is_plain_data() -> None:
    assert json.loads(json.dumps(study().to_json()))["pairs"][0]["sentence"]


@pytest.mark.parametrize(
    ("contenders", "said"),
    [
        ([], "at least one"),
        ([Contender("a", right(1, 3)), Contender("a", right(1, 3))], "different names"),
        ([Contender("a", right(1, 3)), Contender("b", right(1, 4))], r"different items \(1 differ\)"),
        ([Contender("a", {0: True})], "at least 2 items"),
    ],
)
def test_what_cannot_be_compared(contenders: list[Contender], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        compare(contenders)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60), st.floats(0, 0.2))
def test_real_is_never_said_of_what_includes_zero_or_is_small(pairs: list[tuple[bool, bool]], minimum: float) -> None:
    a = Contender("a", {item: x for item, (x, _) in enumerate(pairs)})
    b = Contender("b", {item: y for item, (_, y) in enumerate(pairs)})
    found = compare([a, b], minimum_effect=minimum).pairs[0]
    if found.is_real:
        assert found.low > 0 or found.high < 0
        assert abs(found.difference) > minimum
        assert found.p_adjusted <= 0.05
    mirrored = compare([b, a], minimum_effect=minimum).pairs[0]
    assert mirrored.difference == approx(-found.difference)
    assert mirrored.p == found.p


def test_relative_change_by_hand() -> None:
    """180 of 200 over 98 of 200 is 1.8367 times, +83.7%."""
    scores = [list(map(float, right(count).values())) for count in (180, 98)]
    found = paired_ratio(*scores)
    assert found is not None
    assert found.change == approx(180 / 98 - 1)
    assert found.low < found.change < found.high
    assert paired_ratio(scores[0], [0.0] * 200) is None


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.92, 0.95, Verdict.HELD), (0.85, 0.9199, Verdict.NOT_HELD), (0.91, 0.93, Verdict.NOT_SETTLED)],
)
def test_a_claim_is_judged_by_the_whole_interval(low: float, high: float, verdict: Verdict) -> None:
    found = judge(ACCURACY, (low + high) / 2, low, high)
    assert found.verdict is verdict
    assert found.sentence.lower().startswith(str(verdict))
    assert "claimed 92% accuracy" in found.sentence


@pytest.mark.parametrize("value", [None, math.nan])
def test_what_was_not_measured_is_not_settled(value: float | None) -> None:
    assert judge(COMPUTE, value).verdict is Verdict.NOT_SETTLED
    assert "was not measured" in judge(COMPUTE, value).sentence


def test_the_claims_of_the_study() -> None:
    """90% of 200 leaves 92% within its interval; +83.7% over base; a quarter of the FLOPs is 75% less."""
    accuracy, improvement, compute = judge_claims(study(), tuned="lora")
    assert [one.claim for one in (accuracy, improvement, compute)] == list(CLAIMS)
    assert accuracy.verdict is Verdict.NOT_SETTLED
    assert improvement.verdict is Verdict.HELD
    assert "In points: 41.0 [" in improvement.sentence
    assert compute.verdict is Verdict.NOT_HELD
    assert compute.value == approx(0.75)
    assert "In device time: 88.0% less." in compute.sentence


def test_claims_without_base_or_full() -> None:
    alone = compare([Contender("lora", right(180))])
    assert [one.verdict for one in judge_claims(alone, tuned="lora")] == [Verdict.NOT_SETTLED] * 3


def test_a_base_that_gets_nothing_right_has_no_relative_improvement() -> None:
    found = judge_claims(compare([Contender("base", right(0)), Contender("lora", right(100))]), tuned="lora")[1]
    assert found.verdict is Verdict.NOT_SETTLED
    assert "in points it is 50.0" in found.sentence


def test_compute_is_found_whichever_was_compared_against_the_other() -> None:
    turned = compare(
        [Contender("lora", right(9, 20), Compute(flops=1.0)), Contender("full", right(9, 20), Compute(flops=10.0))]
    )
    assert judge_claims(turned, tuned="lora")[2].value == approx(0.9)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.code)
def test_every_claim_names_its_source_and_the_day_it_was_read(claim: object) -> None:
    assert getattr(claim, "source", "")
    assert getattr(claim, "read", "").count("-") == 2
