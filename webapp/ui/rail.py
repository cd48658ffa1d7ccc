"""Where one can go: the site's navigation and a project's rail, in the order of the work.

An entry whose address is not registered is left out, so that there is never a dead link.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Entry:
    """One place to go.

    names: addresses to try, the first that is registered counts; gap: room above, where a new part of the work begins;
    also: parts of a path that belong to this entry though they do not begin with its address; member: only for those
    who are signed in.
    """

    label: str
    names: tuple[str, ...]
    gap: bool = False
    also: tuple[str, ...] = ()
    member: bool = False


@dataclass(frozen=True)
class Link:
    """An entry whose address is known."""

    label: str
    href: str
    gap: bool
    current: bool


RAIL = (
    Entry("Overview", ("projects:overview", "projects:detail")),
    Entry("Data", ("datasets:list",), gap=True),
    Entry("Studies & jobs", ("jobs:list",), also=("/studies/", "/jobs/", "/launch/")),
    Entry("Models", ("jobs:models",)),
    Entry("Playground", ("feedback:playground",), gap=True),
    Entry("Feedback", ("feedback:list", "feedback:overview")),
    Entry("Business case", ("business:list", "business:case"), gap=True, also=("/scenarios/",)),
    Entry("Roadmap", ("roadmap:roadmap", "roadmap:board", "roadmap:overview")),
    Entry("Monitoring", ("monitoring:project", "monitoring:overview"), gap=True),
    Entry("Report", ("reports:report", "reports:list", "reports:overview")),
    Entry("Settings", ("projects:settings",), gap=True, also=("/settings/",)),
)

SITE = (
    Entry("Projects", ("projects:list",), member=True),
    Entry("Topics", ("topics:index", "topics:list")),
    Entry("ROI", ("business:calculator", "roi:calculator", "topics:roi")),
    Entry("Path", ("roadmap:public", "topics:path")),
    Entry("Glossary", ("topics:glossary",)),
    Entry("Contact", ("inquiries:contact", "inquiries:new")),
)


def address(names: Iterable[str], *args: object) -> str | None:
    """The first of these addresses that is registered."""
    for name in names:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return None


def links(entries: Iterable[Entry], path: str, *args: object) -> list[Link]:
    """The entries that exist; current is the one whose address is the longest beginning of `path`.

    An entry that is itself the beginning of another one (a project's overview) is current on its own address only.
    """
    found = [(entry, href) for entry in entries if (href := address(entry.names, *args)) is not None]

    def weight(entry: Entry, href: str) -> int:
        if path == href:
            return 1000 + len(href)
        if any(other != href and other.startswith(href) for _, other in found):
            return 0
        if path.startswith(href) or any(part in path for part in entry.also):
            return len(href)
        return 0

    weights = [weight(entry, href) for entry, href in found]
    best = max(weights, default=0)
    chosen = weights.index(best) if best else -1
    return [
        Link(entry.label, href, entry.gap and index > 0, index == chosen) for index, (entry, href) in enumerate(found)
    ]
