"""What evidence says about a criterion and a gate: by hand, and by the laws a gate has to keep."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.statistics import wilson_interval
from webapp.roadmap.gates import CriterionFaults, Figure, Level, Standing, Verdict, combined, judge, parse_criterion
from webapp.roadmap.gates.criteria import KINDS
from webapp.roadmap.gates.evidence import current

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PASSES, FAILS, NOT_ENOUGH = Verdict.PASSES, Verdict.FAILS, Verdict.NOT_ENOUGH


def rate(right: int, n: int, at: datetime = NOW, **more: Any) -> Figure:
    """A share of right items with Wilson's interval."""
    low, high = wilson_interval(right, n)
    return Figure(right / n, at, low, high, n, kind="percent", is_rate=True, **more)


def measured(**fields: Any) -> Any:
    return parse_criterion({"kind": "measurement", "metric": "exact", "threshold": 0.85, **fields})


def test_the_bound_decides_where_it_is_asked() -> None:
    """267 of 300 is 89.0% [85.0, 92.1]: 84% lies below the interval, 93% above it, 88% in it."""
    figure = rate(267, 300)
    assert judge(measured(threshold=0.84), figure).verdict == PASSES
    assert judge(measured(threshold=0.93), figure).verdict == FAILS
    found = judge(measured(threshold=0.88), figure)
    assert found.verdict == NOT_ENOUGH
    assert found.sentence.startswith("89.0% [85.0, 92.1] n=300: the interval holds 88.0%")


def test_it_says_how_many_more_items_would_settle_it() -> None:
    """z^2 0.88 0.12 / 0.01^2 = 4,056.6 items: 3,757 more than the 300 there are. 89% of 4,057 then passes."""
    found = judge(measured(threshold=0.88), rate(267, 300))
    assert found.more_items == 3757
    assert "3,757 more items would settle it" in found.sentence
    assert judge(measured(threshold=0.88), rate(3611, 4057)).verdict == PASSES


def test_the_estimate_decides_where_it_is_asked() -> None:
    assert judge(measured(threshold=0.88, judged_on="estimate"), rate(267, 300)).verdict == PASSES
    assert judge(measured(threshold=0.9, judged_on="estimate"), rate(267, 300)).verdict == FAILS


def test_at_most_looks_at_the_other_end() -> None:
    cost = Figure(3.0, NOW, 2.0, 4.0, 50, kind="money")
    asked = {"comparator": "at_most", "metric": "usd_per_correct"}
    assert judge(measured(threshold=4.5, **asked), cost).verdict == PASSES
    assert judge(measured(threshold=1.5, **asked), cost).verdict == FAILS
    found = judge(measured(threshold=3.5, **asked), cost)
    # half-width 1 has to shrink to 0.5: four times the 50 items
    assert (found.verdict, found.more_items) == (NOT_ENOUGH, 150)


def test_no_interval_is_no_bound() -> None:
    assert judge(measured(), Figure(0.99, NOW, kind="percent")).verdict == NOT_ENOUGH


def points(difference: float, low: float, high: float, n: int = 300, discordance: float | None = None) -> Figure:
    return Figure(difference, NOW, low, high, n, kind="points", discordance=discordance)


def test_a_gain_is_real_only_beyond_zero_and_the_smallest_that_matters() -> None:
    better = measured(judged_on="difference", baseline="base", threshold=0)
    assert judge(better, points(0.1, 0.05, 0.15), minimum_effect=0.02).verdict == PASSES
    assert judge(better, points(0.015, 0.005, 0.025), minimum_effect=0.02).verdict == FAILS, "too small to matter"
    assert judge(better, points(-0.1, -0.15, -0.05), minimum_effect=0.02).verdict == FAILS
    open_ = judge(better, points(0.1, -0.02, 0.22, n=50, discordance=0.2), minimum_effect=0.02)
    # McNemar's test asks for 155 items (see the statistics), the interval's width for 72: 105 more
    assert (open_.verdict, open_.more_items) == (NOT_ENOUGH, 105)


def test_a_margin_lets_a_model_be_a_little_worse() -> None:
    margin = measured(judged_on="difference", baseline="made:sft", threshold=-0.03)
    assert judge(margin, points(-0.01, -0.025, 0.005), minimum_effect=0.02).verdict == PASSES
    assert judge(margin, points(-0.05, -0.07, -0.03), minimum_effect=0.02).verdict == FAILS
    assert judge(margin, points(-0.02, -0.05, 0.01), minimum_effect=0.02).verdict == NOT_ENOUGH


def test_stale_evidence_and_none_at_all_are_not_enough() -> None:
    found = judge(measured(), rate(300, 300, stale="Version 2 of Letters is newer."))
    assert (found.verdict, found.sentence) == (NOT_ENOUGH, "Version 2 of Letters is newer.")
    assert judge(measured(), None).verdict == NOT_ENOUGH


def test_counts_say_how_many_are_missing() -> None:
    ratings = parse_criterion({"kind": "count", "counted": "ratings", "threshold": 200})
    found = judge(ratings, Figure(60, NOW, kind="count", unit="rating"))
    assert (found.verdict, found.more_items) == (NOT_ENOUGH, 140)
    assert judge(ratings, Figure(200, NOW, kind="count")).verdict == PASSES
    overlap = parse_criterion({"kind": "count", "counted": "overlap_rows", "threshold": 0, "comparator": "at_most"})
    assert judge(overlap, Figure(0, NOW, kind="count")).verdict == PASSES
    assert judge(overlap, Figure(3, NOW, kind="count")).verdict == FAILS


def test_a_payback_that_never_comes_fails() -> None:
    payback = parse_criterion(
        {"kind": "scenario", "figure": "payback_months", "comparator": "at_most", "threshold": 18}
    )
    assert judge(payback, Figure(12.5, NOW, unit="months")).verdict == PASSES
    found = judge(payback, Figure(None, NOW, reason="It is never paid back within 36 months."))
    assert (found.verdict, found.sentence) == (FAILS, "It is never paid back within 36 months.")


def test_a_review_is_signed_refused_or_open() -> None:
    review = parse_criterion({"kind": "review", "role": "Ethics lead"})
    assert judge(review, None).verdict == NOT_ENOUGH
    assert judge(review, Figure(1, NOW, reason="Signed.")).verdict == PASSES
    assert judge(review, Figure(0, NOW, reason="Refused.")).verdict == FAILS


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"kind": "measurement", "metric": "exact", "threshold": 0, "judged_on": "difference"}, "criterion"),
        ({"kind": "measurement", "metric": "exact", "threshold": 0, "baseline": "base"}, "criterion"),
        ({"kind": "measurement", "metric": "a b", "threshold": 0}, "metric"),
        ({"kind": "measurement", "metric": "exact", "threshold": float("nan")}, "threshold"),
        ({"kind": "measurement", "metric": "exact", "threshold": 1, "subject": "rm -rf"}, "subject"),
        ({"kind": "count", "counted": "x", "threshold": -1}, "threshold"),
        ({"kind": "review", "role": ""}, "role"),
        ({"kind": "scenario", "figure": "irr", "threshold": 1}, "figure"),
        ({"kind": "nothing"}, "kind"),
        ({"kind": "review", "role": "a", "code": "import os"}, "code"),
        ("review", "criterion"),
    ],
)
def test_faulty_criteria_are_told(raw: object, path: str) -> None:
    with pytest.raises(CriterionFaults) as found:
        parse_criterion(raw)
    assert path in [fault for fault, _ in found.value.faults]


def test_every_kind_describes_itself() -> None:
    given_fields: dict[str, dict[str, Any]] = {
        "measurement": {"metric": "exact", "threshold": 0.85},
        "scenario": {"figure": "npv", "threshold": 0},
        "count": {"counted": "ratings", "threshold": 5},
        "review": {"role": "Ethics lead"},
    }
    assert set(given_fields) == set(KINDS)
    for kind, fields in given_fields.items():
        criterion = parse_criterion({"kind": kind, **fields})
        assert criterion.label
        assert parse_criterion(criterion.model_dump(mode="json")) == criterion
        assert parse_criterion({"kind": kind, **fields, "title": "Mine"}).label == "Mine"


standings = st.builds(Standing, st.sampled_from(Level), st.sampled_from(Verdict), st.booleans())
gates = st.lists(standings, max_size=8)
asked = st.none() | st.integers(0, 8)


def with_verdict(gate: list[Standing], place: int, verdict: Verdict) -> list[Standing]:
    one = gate[place]
    return [*gate[:place], Standing(one.level, verdict, one.is_waived), *gate[place + 1 :]]


@given(gates, asked, st.data())
def test_passing_evidence_never_closes_a_gate(gate: list[Standing], needed: int | None, data: st.DataObject) -> None:
    if not gate:
        return
    place = data.draw(st.integers(0, len(gate) - 1))
    if combined(gate, should_needed=needed) == PASSES:
        assert combined(with_verdict(gate, place, PASSES), should_needed=needed) == PASSES
    passed = [with_verdict(gate, place, PASSES)]
    order = [FAILS, NOT_ENOUGH, PASSES]
    before = order.index(combined(gate, should_needed=needed))
    assert order.index(combined(passed[0], should_needed=needed)) >= before


@given(gates, asked, st.data())
def test_taking_evidence_away_never_opens_a_gate(gate: list[Standing], needed: int | None, data: st.DataObject) -> None:
    if not gate:
        return
    place = data.draw(st.integers(0, len(gate) - 1))
    if combined(gate, should_needed=needed) != PASSES:
        assert combined(with_verdict(gate, place, NOT_ENOUGH), should_needed=needed) != PASSES


@given(st.lists(st.sampled_from(Verdict), max_size=6))
def test_a_gate_of_musts_passes_only_with_all_of_them(verdicts: list[Verdict]) -> None:
    gate = [Standing(Level.MUST, verdict) for verdict in verdicts]
    assert (combined(gate) == PASSES) == (bool(verdicts) and set(verdicts) == {PASSES})


def test_a_gate_needs_half_of_its_shoulds_unless_told() -> None:
    def shoulds(*verdicts: Verdict) -> list[Standing]:
        return [Standing(Level.SHOULD, verdict) for verdict in verdicts]

    assert combined([]) == NOT_ENOUGH
    assert combined(shoulds(PASSES, FAILS)) == PASSES
    assert combined(shoulds(PASSES, FAILS), should_needed=2) == FAILS
    assert combined(shoulds(PASSES, NOT_ENOUGH), should_needed=2) == NOT_ENOUGH
    assert combined(shoulds(FAILS), should_needed=0) == NOT_ENOUGH, "nothing is asked, so nothing is shown"
    assert combined([Standing(Level.MUST, FAILS, is_waived=True)]) == PASSES


pools = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=6, unique_by=lambda pair: pair[1])


def figures_of(pool: list[tuple[int, int]]) -> list[Figure]:
    """Measurements of 60 items, each with how many were right and the day it was made."""
    return [rate(right, 60, NOW + timedelta(days=day)) for right, day in pool]


@given(pools, st.floats(0.05, 0.95), st.sampled_from(["bound", "estimate"]))
def test_removing_a_measurement_never_opens_a_criterion(
    pool: list[tuple[int, int]], threshold: float, judged_on: str
) -> None:
    """However kind the older ones are: the newest ever seen sets the day from which evidence counts."""
    criterion = measured(threshold=threshold, judged_on=judged_on)
    figures = figures_of(pool)
    seen = max((figure.at for figure in figures), default=None)
    if judge(criterion, current(figures)).verdict == PASSES:
        return
    for place in range(len(figures)):
        left = figures[:place] + figures[place + 1 :]
        assert judge(criterion, current(left, seen)).verdict != PASSES


@given(pools, st.floats(0.05, 0.95))
def test_a_new_passing_measurement_opens_a_criterion(pool: list[tuple[int, int]], threshold: float) -> None:
    criterion = measured(threshold=threshold, judged_on="estimate")
    figures = figures_of(pool)
    seen = max((figure.at for figure in figures), default=None)
    figures.append(rate(60, 60, NOW + timedelta(days=10)))
    assert judge(criterion, current(figures, seen)).verdict == PASSES
