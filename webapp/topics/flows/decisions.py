"""The map of the test-time decision: questions branch off to the right, each line ends at a strategy.

The tree's own lines go down and then off at 45 degrees. An answer that leads to a station of another branch takes
a lane between the branches.
"""

from dataclasses import dataclass
from itertools import pairwise

from webapp.topics.chooser.walk import Walk, shortest
from webapp.topics.content.test_time import QUESTIONS, START, STRATEGIES

WIDTH, HEIGHT = 360, 660
_LEFT, _TOP, _BRANCH, _STEP = 24, 26, 44, 46

_PLACES = {
    "checkable": (0, "Can it be checked?"),
    "verifier-search": (1, ""),
    "latency": (1, "Bound in time?"),
    "greedy": (2, ""),
    "worth": (2, "Worth ten calls?"),
    "chain-of-thought": (3, ""),
    "self-consistency": (3, ""),
    "difficulty": (2, "Uneven difficulty?"),
    "adaptive-consistency": (3, ""),
    "scorer": (1, "A judge you trust?"),
    "best-of-n": (2, ""),
    "depth": (2, "Must it go back?"),
    "beam-search": (3, ""),
    "tree-search": (3, ""),
}
"""From top to bottom: how far to the right, and a question in few words."""


@dataclass(frozen=True)
class DecisionStop:
    """A question or a strategy on the map, with the walk that leads to it. `reach`: how wide it can be pressed."""

    key: str
    name: str
    x: int
    y: int
    reach: int
    walk: str
    is_end: bool
    chosen: bool


@dataclass(frozen=True)
class DecisionLine:
    """The way of an answer from its question to where it leads; `crossing` if that is on another branch."""

    here: str
    there: str
    path: str
    on: bool
    crossing: bool


@dataclass(frozen=True)
class DecisionMap:
    """The map with the walk so far drawn bold."""

    width: int
    height: int
    stops: list[DecisionStop]
    lines: list[DecisionLine]


def _place(key: str) -> tuple[int, int]:
    row = list(_PLACES).index(key)
    return _LEFT + _BRANCH * _PLACES[key][0], _TOP + _STEP * row


def _path(here: str, there: str) -> tuple[str, bool]:
    """SVG path data, and whether it crosses to another branch."""
    (x, y), (to_x, to_y) = _place(here), _place(there)
    if to_y > y:
        return f"M{x} {y} V{to_y - (to_x - x)} L{to_x} {to_y}", False
    if to_x - x == _BRANCH:
        return f"M{x} {y} L{to_x} {to_y + max(0, y - to_y - _BRANCH)} V{to_y}", True
    half = _BRANCH // 2
    return f"M{x} {y} L{x + half} {y - half} V{to_y + half} L{x + 2 * half} {to_y} H{to_x}", True


def decision_map(walk: Walk) -> DecisionMap:
    """The map as it is drawn after these answers."""
    way = [step.question.key for step in walk.steps]
    now = walk.question.key if walk.question else walk.strategy.key if walk.strategy else START
    taken = set(pairwise([*way, now]))
    stops = []
    for key, (_, name) in _PLACES.items():
        x, y = _place(key)
        strategy = STRATEGIES.get(key)
        name = strategy.name if strategy else name
        reach = min(WIDTH - x + 10, 9 * len(name) + 40)
        stops.append(DecisionStop(key, name, x, y, reach, shortest(key), strategy is not None, key == now))
    lines = []
    for question in QUESTIONS.values():
        for _, _, there in question.answers:
            path, crossing = _path(question.key, there)
            on = (question.key, there) in taken
            lines.append(DecisionLine(question.key, there, path, on, crossing))
    return DecisionMap(WIDTH, HEIGHT, stops, sorted(lines, key=lambda line: line.on))
