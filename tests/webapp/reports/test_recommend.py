"""The rules: what leads to go, hold and stop, each alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.reports.compose.recommend import LIKELY, MOST_NAMED, UNLIKELY, Facts, recommend

FOR = Facts(
    chance=0.95,
    option="LoRA",
    money_notes=(2,),
    success_is_measured=True,
    gain_is_real=True,
    gain_sentence="LoRA gains 40 points",
    study_notes=(1,),
    phase="Foundation",
    has_roadmap=True,
    plan_notes=(3,),
)


def test_go_where_evidence_money_and_gates_speak_for_it() -> None:
    said = recommend(FOR)
    assert said.choice == "go"
    assert "Foundation" in said.sentence
    assert [reason.notes for reason in said.reasons] == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    ("facts", "words", "notes"),
    [
        (replace(FOR, killed="Ada decided on 2026-03-02 to end it"), "Ada decided", (3,)),
        (replace(FOR, chance=UNLIKELY), "only 20.0%", (2,)),
        (replace(FOR, gain_is_loss=True, gain_sentence="LoRA loses 4 points"), "loses 4 points", (1,)),
    ],
)
def test_stop_for_each_thing_that_speaks_against(facts: Facts, words: str, notes: tuple[int, ...]) -> None:
    said = recommend(facts)
    assert said.choice == "stop"
    assert [words in reason.text for reason in said.reasons] == [True]
    assert said.reasons[0].notes == notes


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(FOR, gain_is_real=None), "No tuned model has been compared"),
        (replace(FOR, gain_is_real=False, gain_sentence="LoRA gains 1 point; not settled"), "not settled."),
        (replace(FOR, overlapping_rows=1), "1 row of the training data"),
        (replace(FOR, chance=None), "no business case"),
        (replace(FOR, chance=0.5), "50.0% of simulated futures: not yet sure"),
        (replace(FOR, success_is_measured=False), "not bound to a measurement"),
        (replace(FOR, is_tuned=False, option="Hosted API"), "Hosted API, needs no post-training"),
        (replace(FOR, has_roadmap=False), "no roadmap"),
        (replace(FOR, failing=("P95",)), "1 must-meet criterion of the phase “Foundation” fails: “P95”."),
        (replace(FOR, unsettled=("A", "B")), "have not enough evidence: “A”, “B”."),
        (replace(FOR, reopened=("Baseline (other data)",)), "open again: Baseline (other data)"),
    ],
)
def test_hold_for_each_thing_that_is_not_settled(facts: Facts, words: str) -> None:
    said = recommend(facts)
    assert said.choice == "hold"
    assert words in said.reasons[-1].text


def test_a_long_list_of_criteria_is_counted_and_begun() -> None:
    labels = tuple(f"C{number}" for number in range(MOST_NAMED + 4))
    text = recommend(replace(FOR, failing=labels)).reasons[-1].text
    assert text.startswith("7 must-meet criteria")
    assert text.endswith("“C0”, “C1”, “C2” and 4 more.")


def test_nothing_known_is_hold_and_gives_no_figure() -> None:
    said = recommend(Facts())
    assert said.choice == "hold"
    assert not any(each.isdigit() for reason in said.reasons for each in reason.text)


_ORDER = {"stop": 0, "hold": 1, "go": 2}


@given(
    st.builds(
        Facts,
        chance=st.none() | st.floats(0, 1),
        is_tuned=st.booleans(),
        success_is_measured=st.booleans(),
        gain_is_real=st.none() | st.booleans(),
        gain_is_loss=st.booleans(),
        overlapping_rows=st.integers(0, 3),
        failing=st.sampled_from([(), ("a",)]),
        unsettled=st.sampled_from([(), ("b",)]),
        killed=st.sampled_from(["", "Ended."]),
        has_roadmap=st.booleans(),
    )
)
def test_better_money_or_a_settled_gate_never_worsens_the_answer(facts: Facts) -> None:
    now = _ORDER[recommend(facts).choice]
    assert _ORDER[recommend(replace(facts, failing=(), unsettled=())).choice] >= now
    if facts.chance is not None:
        assert _ORDER[recommend(replace(facts, chance=max(facts.chance, LIKELY))).choice] >= now
    assert recommend(facts).reasons or recommend(facts).choice == "go"
