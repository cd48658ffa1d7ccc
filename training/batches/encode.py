"""From rows to token ids: what the model reads, and which of it is learned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ..faults import BadData

Message = Mapping[str, Any]


class Tokenizer(Protocol):
    """What is used of a Hugging Face tokenizer."""

    eos_token: str | None
    chat_template: Any

    def __call__(self, text: str, *, add_special_tokens: bool = ...) -> Any: ...
    def apply_chat_template(self, conversation: Any, **options: Any) -> Any: ...
    def decode(self, token_ids: Any, **options: Any) -> Any: ...


@dataclass(frozen=True)
class Example:
    """One row as tokens. `learned[i]` says that token i is predicted from those before it; never the first."""

    ids: tuple[int, ...]
    learned: tuple[bool, ...]
    prompt: str
    completion: str

    @property
    def targets(self) -> int:
        """Tokens that are learned."""
        return sum(self.learned)


def encode_row(
    row: Mapping[str, Any], tokenizer: Tokenizer, *, loss_on: Literal["completion", "all"], max_tokens: int
) -> Example:
    """Tokens of a row in one of trl's types: prompt/completion (text or messages), messages, or text.

    Text of `messages` is learned where an assistant speaks; plain `text` has no prompt and is learned whole.
    A row longer than `max_tokens` is cut at the end. Raises `BadData` for a row of another type.
    """
    if "completion" in row and "prompt" in row:
        prompt, completion = row["prompt"], row["completion"]
        if isinstance(prompt, str) and isinstance(completion, str):
            example = _encode_text(prompt, completion, tokenizer)
        else:
            example = _encode_chat(_messages(prompt, "user"), _messages(completion, "assistant"), tokenizer)
    elif "messages" in row:
        example = _encode_turns(list(row["messages"]), tokenizer)
    elif "text" in row:
        example = _encode_text("", str(row["text"]), tokenizer)
    else:
        raise BadData(
            f"A row has the fields {', '.join(sorted(map(str, row)))}",
            why="Training reads prompt and completion, messages, or text.",
            remedy="Map the columns to prompt and completion.",
        )
    learned = example.learned if loss_on == "completion" else (True,) * len(example.ids)
    learned = (False, *learned[1:])
    return Example(example.ids[:max_tokens], learned[:max_tokens], example.prompt, example.completion)


def encode_rows(
    rows: Iterable[Mapping[str, Any]],
    tokenizer: Tokenizer,
    *,
    loss_on: Literal["completion", "all"],
    max_tokens: int,
) -> list[Example]:
    """`encode_row` over rows, in order."""
    return [encode_row(row, tokenizer, loss_on=loss_on, max_tokens=max_tokens) for row in rows]


def prompt_ids(example: Example) -> list[int]:
    """The tokens before the first learned one: what a model is given to go on from."""
    first = example.learned.index(True) if any(example.learned) else len(example.ids)
    return list(example.ids[:first])


def decoded(example: Example, tokenizer: Tokenizer) -> list[dict[str, object]]:
    """Each token as text with its `learned` flag, for a person to check the mask."""
    return [
        {"token": tokenizer.decode([token]), "learned": learned}
        for token, learned in zip(example.ids, example.learned, strict=True)
    ]


def _encode_text(prompt: str, completion: str, tokenizer: Tokenizer) -> Example:
    end = tokenizer.eos_token or ""
    whole = _tokens(prompt + completion + end, tokenizer)
    start = _common_length(_tokens(prompt, tokenizer), whole) if prompt else 0
    return Example(tuple(whole), _from(start, len(whole)), prompt, completion)


def _encode_chat(prompt: list[Message], completion: list[Message], tokenizer: Tokenizer) -> Example:
    whole = _template([*prompt, *completion], tokenizer)
    start = _common_length(_template(prompt, tokenizer, answer=True), whole)
    return Example(tuple(whole), _from(start, len(whole)), _text(prompt), _text(completion))


def _encode_turns(messages: list[Message], tokenizer: Tokenizer) -> Example:
    whole = _template(messages, tokenizer)
    learned = [False] * len(whole)
    turns = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    for index in turns:
        start = _common_length(_template(messages[:index], tokenizer, answer=True), whole) if index else 0
        end = _common_length(_template(messages[: index + 1], tokenizer), whole)
        learned[start:end] = [True] * (end - start)
    split = turns[-1] if turns else len(messages)
    return Example(tuple(whole), tuple(learned), _text(messages[:split]), _text(messages[split:]))


def _template(messages: Sequence[Message], tokenizer: Tokenizer, *, answer: bool = False) -> list[int]:
    """Token ids of a conversation; with `answer`, up to where the assistant begins to speak."""
    if not tokenizer.chat_template:
        text = "".join(f"{message['role']}: {message['content']}\n" for message in messages)
        return _tokens(text + ("assistant:" if answer else tokenizer.eos_token or ""), tokenizer)
    text = tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=answer)
    return _tokens(str(text), tokenizer, special=False)


def _tokens(text: str, tokenizer: Tokenizer, *, special: bool = True) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=special)["input_ids"]
    return ids


def _messages(part: Any, role: str) -> list[Message]:
    return [{"role": role, "content": part}] if isinstance(part, str) else list(part)


def _text(messages: Sequence[Message]) -> str:
    """The last message's words: what a person reads as the prompt or the answer."""
    return str(messages[-1]["content"]) if messages else ""


def _from(start: int, length: int) -> tuple[bool, ...]:
    return tuple(index >= start for index in range(length))


def _common_length(a: Sequence[int], b: Sequence[int]) -> int:
    """How many leading tokens agree. A token that joins prompt and completion at the border is learned."""
    for index, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return index
    return min(len(a), len(b))
