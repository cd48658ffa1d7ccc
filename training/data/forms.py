"""The forms in which people bring rows, how each is recognised, and the column mapping proposed for it.

`FORMS` is the registry: a form is one entry here (roles, type) and one builder in `canonical.BUILDERS`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from .messages import as_message_list, is_sharegpt_list
from .spellings import columns_for

MAX_LISTED_LABELS = 200
LABELS_INSTRUCTION = "Answer with one of these labels and nothing else: {labels}."


class Form(StrEnum):
    """The closed list of forms."""

    MESSAGES = "messages"
    SHAREGPT = "sharegpt"
    PREFERENCE = "chosen_rejected"
    KTO = "kto"
    ALPACA = "alpaca"
    PROMPT_COMPLETION = "prompt_completion"
    QUESTION_ANSWER = "question_answer"
    TEXT_LABEL = "text_label"
    PROMPT_ONLY = "prompt_only"
    TEXT = "text"


class RowType(StrEnum):
    """The types of canonical rows, as trl names its dataset types."""

    PROMPT_COMPLETION = "prompt_completion"
    LANGUAGE_MODELING = "language_modeling"
    PREFERENCE = "preference"
    UNPAIRED_PREFERENCE = "unpaired_preference"
    PROMPT_ONLY = "prompt_only"


@dataclass(frozen=True)
class Role:
    """A part that a column plays in a form."""

    name: str
    title: str
    holds: str = "text"
    """`text` (or message list), `messages`, `flag` (true or false) or `label`."""
    required: bool = True


@dataclass(frozen=True)
class FormInfo:
    """What a form is made of. Forms are tried in the order of the registry: the most telling columns first."""

    form: Form
    title: str
    summary: str
    row_type: RowType
    roles: tuple[Role, ...]
    example: Mapping[str, Any]


_SYSTEM = Role("system", "System instruction", required=False)
_CHAT = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]

FORMS: Mapping[Form, FormInfo] = {
    info.form: info
    for info in (
        FormInfo(
            Form.PREFERENCE,
            "Chosen and rejected",
            "Two answers to one prompt, of which one is preferred. The prompt may stand in both answers instead.",
            RowType.PREFERENCE,
            (Role("prompt", "Prompt", required=False), Role("chosen", "Chosen"), Role("rejected", "Rejected"), _SYSTEM),
            {"prompt": "Capital of France?", "chosen": "Paris", "rejected": "Lyon"},
        ),
        FormInfo(
            Form.MESSAGES,
            "OpenAI messages",
            "A list of messages, each with role and content.",
            RowType.LANGUAGE_MODELING,
            (Role("messages", "Messages", "messages"), _SYSTEM),
            {"messages": _CHAT},
        ),
        FormInfo(
            Form.SHAREGPT,
            "ShareGPT",
            "A list of turns, each with from (human or gpt) and value.",
            RowType.LANGUAGE_MODELING,
            (Role("messages", "Turns", "messages"), _SYSTEM),
            {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]},
        ),
        FormInfo(
            Form.KTO,
            "Answer with thumbs up or down (KTO)",
            "A prompt, one answer, and whether the answer is good.",
            RowType.UNPAIRED_PREFERENCE,
            (Role("prompt", "Prompt"), Role("completion", "Answer"), Role("desirable", "Good answer", "flag"), _SYSTEM),
            {"prompt": "Capital of France?", "completion": "Paris", "label": True},
        ),
        FormInfo(
            Form.ALPACA,
            "Alpaca",
            "An instruction, an optional input to it, and the output.",
            RowType.PROMPT_COMPLETION,
            (
                Role("instruction", "Instruction"),
                Role("input", "Input", required=False),
                Role("output", "Output"),
                _SYSTEM,
            ),
            {"instruction": "Translate to French", "input": "Good morning", "output": "Bonjour"},
        ),
        FormInfo(
            Form.PROMPT_COMPLETION,
            "Prompt and completion",
            "A prompt and the text that should follow it.",
            RowType.PROMPT_COMPLETION,
            (Role("prompt", "Prompt"), Role("completion", "Completion"), _SYSTEM),
            {"prompt": "Capital of France?", "completion": "Paris"},
        ),
        FormInfo(
            Form.QUESTION_ANSWER,
            "Question and answer",
            "A question and its answer.",
            RowType.PROMPT_COMPLETION,
            (
                Role("question", "Question"),
                Role("answer", "Answer"),
                Role("context", "Context", required=False),
                _SYSTEM,
            ),
            {"question": "Capital of France?", "answer": "Paris"},
        ),
        FormInfo(
            Form.TEXT_LABEL,
            "Text with label",
            "A text and the class it belongs to.",
            RowType.PROMPT_COMPLETION,
            (Role("text", "Text"), Role("label", "Label", "label")),
            {"text": "The delivery was late", "label": "complaint"},
        ),
        FormInfo(
            Form.PROMPT_ONLY,
            "Prompts only",
            "Prompts that a model is to answer.",
            RowType.PROMPT_ONLY,
            (Role("prompt", "Prompt"), _SYSTEM),
            {"prompt": "Capital of France?"},
        ),
        FormInfo(
            Form.TEXT,
            "Plain text",
            "Text to go on training a language model with.",
            RowType.LANGUAGE_MODELING,
            (Role("text", "Text"),),
            {"text": "Paris is the capital of France."},
        ),
    )
}


class ColumnMapping(BaseModel):
    """Which column plays which role, and how rows are written; proposed by `propose` and open to change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Form
    columns: dict[str, str] = Field(description="Role to column name.")
    conversational: bool = Field(False, description="Write prompts and answers as messages rather than strings.")
    system: str = Field(
        "", max_length=20_000, description="System instruction before each prompt; {labels} lists them."
    )
    labels: list[str] = Field(default_factory=list, max_length=10_000, description="Allowed labels; empty allows all.")
    label_names: dict[str, str] = Field(default_factory=dict, description="Label in the file to label in the row.")

    @property
    def row_type(self) -> RowType:
        """The type of the canonical rows."""
        return FORMS[self.form].row_type

    def faults(self, columns: Sequence[str]) -> list[str]:
        """What is wrong with this mapping for a file of these columns, in words; empty if nothing is."""
        roles = {role.name: role for role in FORMS[self.form].roles}
        wrong = [f"{FORMS[self.form].title} has no role {name!r}" for name in self.columns if name not in roles]
        wrong += [
            f"{role.title} needs a column" for role in roles.values() if role.required and role.name not in self.columns
        ]
        wrong += [f"There is no column {name!r}" for name in self.columns.values() if name not in columns]
        return wrong


def propose(rows: Sequence[Mapping[str, Any]]) -> ColumnMapping | None:
    """The mapping that the first rows suggest, by column names and by what the columns hold; None if none fits."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    for info in FORMS.values():
        chosen = _assign(info, columns, rows)
        if chosen is not None:
            return _with_settings(info.form, chosen, rows)
    return _by_content(columns, rows)


def _assign(info: FormInfo, columns: list[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, str] | None:
    """A column for each role of the form, or None if a required role has none."""
    chosen: dict[str, str] = {}
    for role in sorted(info.roles, key=lambda role: not role.required):
        is_turns = info.form is Form.SHAREGPT and role.holds == "messages"
        fits = _FITS["sharegpt" if is_turns else role.holds]
        free = [column for column in columns_for(role.name, columns) if column not in chosen.values()]
        found = next((column for column in free if fits(_values(rows, column))), None)
        if found is None and role.required:  # a column that is empty throughout is a fault of its rows, not of the form
            found = next((column for column in free if not _values(rows, column)), None)
        if found is not None:
            chosen[role.name] = found
        elif role.required:
            return None
    return chosen


def _with_settings(form: Form, columns: dict[str, str], rows: Sequence[Mapping[str, Any]]) -> ColumnMapping:
    if form is not Form.TEXT_LABEL:
        return ColumnMapping(form=form, columns=columns)
    labels = {str(value).strip() for value in _values(rows, columns["label"])}
    return with_labels(ColumnMapping(form=form, columns=columns, conversational=True), labels)


def with_labels(mapping: ColumnMapping, labels: Iterable[str] | None) -> ColumnMapping:
    """The mapping with the labels found and an instruction that lists them, unless they are too many (None)."""
    listed = sorted(set(labels)) if labels is not None else []
    if not 0 < len(listed) <= MAX_LISTED_LABELS:
        return mapping.model_copy(update={"labels": [], "system": ""})
    return mapping.model_copy(update={"labels": listed, "system": LABELS_INSTRUCTION})


def _by_content(columns: list[str], rows: Sequence[Mapping[str, Any]]) -> ColumnMapping | None:
    """No column has a known name: one text column is text; of two, few different values make the second a label."""
    texts = [column for column in columns if _is_text(_values(rows, column))]
    if len(texts) == 1 and len(columns) == 1:
        return ColumnMapping(form=Form.TEXT, columns={"text": texts[0]})
    if len(texts) != 2:
        return None
    first, second = texts
    values = _values(rows, second)
    if len(values) >= 8 and len({str(value) for value in values}) <= len(values) // 4:
        return _with_settings(Form.TEXT_LABEL, {"text": first, "label": second}, rows)
    return ColumnMapping(form=Form.PROMPT_COMPLETION, columns={"prompt": first, "completion": second})


def _values(rows: Sequence[Mapping[str, Any]], column: str) -> list[Any]:
    return [row[column] for row in rows if row.get(column) not in (None, "")]


def _mostly(test: Callable[[Any], bool]) -> Callable[[list[Any]], bool]:
    return lambda values: bool(values) and sum(map(test, values)) * 2 > len(values)


_FLAGS = {"true", "false", "yes", "no", "0", "1", "good", "bad", "up", "down", "1.0", "0.0", "desirable", "undesirable"}


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool) or str(value).strip().lower() in _FLAGS


_is_text = _mostly(lambda value: isinstance(value, str | int | float) or as_message_list(value) is not None)

_FITS: Mapping[str, Callable[[list[Any]], bool]] = {
    "text": _is_text,
    "messages": _mostly(lambda value: as_message_list(value) is not None and not is_sharegpt_list(value)),
    "sharegpt": _mostly(is_sharegpt_list),
    "flag": lambda values: bool(values) and all(map(_is_flag, values)),
    "label": _mostly(lambda value: isinstance(value, str | int | bool) and len(str(value)) <= 200),
}
