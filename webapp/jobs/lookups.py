"""What the specs of one launch ask alike of the database and the disk, each answered once."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

_Answer = TypeVar("_Answer")


class Lookups:
    """Answers of one request, by question. A grid of 64 jobs reads one dataset, one price and one worker's speed."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def once(self, question: Hashable, find: Callable[[], _Answer]) -> _Answer:
        """The answer that was found before, else what `find` gives; an exception is no answer."""
        if question not in self._known:
            self._known[question] = find()
        return cast(_Answer, self._known[question])
