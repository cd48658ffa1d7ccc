"""Curves keep what happened: superseded steps go, spikes stay, smoothing does not lag."""

import math

import pytest

from webapp.jobs.charts.series import MAX_POINTS, current_rows, downsample, points, smoothed, stride_for


def rows(*steps: int) -> list[dict[str, int]]:
    return [{"step": step, "seq": place} for place, step in enumerate(steps)]


def test_a_resumed_job_drops_the_steps_it_does_again() -> None:
    """Steps 1 to 5, then back to a checkpoint after 3: the old 4 and 5 no longer count, not even the 5 to come."""
    kept = current_rows(rows(1, 2, 3, 4, 5, 4))
    assert [row["step"] for row in kept] == [1, 2, 3, 4]
    assert kept[-1]["seq"] == 5


def test_a_job_resumed_twice() -> None:
    assert [row["step"] for row in current_rows(rows(1, 2, 3, 4, 3, 4, 5, 2, 3))] == [1, 2, 3]


def test_points_leave_out_what_is_no_number() -> None:
    given = [{"step": 1, "loss": None}, {"step": 2, "loss": 0.5}, {"step": 3}, {"step": 4, "loss": True}]
    assert points(given, "loss") == [(2, 0.5)]


def test_downsampling_keeps_ends_and_spikes() -> None:
    curve = [(step, math.sin(step / 900)) for step in range(50_000)]
    curve[31_337] = (31_337, 40.0)
    thin = downsample(curve)
    assert len(thin) <= MAX_POINTS
    assert thin[0] == curve[0]
    assert thin[-1] == curve[-1]
    assert (31_337, 40.0) in thin
    assert [step for step, _ in thin] == sorted({step for step, _ in thin})


def test_a_short_curve_stays_whole() -> None:
    curve = [(1, 2.0), (2, 1.0)]
    assert downsample(curve) == curve


def test_downsampling_needs_room() -> None:
    with pytest.raises(ValueError, match="at least 4"):
        downsample([(1, 1.0)], limit=3)


def test_smoothing_leaves_a_straight_line_as_it_is() -> None:
    line = [(step, 3.0 - step / 10) for step in range(100)]
    assert [value for _, value in smoothed(line, 5)] == pytest.approx([value for _, value in line])


def test_smoothing_by_hand() -> None:
    """Reach 1 over 0, 3, 6, 0: ends stay, (0+3+6)/3 and (3+6+0)/3 between."""
    assert smoothed([(1, 0.0), (2, 3.0), (3, 6.0), (4, 0.0)], 1) == [(1, 0.0), (2, 3.0), (3, 3.0), (4, 0.0)]


def test_a_long_job_is_read_with_a_stride() -> None:
    assert stride_for(100) == 1
    assert 1_000_000 / stride_for(1_000_000) <= 4 * MAX_POINTS
