"""The map, the ranking and the walk as rules: what leads where, and why."""

import pytest

from webapp.topics.chooser.advice import Budget, Checkable, Risk, Situation, advise
from webapp.topics.chooser.walk import shortest, walk
from webapp.topics.content.rlhf import BACK, STAGES
from webapp.topics.content.schema import Signal
from webapp.topics.content.test_time import QUESTIONS, STRATEGIES
from webapp.topics.flows.decisions import HEIGHT, WIDTH, decision_map
from webapp.topics.flows.map import draw
from webapp.topics.flows.registry import FLOWS
from webapp.topics.flows.rlhf import RLHF


def situation(*signals: Signal, **more: object) -> Situation:
    answers = {"checkable": Checkable.NO, "budget": Budget.SMALL, "risk": Risk.LOW, **more}
    return Situation(signals=frozenset(signals), **answers)  # type: ignore[arg-type]


def names(asked: Situation) -> list[str]:
    return [choice.method.name for choice in advise(asked).ranked]


def test_pairs_and_a_small_budget_lead_to_dpo() -> None:
    assert names(situation(Signal.PAIRS))[0] == "DPO"
    assert "PPO" not in names(situation(Signal.PAIRS))


def test_thumbs_alone_leave_kto() -> None:
    assert names(situation(Signal.THUMBS)) == ["KTO"]


def test_a_checker_and_room_in_the_budget_lead_to_grpo() -> None:
    ranked = advise(situation(checkable=Checkable.YES, budget=Budget.LARGE)).ranked
    assert ranked[0].method.name == "GRPO"
    assert "program checks every answer" in ranked[0].speaks_for[0]


def test_high_stakes_prefer_what_is_hard_to_game() -> None:
    ranked = names(situation(Signal.PAIRS, Signal.REWARD_MODEL, budget=Budget.LARGE, risk=Risk.HIGH))
    assert ranked[0] == "IPO"
    assert ranked[-1] == "PPO"


def test_a_budget_that_is_passed_speaks_against() -> None:
    ranked = advise(situation(Signal.REWARD_MODEL)).ranked
    assert all("more compute than your budget" in choice.speaks_against[0] for choice in ranked)


def test_points_by_hand() -> None:
    """DPO with pairs, small budget, low stakes: 10 + 2 - 0 - 0.25 x 2 - 0.25 x 2 = 11."""
    (dpo, *_) = advise(situation(Signal.PAIRS)).ranked
    assert dpo.points == 11.0


def test_with_nothing_at_hand_it_says_what_to_begin_with() -> None:
    advice = advise(situation())
    assert not advice.ranked
    assert len(advice.missing) == 8
    assert "supervised fine-tuning" in advice.finding


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_is_reached_with_a_budget_and_reasons(strategy: str) -> None:
    found = walk(shortest(strategy))
    assert found.strategy is STRATEGIES[strategy]
    assert found.question is None
    assert found.strategy.budget
    assert len(found.reasons) == len(found.steps) >= 1


@pytest.mark.parametrize(
    ("text", "steps"),
    [("", 0), ("1", 1), ("9", 0), ("x", 0), ("1-9", 1), ("0-0-0", 1), ("-", 0), ("²", 0), ("1-" * 999, 3), ("٣", 0)],
)
def test_a_walk_goes_as_far_as_its_answers_are_known(text: str, steps: int) -> None:
    found = walk(text)
    assert len(found.steps) == steps
    assert (found.question is None) != (found.strategy is None)


def test_an_answer_can_be_changed() -> None:
    found = walk("1-2-0")
    assert [step.back for step in found.steps] == ["", "1", "1-2"]
    again = walk(found.steps[1].back)
    assert again.question is found.steps[1].question
    assert len(again.options) == len(QUESTIONS[again.question.key].answers)


def test_the_maps_lines_are_the_stages_own_order() -> None:
    """What a stage takes from another is one stop further on some line of the map; the loop closes as stated."""
    hops = {
        pair
        for line in RLHF.lines
        for pair in zip(line.stations, line.stations[1:], strict=False)
        if line.key != "loop"
    }
    taken = {(before, stage.key) for stage in STAGES for before in stage.after}
    assert taken - hops == {("sft", "evaluation")}  # by way of PPO, on the SFT model's line
    (loop,) = (line for line in RLHF.lines if line.key == "loop")
    assert loop.stations == BACK


@pytest.mark.parametrize("key", FLOWS)
def test_a_map_draws_every_station_inside_its_box_and_marks_one(key: str) -> None:
    flow = FLOWS[key]
    for chosen in flow.stations:
        drawing = draw(flow, chosen)
        assert [stop.station.stage.key for stop in drawing.stops if stop.chosen] == [chosen]
        assert {line.key for line, on in drawing.lines if on} == set(flow.lines_of(chosen)) != set()
    assert all(0 < each.x < flow.width and 0 < each.y < flow.height for each in flow.stations.values())


def test_the_decision_map_has_every_question_strategy_and_answer() -> None:
    drawn = decision_map(walk(""))
    assert {stop.key for stop in drawn.stops} == {*QUESTIONS, *STRATEGIES}
    answers = {(question.key, there) for question in QUESTIONS.values() for _, _, there in question.answers}
    assert {(line.here, line.there) for line in drawn.lines} == answers
    assert all(stop.name and 0 < stop.x < WIDTH and 0 < stop.y < HEIGHT for stop in drawn.stops)
    assert all(stop.x + stop.reach <= WIDTH + 10 for stop in drawn.stops)
    assert [stop.key for stop in drawn.stops if stop.chosen] == ["checkable"]
    assert not any(line.on for line in drawn.lines)


def test_the_way_taken_is_bold_and_ends_at_the_chosen_stop() -> None:
    drawn = decision_map(walk("2-2"))
    assert {(line.here, line.there) for line in drawn.lines if line.on} == {
        ("checkable", "scorer"),
        ("scorer", "chain-of-thought"),
    }
    assert [stop.key for stop in drawn.stops if stop.chosen] == ["chain-of-thought"]


def test_every_line_starts_and_ends_at_its_stations() -> None:
    drawn = decision_map(walk(""))
    places = {stop.key: (stop.x, stop.y) for stop in drawn.stops}
    for line in drawn.lines:
        (x, y), (to_x, to_y) = places[line.here], places[line.there]
        assert line.path.startswith(f"M{x} {y} "), line
        assert line.path.endswith((f"L{to_x} {to_y}", f"H{to_x}", f"V{to_y}")), line
