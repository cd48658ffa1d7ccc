"""Held-out rows as evaluation reads them: a prompt and what is expected. Torch-free."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..faults import BadData

Message = dict[str, Any]
Part = str | list[Message]

_MOST_LINES_NAMED = 5


@dataclass(frozen=True)
class Item:
    """One row. `index` counts the file's rows from 0. `prompt` is None for a row of plain text."""

    index: int
    prompt: Part | None
    completion: Part

    @property
    def expected(self) -> str:
        """The expected answer as text, without the white space around it."""
        return self.completion_text.strip()

    @property
    def completion_text(self) -> str:
        """The completion's words as they stand in the row."""
        if isinstance(self.completion, str):
            return self.completion
        return str(self.completion[-1]["content"]) if self.completion else ""


def read_items(path: Path, *, max_rows: int | None = None, with_text: bool = False) -> list[Item]:
    """The rows of a JSONL file: prompt/completion, messages (the last answer is expected) or prompt/chosen.

    `with_text` admits rows of plain text as well. Raises `BadData`, which names the lines, for anything else.
    """
    items: list[Item] = []
    faults: list[str] = []
    try:
        for number, line in _lines(path):
            if max_rows is not None and len(items) + len(faults) >= max_rows:
                break
            try:
                prompt, completion = _parts(json.loads(line), with_text)
                items.append(Item(len(items), prompt, completion))
            except (ValueError, RecursionError) as error:
                faults.append(f"line {number}: {error}")
    except OSError as error:
        raise BadData(f"{path} cannot be read", why=str(error), remedy="Name a JSONL file that is there.") from error
    if faults:
        more = f"; and {len(faults) - _MOST_LINES_NAMED} more" if len(faults) > _MOST_LINES_NAMED else ""
        raise BadData(
            f"{len(faults)} of {len(faults) + len(items)} rows of {path.name} cannot be used",
            why="; ".join(faults[:_MOST_LINES_NAMED]) + more,
            remedy='Give rows like {"prompt": "...", "completion": "..."}, or upload the file as a dataset.',
        )
    if not items:
        raise BadData(f"{path.name} has no rows", remedy="Name a JSONL file with at least one row.")
    return items


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if raw.strip():
                # a byte that is not UTF-8 makes the line bad, not the file
                yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8", errors="surrogateescape")


def _parts(row: object, with_text: bool) -> tuple[Part | None, Part]:
    """Prompt and completion of one row; raises `ValueError` with the reason in words."""
    if not isinstance(row, Mapping):
        raise ValueError("is not a JSON object")
    if "messages" in row:
        messages = _messages(row["messages"], "messages")
        if messages[-1]["role"] != "assistant" or len(messages) < 2:
            raise ValueError("messages does not end with an assistant's answer")
        return messages[:-1], messages[-1:]
    if "prompt" in row:
        answer = next((name for name in ("completion", "chosen") if name in row), None)
        if answer is None:
            raise ValueError("has no completion")
        return _part(row["prompt"], "prompt"), _part(row[answer], answer)
    if with_text and "text" in row:
        return None, _text(row["text"], "text")
    raise ValueError("has no prompt" if not with_text else "has neither a prompt nor a text")


def _part(value: object, name: str) -> Part:
    return _messages(value, name) if isinstance(value, list) else _text(value, name)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    if not value.strip():
        raise ValueError(f"{name} is empty")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError(f"{name} is not valid Unicode")
    return value


def _messages(value: object, name: str) -> list[Message]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{name} is not a list of messages")
    for message in value:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise ValueError(f"{name} has a message without a role")
        _text(message.get("content"), f"a message's content in {name}")
    return value
