"""Per-item answers that an evaluation left: read, filtered, and set side by side."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .models import Job
from .published import fetched

MOST_READ = 200_000
"""Items that a page looks through; an evaluation of more is downloaded instead."""


@dataclass(frozen=True)
class Item:
    """One held-out item as a model answered it, and as another one did where asked."""

    index: int
    prompt: str
    expected: str
    predicted: str
    correct: bool
    other_predicted: str | None = None
    other_correct: bool | None = None


@dataclass(frozen=True)
class ItemPage:
    """One page of items. `found` counts those that pass the filter, `read` all looked at."""

    items: list[Item]
    found: int
    read: int


def predictions_path(job: Job) -> Path:
    """The file of the job's answers, one JSON object a line; it need not exist. Raises `FilesFault`."""
    return fetched(job, "artifacts/predictions.jsonl")


def read_predictions(job: Job) -> Iterator[dict[str, Any]]:
    """The answers in file order; none if the job left none."""
    path = predictions_path(job)
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number >= MOST_READ:
                return
            yield json.loads(line)


def browse(
    job: Job, *, show: str = "all", search: str = "", other: Job | None = None, offset: int = 0, limit: int = 25
) -> ItemPage:
    """Wrong items first, then right ones, each in their own order.

    `show` is `all`, `wrong`, `right`, or `differs` (the two models disagree about being right).
    """
    beside = {row["index"]: row for row in read_predictions(other)} if other is not None else {}
    items = [_item(row, beside.get(row["index"])) for row in read_predictions(job)]
    kept = [item for item in items if _passes(item, show, search.casefold())]
    kept.sort(key=lambda item: (item.correct, item.index))
    return ItemPage(kept[offset : offset + limit], len(kept), len(items))


def _item(row: dict[str, Any], other: dict[str, Any] | None) -> Item:
    return Item(
        index=row["index"],
        prompt=prompt_text(row["prompt"]),
        expected=str(row["expected"]),
        predicted=str(row["predicted"]),
        correct=bool(row["correct"]),
        other_predicted=None if other is None else str(other["predicted"]),
        other_correct=None if other is None else bool(other["correct"]),
    )


def _passes(item: Item, show: str, search: str) -> bool:
    shown = {
        "wrong": not item.correct,
        "right": item.correct,
        "differs": item.other_correct is not None and item.other_correct != item.correct,
    }.get(show, True)
    return shown and (not search or search in f"{item.prompt}\n{item.expected}\n{item.predicted}".casefold())


def prompt_text(prompt: object) -> str:
    """A prompt for reading: of a conversation, what the user said."""
    if isinstance(prompt, str):
        return prompt
    if isinstance(prompt, list):
        return "\n".join(str(turn.get("content", "")) for turn in prompt if turn.get("role") != "system")
    return str(prompt)
