"""The table of methods: sorted and filtered as its address says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from webapp.topics.content.methods import METHODS
from webapp.topics.content.schema import SIGNAL_WORDS, Method, Signal, Source
from webapp.topics.content.sources import SOURCES
from webapp.topics.measured import Measured, for_methods, public_studies
from webapp.topics.starts import Start, start

NAMES = ("sort", "signal", "sampling")

SORTS: Mapping[str, tuple[str, Callable[[Method], Any]]] = {
    "name": ("Method", lambda method: method.name),
    "cost": ("Compute", lambda method: method.cost),
    "memory": ("Networks held", lambda method: len(method.models_held)),
    "care": ("Care needed", lambda method: method.care),
    "hacking": ("Gaming risk", lambda method: method.hacking),
}

SAMPLING = {"no": "Trains on stored answers", "yes": "Samples while it trains"}


@dataclass(frozen=True)
class Chosen:
    """Sorting (`cost`, or `-cost` for downwards) and filters. Values that name nothing are dropped."""

    sort: str = ""
    signal: str = ""
    sampling: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Chosen":
        """From GET parameters `sort`, `signal`, `sampling`."""
        sort, signal, sampling = (query.get(name, "") for name in NAMES)
        return cls(
            sort=sort if sort.removeprefix("-") in SORTS else "",
            signal=signal if signal in SIGNAL_WORDS else "",
            sampling=sampling if sampling in SAMPLING else "",
        )

    def query(self, **changes: str) -> str:
        """The query string with these values changed; empty ones are left out."""
        made = QueryDict(mutable=True)
        for name in NAMES:
            value = changes.get(name, getattr(self, name))
            if value:
                made[name] = value
        return made.urlencode()


def select(chosen: Chosen) -> list[Method]:
    """The methods that pass the filters, in the order asked for; else in the page's own order."""
    found = [
        method
        for method in METHODS.values()
        if (not chosen.signal or Signal(chosen.signal) in method.signals)
        and (not chosen.sampling or method.online == (chosen.sampling == "yes"))
    ]
    if chosen.sort:
        found.sort(key=SORTS[chosen.sort.removeprefix("-")][1], reverse=chosen.sort.startswith("-"))
    return found


@dataclass(frozen=True)
class Column:
    """A sortable column: its head, the query that sorts by it next, and how it is sorted now."""

    label: str
    query: str
    order: str
    arrow: str


def columns(chosen: Chosen) -> dict[str, Column]:
    """The sortable columns. A first press sorts upwards, a second one downwards."""
    orders = {True: ("ascending", "↑"), False: ("descending", "↓")}
    made = {}
    for key, (label, _) in SORTS.items():
        now = chosen.sort.removeprefix("-") == key
        order, arrow = orders[not chosen.sort.startswith("-")] if now else ("", "")
        made[key] = Column(label, chosen.query(sort=f"-{key}" if chosen.sort == key else key), order, arrow)
    return made


@dataclass(frozen=True)
class MethodRow:
    """A method as the table shows it."""

    method: Method
    learns_from: str
    source: Source
    measured: Measured | None
    start: Start | None


def method_rows(methods: Sequence[Method]) -> list[MethodRow]:
    """The methods with what public studies measured; one query, whatever their number."""
    measured = for_methods(public_studies())
    return [
        MethodRow(
            method,
            " or ".join(SIGNAL_WORDS[signal] for signal in method.signals),
            SOURCES[method.source],
            measured.get(method.key),
            start(method.kind),
        )
        for method in methods
    ]


def table_context(query: QueryDict) -> dict[str, Any]:
    """What the table is drawn from."""
    chosen = Chosen.from_query(query)
    rows = method_rows(select(chosen))
    signals = [(signal.value, SIGNAL_WORDS[signal]) for signal in Signal]
    return {
        "chosen": chosen,
        "columns": columns(chosen),
        "rows": rows,
        "total": len(METHODS),
        "signals": signals,
        "samplings": list(SAMPLING.items()),
    }
