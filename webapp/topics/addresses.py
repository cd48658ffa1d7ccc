"""Every public page, for the site map and the link check."""

from django.urls import NoReverseMatch, reverse

from .content.schema import Branch
from .content.topics import TOPICS
from .explorers.registry import EXPLORERS
from .flows.registry import FLOWS

_PLAIN = (
    "topics:home",
    "topics:index",
    "topics:path",
    "topics:methods",
    "topics:choose",
    "topics:walk",
    "topics:wall",
    "topics:benchmarks",
    "topics:glossary",
    "business:calculator",
    "inquiries:contact",
)


def public_addresses() -> list[str]:
    """The paths of all public pages whose address is registered."""
    wanted: list[tuple[str, tuple[str, ...]]] = [(name, ()) for name in _PLAIN]
    wanted += [("topics:branch", (branch.value,)) for branch in Branch]
    wanted += [("topics:module", (topic.branch.value, topic.key)) for topic in TOPICS.values()]
    wanted += [("topics:explorer", (key,)) for key in EXPLORERS]
    wanted += [("topics:flow", (flow.key, station)) for flow in FLOWS.values() for station in flow.stations]
    return [path for name, args in wanted if (path := _address(name, args)) is not None]


def _address(name: str, args: tuple[str, ...]) -> str | None:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return None
