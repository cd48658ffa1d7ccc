"""Dates and links against cases worked by hand."""

import random
import time
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.roadmap.schedule import Cycle, Drift, Link, LinkKind, Plan, Task, drift, rolled_up

SS = LinkKind.START_TO_START
MARCH = date(2026, 3, 1)


def day(number: int) -> date:
    """Day 1 is 1 March 2026."""
    return MARCH + timedelta(days=number - 1)


def task(key: str, start: int, finish: int, effort: float = 0, done: float = 0) -> Task:
    return Task(key, day(start), day(finish), effort, done)


def test_a_finish_to_start_link_lets_the_next_start_the_day_after() -> None:
    """A fills days 1 to 3. B may start on day 4; with 2 days' lag on day 6; with 1 day's lead on day 3."""
    for lag, earliest in ((0, 4), (2, 6), (-1, 3)):
        link = Link("a", "b", lag_days=lag)
        assert not Plan([task("a", 1, 3), task("b", earliest, 9)], [link]).broken()
        [broken] = Plan([task("a", 1, 3), task("b", earliest - 1, 9)], [link]).broken()
        assert (broken.earliest, broken.days_short) == (day(earliest), 1)


def test_a_start_to_start_link_counts_from_the_start() -> None:
    """A starts on day 2; B may start on day 2 as well, with 3 days' lag on day 5."""
    assert not Plan([task("a", 2, 30), task("b", 2, 3)], [Link("a", "b", SS)]).broken()
    [broken] = Plan([task("a", 2, 30), task("b", 4, 9)], [Link("a", "b", SS, 3)]).broken()
    assert (broken.earliest, broken.days_short) == (day(5), 1)


def test_the_critical_path_by_hand() -> None:
    """A 1-3, then B 4-8 and C 4-5, then D from 9 to 10. The path is A, B, D; C may slip 3 days (late start 7)."""
    tasks = [task("a", 1, 3), task("b", 4, 8), task("c", 4, 5), task("d", 9, 10)]
    links = [Link("a", "b"), Link("a", "c"), Link("b", "d"), Link("c", "d")]
    plan = Plan(tasks, links)
    assert plan.critical == ["a", "b", "d"]
    assert plan.slack["c"].days == 3
    assert plan.slack["c"].late_start == day(7)


def test_lags_and_planned_gaps_count_on_the_critical_path() -> None:
    """A 1-2, SS lag 4 to B (5-9), FS lag -2 to C (8-12): all critical. A planned gap of 2 days before D is slack."""
    links = [Link("a", "b", SS, 4), Link("b", "c", lag_days=-2)]
    assert Plan([task("a", 1, 2), task("b", 5, 9), task("c", 8, 12)], links).critical == ["a", "b", "c"]
    gap = Plan([task("a", 1, 2), task("d", 5, 9)], [Link("a", "d")])
    assert (gap.critical, gap.slack["a"].days) == (["d"], 2)


def test_slack_is_told_where_the_dates_break_a_link() -> None:
    """B should wait for A (1-5) but is planned on 3-4: by the links it runs 6-7, and both are critical."""
    plan = Plan([task("a", 1, 5), task("b", 3, 4)], [Link("a", "b")])
    assert plan.slack["b"].early_start == day(6)
    assert plan.critical == ["a", "b"]


def test_a_circle_is_named() -> None:
    tasks = [task(key, 1, 2) for key in "abcd"]
    with pytest.raises(Cycle) as found:
        Plan(tasks, [Link("a", "b"), Link("b", "c"), Link("c", "a"), Link("c", "d")])
    keys = found.value.keys
    assert keys[0] == keys[-1]
    assert set(keys) == {"a", "b", "c"}
    assert all((one, other) in {("a", "b"), ("b", "c"), ("c", "a")} for one, other in pairwise(keys))
    with pytest.raises(Cycle):
        Plan(tasks[:1], [Link("a", "a")])


def test_a_link_to_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="not in the plan"):
        Plan([task("a", 1, 2)], [Link("a", "z")])
    with pytest.raises(ValueError, match="before it starts"):
        task("a", 2, 1)


def test_what_a_change_would_break_and_what_would_mend_it() -> None:
    """A 1-3, B 4-5, C 8-9 in a row. A until day 6 breaks A-B by 3 days; B moves to 7-8, and C by one day to 9-10."""
    plan = Plan([task("a", 1, 3), task("b", 4, 5), task("c", 8, 9)], [Link("a", "b"), Link("b", "c")])
    [broken] = plan.newly_broken("a", day(1), day(6))
    assert (broken.link.after, broken.days_short) == ("b", 3)
    assert plan.pushed("a", day(1), day(6)) == {"b": (day(7), day(8)), "c": (day(9), day(10))}
    assert plan.newly_broken("b", day(2), day(3))[0].link == Link("a", "b")
    assert not plan.newly_broken("a", day(1), day(2))


def test_a_link_that_was_broken_before_is_not_news() -> None:
    plan = Plan([task("a", 1, 5), task("b", 3, 4)], [Link("a", "b")])
    assert not plan.newly_broken("a", day(1), day(4)), "it gets better"
    assert plan.newly_broken("a", day(1), day(6))[0].days_short == 4


def test_blockers_are_what_is_waited_for_and_not_done() -> None:
    plan = Plan([task("a", 1, 2, done=1), task("b", 1, 2), task("c", 3, 4)], [Link("a", "c"), Link("b", "c")])
    assert plan.blockers("c") == ["b"]


def test_progress_rolls_up_by_effort() -> None:
    """5 of 20 person-days done is a quarter; without any effort two of four tasks are a half."""
    assert rolled_up([task("a", 1, 1, 5, 1), task("b", 1, 1, 15, 0)]) == 0.25
    assert rolled_up([task(key, 1, 1, 0, done) for key, done in zip("abcd", (1, 1, 0, 0), strict=True)]) == 0.5
    assert rolled_up([]) == 0


def test_drift_against_a_baseline_in_days() -> None:
    baseline = {"a": (day(1), day(3)), "gone": (day(1), day(1))}
    found = drift([task("a", 2, 6), task("new", 1, 1)], baseline)
    assert found == [
        Drift("a", 1, 3),
        Drift("new", None, None, is_new=True),
        Drift("gone", None, None, is_gone=True),
    ]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan without a circle: links lead from lower to higher numbers."""
    count = draw(st.integers(2, 8))
    dates = st.tuples(st.integers(0, 40), st.integers(0, 10))
    tasks = [
        Task(str(n), day(start), day(start + days)) for n, (start, days) in enumerate(draw(st.tuples(*[dates] * count)))
    ]
    pairs = st.tuples(st.integers(0, count - 2), st.integers(1, count - 1)).filter(lambda pair: pair[0] < pair[1])
    chosen = draw(st.lists(pairs, unique=True, max_size=10))
    links = [Link(str(a), str(b), draw(st.sampled_from(LinkKind)), draw(st.integers(-3, 5))) for a, b in chosen]
    return Plan(tasks, links)


@given(plans(), st.data())
def test_pushing_leaves_no_link_newly_broken_behind_the_moved_task(plan: Plan, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(plan.tasks)))
    start = day(data.draw(st.integers(0, 60)))
    finish = start + timedelta(days=data.draw(st.integers(0, 10)))
    after = plan.moved(key, start, finish)
    pushed = plan.pushed(key, start, finish)
    for each, dates in pushed.items():
        after = after.moved(each, *dates)
    moved = {key, *pushed}
    assert not [one for one in after.broken() if one.link.before in moved and one.link.after != key]


@given(plans())
def test_a_critical_task_ends_the_plan_and_no_slack_is_negative(plan: Plan) -> None:
    assert all(slack.days >= 0 for slack in plan.slack.values())
    assert plan.critical


def test_200_milestones_with_400_links_take_a_moment() -> None:
    draw = random.Random(0)
    tasks = [task(str(n), n, n + draw.randrange(1, 20)) for n in range(1, 201)]
    pairs = sorted({tuple(sorted(draw.sample(range(1, 201), 2))) for _ in range(500)})[:400]
    links = [Link(str(a), str(b), draw.choice(list(LinkKind)), draw.randrange(-2, 5)) for a, b in pairs]
    began = time.process_time()
    plan = Plan(tasks, links)
    assert len(plan.slack) == 200
    plan.broken()
    plan.pushed("1", day(9), day(40))
    plan.newly_broken("1", day(9), day(40))
    assert time.process_time() - began < 0.1
