"""How long rows are for a model: tokens with those of a chat template, those that are learned, and those that rows
begin with in common."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .stats import TokenCounter, estimated_tokens

OPENING_TOKENS, CLOSING_TOKENS = 3, 2
"""What a chat template puts before a message (ChatML: a start, the role, a line's end) and behind it (an end, a line's
end); the latter is learned with an answer."""

SAMPLED_ROWS = 100


@dataclass(frozen=True)
class Lengths:
    """Means a row, in tokens: the whole, its learned or answered part, the start of the prompt that all rows have, and
    what a template adds to the text."""

    whole: float = 0.0
    answer: float = 0.0
    shared: float = 0.0
    template: float = 0.0


def sampled_lengths(rows: Iterable[Mapping[str, Any]], count: TokenCounter = estimated_tokens) -> Lengths:
    """The lengths of the first `SAMPLED_ROWS` canonical rows; zeros without rows."""
    some = list(islice(rows, SAMPLED_ROWS))
    prompts, answers = (
        [_turns(row, "prompt", "messages", "text") for row in some],
        [_turns(row, "completion") for row in some],
    )
    template = _mean([_template_tokens(turns) for turns in prompts]) + _mean(
        [_template_tokens(turns) for turns in answers]
    )
    asked, answered = (
        _mean([_tokens(turns, count) for turns in prompts]),
        _mean([_tokens(turns, count) for turns in answers]),
    )
    ordered = sorted(prompts)  # all share what the least and the greatest of them share
    return Lengths(
        whole=asked + answered,
        answer=answered - _mean([OPENING_TOKENS if turns and turns[0][0] else 0 for turns in answers]),
        shared=_shared_tokens(ordered[0], ordered[-1], count) if len(some) > 1 else 0.0,
        template=template,
    )


_Turns = list[tuple[str, str]]


def _turns(row: Mapping[str, Any], *names: str) -> _Turns:
    """(role, text) of a part of the row; the role of plain text is empty."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str):
            return [("", value)]
        if isinstance(value, list):
            return [(str(turn["role"]), str(turn["content"])) for turn in value]
    return []


def _tokens(turns: _Turns, count: TokenCounter) -> float:
    return sum(count(text) for _, text in turns) + _template_tokens(turns)


def _template_tokens(turns: _Turns) -> int:
    return (OPENING_TOKENS + CLOSING_TOKENS) * sum(bool(role) for role, _ in turns)


def _shared_tokens(one: _Turns, other: _Turns, count: TokenCounter) -> float:
    """Tokens of the start that two prompts have in common."""
    tokens = 0.0
    for (role, text), (other_role, other_text) in zip(one, other, strict=False):
        if role != other_role:
            break
        if text != other_text:
            same = next(
                (place for place, pair in enumerate(zip(text, other_text, strict=False)) if pair[0] != pair[1]), 0
            )
            return tokens + (count(text[:same]) if same else 0) + (OPENING_TOKENS if role else 0)
        tokens += _tokens([(role, text)], count)
    return tokens


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
