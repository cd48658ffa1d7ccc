"""The branches as pages: what they are called, their topics, and the way from one topic to the next."""

from dataclasses import dataclass

from .content.home import BRANCHES
from .content.schema import Branch, Topic
from .content.topics import TOPICS, topics_of


@dataclass(frozen=True)
class BranchPage:
    """A branch of the chooser."""

    key: str
    number: int
    title: str
    motto: str
    summary: str
    topics: tuple[Topic, ...]


def branch_pages() -> list[BranchPage]:
    """The three branches with their topics, in the order of reading."""
    return [
        BranchPage(branch.value, number, *BRANCHES[branch.value], topics_of(branch))
        for number, branch in enumerate(Branch, start=1)
    ]


def neighbours(topic: Topic) -> tuple[Topic | None, Topic | None]:
    """The topics before and after this one, across branches."""
    order = list(TOPICS.values())
    place = order.index(topic)
    return (order[place - 1] if place else None, order[place + 1] if place + 1 < len(order) else None)
