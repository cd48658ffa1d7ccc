"""Raw rows to canonical ones: what trl calls its dataset types, as strings or as messages.

`{"prompt", "completion"}`, `{"messages"}`, `{"prompt", "chosen", "rejected"}`, `{"prompt", "completion", "label"}`,
`{"text"}`, `{"prompt"}`. Content is kept to the letter; only its absence is a fault.
"""

from collections.abc import Callable, Mapping
from typing import Any

from .forms import FORMS, ColumnMapping, Form
from .limits import DEFAULT_LIMITS, Limits
from .messages import Message, as_message_list, check_order, messages_in, text_of
from .report import Reason, RowFault, shorten

Row = dict[str, Any]
Text = str | list[Message]

_TRUE = {"true", "yes", "1", "1.0", "good", "up", "desirable"}
_FALSE = {"false", "no", "0", "0.0", "bad", "down", "undesirable"}


class Canonical:
    """Builds canonical rows under one mapping. Raises `RowFault` for a row that cannot be one.

    `numeric` are the columns whose values are numbers throughout: there a number is read as its digits,
    elsewhere it is a fault. `any_label` takes labels that the mapping does not list.
    """

    def __init__(
        self,
        mapping: ColumnMapping,
        *,
        numeric: frozenset[str] = frozenset(),
        any_label: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.mapping = mapping
        self._numeric = numeric
        self._limits = limits
        self._labels = frozenset() if any_label else frozenset(mapping.labels)
        self._titles = {role.name: role.title for role in FORMS[mapping.form].roles}
        self._system = mapping.system.replace("{labels}", ", ".join(mapping.labels))
        self._build = BUILDERS[mapping.form]

    def row(self, raw: Mapping[str, Any]) -> Row:
        """The canonical row of one raw row."""
        row = self._build(self, raw)
        self._check_text(row)
        return row

    def has(self, raw: Mapping[str, Any], role: str) -> bool:
        """Whether the row has something in the role's column."""
        value = raw.get(self.mapping.columns.get(role, ""))
        return value is not None and not (isinstance(value, str) and not value.strip()) and value != []

    def value(self, raw: Mapping[str, Any], role: str) -> Any:
        """What stands in the role's column; raises if nothing does."""
        column = self.mapping.columns.get(role)
        if column is None or column not in raw:
            raise RowFault(Reason.MISSING_FIELD, f"The field {column or role!r} is missing")
        value = raw[column]
        if value is None or value == [] or (isinstance(value, str) and not value.strip()):
            raise RowFault(Reason.EMPTY_FIELD, f"The field {column!r} is empty")
        return value

    def text(self, raw: Mapping[str, Any], role: str) -> str:
        """The role's column as a string."""
        value = self.value(raw, role)
        column = self.mapping.columns[role]
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool) and column in self._numeric:
            return str(value)
        raise RowFault(Reason.MIXED_TYPES, f"The field {column!r} must be a text, not {_kind(value)}")

    def text_or_messages(self, raw: Mapping[str, Any], role: str) -> Text:
        """The role's column as a string, or as messages where it holds a list of them."""
        value = self.value(raw, role)
        if isinstance(value, list) or as_message_list(value) is not None:
            return messages_in(value, f"The field {self.mapping.columns[role]!r}")
        return self.text(raw, role)

    def flag(self, raw: Mapping[str, Any], role: str) -> bool:
        """The role's column as true or false."""
        spelled = str(self.value(raw, role)).strip().lower()
        if spelled not in _TRUE | _FALSE:
            column = self.mapping.columns[role]
            raise RowFault(
                Reason.UNKNOWN_LABEL, f"The field {column!r} must be true or false, not {shorten(spelled, 30)!r}"
            )
        return spelled in _TRUE

    def label_text(self, raw: Mapping[str, Any]) -> str:
        """The label as it is written in rows."""
        value = self.value(raw, "label")
        if not isinstance(value, str | int | float | bool):
            raise RowFault(Reason.MIXED_TYPES, f"A label must be a text or a number, not {_kind(value)}")
        spelled = str(value).lower() if isinstance(value, bool) else str(value).strip()
        label = self.mapping.label_names.get(spelled, spelled)
        if self._labels and label not in self._labels:
            raise RowFault(Reason.UNKNOWN_LABEL, f"{shorten(label, 40)!r} is none of the {len(self._labels)} labels")
        return label

    def with_system(self, raw: Mapping[str, Any], prompt: Text) -> Text:
        """The prompt under the system instruction of its row or of the mapping, in messages if asked for."""
        system = self.text(raw, "system") if self.has(raw, "system") else self._system
        if isinstance(prompt, str) and not self.mapping.conversational:
            return f"{system}\n\n{prompt}" if system else prompt
        turns: list[Message] = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        if system and turns[0]["role"] != "system":
            return [{"role": "system", "content": system}, *turns]
        return turns

    def answer(self, completion: Text, prompt: Text) -> Text:
        """The completion in the shape of the prompt: both strings, or both messages."""
        if isinstance(prompt, str) and isinstance(completion, str):
            return completion
        if isinstance(prompt, str):
            raise RowFault(Reason.MIXED_TYPES, "The answer is a list of messages while the prompt is a text")
        return [{"role": "assistant", "content": completion}] if isinstance(completion, str) else completion

    def exchange(self, raw: Mapping[str, Any], prompt: Text, completion: Text) -> Row:
        """A prompt and its completion, their roles checked."""
        if isinstance(completion, list) and isinstance(prompt, str):
            prompt = [{"role": "user", "content": prompt}]
        asked = self.with_system(raw, prompt)
        answered = self.answer(completion, asked)
        check_prompt(asked)
        check_answer(answered, asked)
        return {"prompt": asked, "completion": answered}

    def _check_text(self, row: Row) -> None:
        """Refuse what no tokenizer or JSON file can hold, and rows past the limit."""
        length = 0
        for text in texts_in(row):
            length += len(text)
            if "\0" in text:
                raise RowFault(Reason.NUL_CHARACTER, "The text holds a NUL character")
            if not text.isascii() and not _is_encodable(text):
                raise RowFault(Reason.WRONG_ENCODING, "The text holds half a character (an unpaired surrogate)")
        if length > self._limits.max_row_chars:
            raise RowFault(
                Reason.TOO_LONG, f"The row has {length:,} characters; at most {self._limits.max_row_chars:,} are taken"
            )


def check_prompt(prompt: Text) -> None:
    """A conversational prompt is a dialogue that ends with the user (or a tool's answer)."""
    if isinstance(prompt, list):
        check_order(prompt, "The prompt")
        if prompt[-1]["role"] not in ("user", "tool"):
            raise RowFault(Reason.ROLE_ORDER, f"The prompt must end with user, not {prompt[-1]['role']}")


def check_answer(answer: Text, prompt: Text) -> None:
    """A conversational answer goes on where the prompt ends, and ends with the assistant."""
    if isinstance(answer, list):
        after = prompt[-1]["role"] if isinstance(prompt, list) else "user"
        check_order(answer, "The answer", after=after, last="assistant")


def texts_in(row: Mapping[str, Any]) -> list[str]:
    """Every text of a canonical row, system messages as well."""
    texts: list[str] = []
    for value in row.values():
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, list):
            texts += [message["content"] for message in value]
    return texts


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "an object"


def _messages(self: Canonical, raw: Mapping[str, Any]) -> Row:
    turns = self.with_system(raw, messages_in(self.value(raw, "messages"), "The conversation"))
    assert isinstance(turns, list)
    check_order(turns, "The conversation", last="assistant")
    return {"messages": turns}


def _alpaca(self: Canonical, raw: Mapping[str, Any]) -> Row:
    instruction = self.text(raw, "instruction")
    prompt = f"{instruction}\n\n{self.text(raw, 'input')}" if self.has(raw, "input") else instruction
    return self.exchange(raw, prompt, self.text(raw, "output"))


def _prompt_completion(self: Canonical, raw: Mapping[str, Any]) -> Row:
    return self.exchange(raw, self.text_or_messages(raw, "prompt"), self.text_or_messages(raw, "completion"))


def _question_answer(self: Canonical, raw: Mapping[str, Any]) -> Row:
    question = self.text_or_messages(raw, "question")
    if isinstance(question, str) and self.has(raw, "context"):
        question = f"{self.text(raw, 'context')}\n\n{question}"
    return self.exchange(raw, question, self.text_or_messages(raw, "answer"))


def _text_label(self: Canonical, raw: Mapping[str, Any]) -> Row:
    return self.exchange(raw, self.text(raw, "text"), self.label_text(raw))


def _kto(self: Canonical, raw: Mapping[str, Any]) -> Row:
    return {**_prompt_completion(self, raw), "label": self.flag(raw, "desirable")}


def _preference(self: Canonical, raw: Mapping[str, Any]) -> Row:
    chosen, rejected = self.text_or_messages(raw, "chosen"), self.text_or_messages(raw, "rejected")
    if isinstance(chosen, str) != isinstance(rejected, str):
        raise RowFault(Reason.MIXED_TYPES, "One answer is a text and the other a list of messages")
    if text_of(chosen).strip() == text_of(rejected).strip():
        raise RowFault(Reason.CHOSEN_EQUALS_REJECTED, "The chosen answer is the same as the rejected one")
    prompt = self.text_or_messages(raw, "prompt") if self.has(raw, "prompt") else ""
    if isinstance(chosen, list) and isinstance(rejected, list):
        shared = _shared_turns(chosen, rejected)
        chosen, rejected = chosen[len(shared) :], rejected[len(shared) :]
        prompt = shared or ([{"role": "user", "content": prompt}] if isinstance(prompt, str) and prompt else prompt)
    elif not prompt and isinstance(chosen, str) and isinstance(rejected, str):
        prompt = _shared_start(chosen, rejected)
        chosen, rejected = chosen[len(prompt) :], rejected[len(prompt) :]
    for name, answer in (("chosen", chosen), ("rejected", rejected)):
        if not answer or (isinstance(answer, str) and not answer.strip()):
            raise RowFault(Reason.EMPTY_FIELD, f"The {name} answer is empty behind the prompt that both share")
    if not prompt:
        return {"chosen": chosen, "rejected": rejected}
    asked = self.with_system(raw, prompt)
    row = {"prompt": asked, "chosen": self.answer(chosen, asked), "rejected": self.answer(rejected, asked)}
    check_prompt(asked)
    check_answer(row["chosen"], asked)
    check_answer(row["rejected"], asked)
    return row


def _shared_turns(chosen: list[Message], rejected: list[Message]) -> list[Message]:
    """The turns both conversations start with: the prompt that is written into them."""
    count = 0
    for one, other in zip(chosen, rejected, strict=False):
        if one != other:
            break
        count += 1
    while count and chosen[count - 1]["role"] == "assistant":
        count -= 1
    return chosen[:count]


def _shared_start(chosen: str, rejected: str) -> str:
    """The dialogue both texts start with, up to the last "Assistant:" that they share; empty if there is none."""
    apart = next((at for at, (one, other) in enumerate(zip(chosen, rejected, strict=False)) if one != other), None)
    shared = chosen[:apart] if apart is not None else min(chosen, rejected, key=len)
    at = shared.rfind("Assistant:")
    return shared[: at + len("Assistant:")] if at >= 0 else ""


def _prompt_only(self: Canonical, raw: Mapping[str, Any]) -> Row:
    prompt = self.with_system(raw, self.text_or_messages(raw, "prompt"))
    check_prompt(prompt)
    return {"prompt": prompt}


def _text(self: Canonical, raw: Mapping[str, Any]) -> Row:
    return {"text": self.text(raw, "text")}


BUILDERS: Mapping[Form, Callable[[Canonical, Mapping[str, Any]], Row]] = {
    Form.MESSAGES: _messages,
    Form.SHAREGPT: _messages,
    Form.PREFERENCE: _preference,
    Form.KTO: _kto,
    Form.ALPACA: _alpaca,
    Form.PROMPT_COMPLETION: _prompt_completion,
    Form.QUESTION_ANSWER: _question_answer,
    Form.TEXT_LABEL: _text_label,
    Form.PROMPT_ONLY: _prompt_only,
    Form.TEXT: _text,
}
