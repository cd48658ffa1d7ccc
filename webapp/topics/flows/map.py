"""What a map is made of, and what a drawing of it needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.topics.content.schema import Stage


@dataclass(frozen=True)
class Station:
    """A stage's place on the map, and in a few words what it hands on. `width`: of an interchange, else 0."""

    stage: Stage
    x: int
    y: int
    gives: str
    width: int = 0


@dataclass(frozen=True)
class Line:
    """A line through stations in order. `path`: its way as SVG path data; `style`: main, second or loop."""

    key: str
    name: str
    says: str
    style: str
    stations: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class Flow:
    """A map, in a box of `width` by `height`; stations in the order of the work."""

    key: str
    title: str
    lede: str
    width: int
    height: int
    label_x: int
    stations: Mapping[str, Station]
    lines: tuple[Line, ...]

    def lines_of(self, station: str) -> list[str]:
        """Keys of the lines that stop there."""
        return [line.key for line in self.lines if station in line.stations]

    def next_to(self, station: str) -> list[tuple[Station, str]]:
        """Where one can go on from there: each next station, with the names of the lines that lead to it."""
        onward: dict[str, list[str]] = {}
        for line in self.lines:
            for here, there in zip(line.stations, line.stations[1:], strict=False):
                if here == station:
                    onward.setdefault(there, []).append(f"“{line.name}”")
        return [(self.stations[there], " and ".join(names)) for there, names in onward.items()]


@dataclass(frozen=True)
class Stop:
    """A station as it is drawn: where its sign starts, and whether it is the chosen one."""

    station: Station
    number: int
    left: int
    lines: str
    chosen: bool


@dataclass(frozen=True)
class Drawing:
    """A flow with one station chosen; lines as (line, whether the chosen station lies on it)."""

    flow: Flow
    chosen: Station
    stops: list[Stop]
    lines: list[tuple[Line, bool]]


def draw(flow: Flow, chosen: str) -> Drawing:
    """The map as it is drawn with this station chosen. Raises `KeyError` for one that is not on it."""
    station = flow.stations[chosen]
    stops = [
        Stop(each, index + 1, each.x - each.width, " ".join(flow.lines_of(key)), key == chosen)
        for index, (key, each) in enumerate(flow.stations.items())
    ]
    return Drawing(flow, station, stops, [(line, chosen in line.stations) for line in flow.lines])
