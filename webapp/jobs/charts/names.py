"""Where the names of points stand, so that none covers another, even on a phone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PHONE_WIDTH, PHONE_HEIGHT = 270.0, 190.0
"""Pixels inside the axes of a chart on a phone; where names are apart there, they are on any wider screen."""

_CHARACTER, _LINE = 7.0, 15.0
_BESIDE = 10
_SHIFTS = (12, -13, 28, -29, 44, -45)
_WHISKER = 3.0


@dataclass(frozen=True)
class NamedPoint:
    """A point and its interval as shares of the width and the height, from the lower left corner."""

    name: str
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Place:
    """Where a name stands from its point, in pixels, and on which side."""

    is_left: bool
    up: int


@dataclass(frozen=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    def covers(self, other: "_Box") -> bool:
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.top <= other.bottom or other.top <= self.bottom)


def place_names(points: Sequence[NamedPoint]) -> list[Place]:
    """A place for each point's name, in their order: beside its point, on a side where there is room, not on another
    name, and where that can be not on another point's interval. The highest points choose first."""
    intervals = [_interval(point) for point in points]
    taken: list[_Box] = []
    found: dict[int, Place] = {}
    for number in sorted(range(len(points)), key=lambda number: -points[number].y):
        others = [box for other, box in enumerate(intervals) if other != number]
        place, box = min(_places(points[number]), key=lambda each: _cost(each[1], taken, others))
        taken.append(box)
        found[number] = place
    return [found[number] for number in range(len(points))]


def _places(point: NamedPoint) -> Iterator[tuple[Place, _Box]]:
    """Near ones first; the side with more room before the other."""
    is_left = point.x > 0.5
    for up in _SHIFTS:
        for side in (is_left, not is_left):
            yield Place(side, up), _name_box(point, side, up)


def _cost(box: _Box, names: Sequence[_Box], intervals: Sequence[_Box]) -> int:
    """0 for a place that covers nothing; `min` takes the first of equals, which is the nearest."""
    outside = box.left < -20 or box.right > PHONE_WIDTH + 10 or box.top > PHONE_HEIGHT + 10 or box.bottom < 0
    return 100 * sum(map(box.covers, names)) + 10 * outside + sum(map(box.covers, intervals))


def _name_box(point: NamedPoint, is_left: bool, up: int) -> _Box:
    wide = _CHARACTER * len(point.name)
    start = PHONE_WIDTH * point.x + (-_BESIDE - wide if is_left else _BESIDE)
    middle = PHONE_HEIGHT * point.y + up
    return _Box(start, middle - _LINE / 2, start + wide, middle + _LINE / 2)


def _interval(point: NamedPoint) -> _Box:
    x = PHONE_WIDTH * point.x
    low, high = PHONE_HEIGHT * point.low, PHONE_HEIGHT * point.high
    return _Box(x - _WHISKER, min(low, PHONE_HEIGHT * point.y - 6), x + _WHISKER, max(high, PHONE_HEIGHT * point.y + 6))
