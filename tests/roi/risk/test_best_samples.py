"""The best number of samples an item, by hand and against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from roi.monotone import monotone
from roi.test_time import MeasuredPoint, best_samples, value_per_item

CURVE = [MeasuredPoint(1, 0.50), MeasuredPoint(2, 0.60), MeasuredPoint(4, 0.66), MeasuredPoint(8, 0.68)]


def test_by_hand() -> None:
    """A correct answer is worth 1, a sample costs 0.02: 0.48, 0.56, 0.58 and 0.52 with 1, 2, 4 and 8 samples."""
    found = best_samples(CURVE, value_per_item(price_per_sample=0.02, value_per_correct=1.0))
    values = {point.samples: point.value for point in found.curve if point.is_measured}
    assert values == {1: pytest.approx(0.48), 2: pytest.approx(0.56), 4: pytest.approx(0.58), 8: pytest.approx(0.52)}
    assert found.samples in (3, 4)
    assert found.value == max(point.value for point in found.curve)
    assert found.gain == pytest.approx(found.value - 0.48)
    assert not found.at_end
    assert [point.samples for point in found.curve] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_free_samples_are_taken_to_the_last_measured_and_it_is_said() -> None:
    found = best_samples(CURVE, value_per_item(price_per_sample=0.0, value_per_correct=1.0))
    assert (found.samples, found.at_end) == (8, True)


def test_dear_samples_leave_one_and_errors_that_cost_ask_for_more() -> None:
    dear = value_per_item(price_per_sample=0.2, value_per_correct=1.0)
    careful = value_per_item(price_per_sample=0.2, value_per_correct=1.0, cost_per_error=9.0)
    assert best_samples(CURVE, dear).samples == 1
    assert best_samples(CURVE, careful).samples > 1


def test_wide_intervals_leave_several_numbers_plausible() -> None:
    value = value_per_item(price_per_sample=0.02, value_per_correct=1.0)
    sharp = [MeasuredPoint(p.samples, p.accuracy, p.accuracy - 0.001, p.accuracy + 0.001) for p in CURVE]
    vague = [MeasuredPoint(p.samples, p.accuracy, p.accuracy - 0.2, p.accuracy + 0.2) for p in CURVE]
    assert best_samples(vague, value).plausible == (1, 8)
    first, last = best_samples(sharp, value).plausible
    assert 2 < first <= last < 8


def test_one_point_is_its_own_best() -> None:
    found = best_samples([MeasuredPoint(4, 0.7, 0.6, 0.8)], value_per_item(price_per_sample=0.1, value_per_correct=1.0))
    assert (found.samples, found.plausible, len(found.curve)) == (4, (4, 4), 1)
    assert found.to_dict()["curve"][0]["value_low"] == pytest.approx(0.2)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 64), st.floats(0, 1)), min_size=1, max_size=6, unique_by=lambda point: point[0]),
    st.floats(0, 0.1),
)
def test_accuracy_never_leaves_the_measured_range_and_no_other_number_is_better(
    curve: list[tuple[int, float]], price: float
) -> None:
    found = best_samples(
        [MeasuredPoint(*point) for point in curve], value_per_item(price_per_sample=price, value_per_correct=1.0)
    )
    accuracies = [accuracy for _, accuracy in curve]
    assert all(min(accuracies) - 1e-12 <= point.accuracy <= max(accuracies) + 1e-12 for point in found.curve)
    assert found.value == max(point.value for point in found.curve)
    assert {point.samples: point.accuracy for point in found.curve if point.is_measured} == pytest.approx(dict(curve))


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        ([], "at least one"),
        ([MeasuredPoint(0, 0.5)], "whole number from 1"),
        ([MeasuredPoint(5000, 0.5)], "to 4096"),
        ([MeasuredPoint(1, 1.4)], "from 0 to 1"),
        ([MeasuredPoint(1, float("nan"))], "from 0 to 1"),
        ([MeasuredPoint(1, 0.5, 0.6, 0.7)], "inside its interval"),
        ([MeasuredPoint(1, 0.5), MeasuredPoint(1, 0.6)], "twice"),
    ],
)
def test_a_curve_that_cannot_be_is_refused(curve: list[MeasuredPoint], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        best_samples(curve, value_per_item(price_per_sample=0.0, value_per_correct=1.0))


_HEIGHTS = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.2, 0.5, 1e-300]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4096), _HEIGHTS), min_size=2, max_size=8, unique_by=lambda point: point[0]))
def test_between_points_lie_the_monotone_cubics_of_scipy(points: list[tuple[int, float]]) -> None:
    numbers, heights = zip(*sorted(points), strict=True)
    places = np.log(numbers)
    at = np.concatenate([places, np.linspace(places[0], places[-1], 60)])
    with np.errstate(over="ignore"):
        wanted = PchipInterpolator(places, heights)(at)
    assert monotone(places, heights, at) == pytest.approx(wanted, rel=0, abs=1e-12)
