"""A canonical row as a page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_CHARS = 6_000
_TITLES = {"prompt": "Prompt", "completion": "Completion", "chosen": "Chosen", "rejected": "Rejected"}
_MORE_TITLES = {"messages": "Conversation", "text": "Text", "label": "Good answer"}

_ALWAYS_NAMED = {"chosen", "rejected"}


@dataclass(frozen=True)
class Turn:
    """A text, with who says it if it is a message."""

    speaker: str
    text: str
    left_out: int = 0
    """Characters past what is shown."""


@dataclass(frozen=True)
class Part:
    """One field of a row. `is_named`: its title is shown even where its turns name their speakers."""

    title: str
    turns: list[Turn]
    is_named: bool = False


@dataclass(frozen=True)
class ShownRow:
    """The fields of a row in order; `index` counts from 1, 0 where the row has no place."""

    parts: list[Part]
    index: int = 0


def shown_row(row: Mapping[str, Any], index: int = 0, *, chars: int = MOST_CHARS) -> ShownRow:
    """The row's fields with their texts, cut past `chars` characters each."""
    titles = _TITLES | _MORE_TITLES
    parts = [Part(titles.get(name, name), _turns(value, chars), name in _ALWAYS_NAMED) for name, value in row.items()]
    return ShownRow(parts, index)


def _turns(value: Any, chars: int) -> list[Turn]:
    if isinstance(value, list):
        return [_turn(str(message["role"]), str(message["content"]), chars) for message in value]
    if isinstance(value, bool):
        return [Turn("", "yes" if value else "no")]
    return [_turn("", str(value), chars)]


def _turn(speaker: str, text: str, chars: int) -> Turn:
    return Turn(speaker, text[:chars], max(0, len(text) - chars))
