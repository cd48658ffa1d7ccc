"""Curves keep what happened: superseded steps go, spikes stay, smoothing does not lag, what is no number is known."""

import math
from typing import Any

import pytest

from webapp.jobs.charts.series import MAX_POINTS, History, Track


def steps(*numbers: int) -> list[dict[str, Any]]:
    return [{"step": step, "seq": place} for place, step in enumerate(numbers)]


def track(values: list[float | None]) -> Track:
    return History.of([{"step": step, "loss": value} for step, value in enumerate(values, 1)], ["loss"]).track("loss")


def test_a_resumed_job_drops_the_steps_it_does_again() -> None:
    """Steps 1 to 5, then back to a checkpoint after 3: the old 4 and 5 no longer count, not even the 5 to come."""
    kept = History.of(steps(1, 2, 3, 4, 5, 4), ["seq"]).track("seq")
    assert kept.points() == [(1, 0), (2, 1), (3, 2), (4, 5)]


def test_a_job_resumed_twice() -> None:
    kept = History.of(steps(1, 2, 3, 4, 3, 4, 5, 2, 3), ["seq"]).track("seq")
    assert kept.steps.tolist() == [1, 2, 3]


def test_a_history_grows_by_what_is_new() -> None:
    whole, grown = steps(1, 2, 3, 4, 5, 4, 5, 6), History(["seq"])
    for row in whole:
        grown.extend([row])
    assert grown.track("seq").points() == History.of(whole, ["seq"]).track("seq").points()
    assert grown.last_step == 6


def test_what_is_no_number_is_left_out_of_the_line_and_known() -> None:
    """Null is a number that was none; a field that is not there, or no number at all, is nothing."""
    given = [{"step": 1, "loss": None}, {"step": 2, "loss": 0.5}, {"step": 3}, {"step": 4, "loss": True}, {"loss": 1}]
    found = History.of(given, ["loss"]).track("loss")
    assert found.points() == [(2, 0.5)]
    assert found.broken.tolist() == [1]


def test_downsampling_keeps_ends_and_spikes() -> None:
    values: list[float | None] = [math.sin(step / 900) for step in range(50_000)]
    values[31_337], values[44_444] = 40.0, -40.0
    whole = track(values)
    thin = whole.downsampled()
    assert MAX_POINTS / 2 < len(thin) <= MAX_POINTS
    assert thin[0] == whole.points()[0]
    assert thin[-1] == whole.points()[-1]
    assert {(31_338, 40.0), (44_445, -40.0)} <= set(thin)
    assert [step for step, _ in thin] == sorted({step for step, _ in thin})


def test_a_short_curve_stays_whole() -> None:
    assert track([2.0, 1.0]).downsampled() == [(1, 2.0), (2, 1.0)]


def test_downsampling_needs_room() -> None:
    with pytest.raises(ValueError, match="at least 4"):
        track([1.0]).downsampled(limit=3)


def test_smoothing_leaves_a_straight_line_as_it_is() -> None:
    line = track([3.0 - step / 10 for step in range(100)])
    assert line.smoothed(5).values == pytest.approx(line.values)


def test_smoothing_by_hand() -> None:
    """Reach 1 over 0, 3, 6, 0: ends stay, (0+3+6)/3 and (3+6+0)/3 between."""
    assert track([0.0, 3.0, 6.0, 0.0]).smoothed(1).values.tolist() == [0.0, 3.0, 3.0, 0.0]
