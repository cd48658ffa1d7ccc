"""The names people give to columns, by the role the column plays. Compared without case, spaces and marks."""

import re
from collections.abc import Mapping

SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "messages": ("messages", "conversations", "conversation", "dialog", "dialogue", "chat", "turns"),
    "system": ("system", "system_prompt", "system_message", "system_instruction"),
    "prompt": (
        "prompt", "prompts", "user_prompt", "input_prompt", "source", "user", "human", "question", "instruction",
        "query", "input",
    ),
    "completion": ("completion", "completions", "response", "responses", "target", "assistant", "generation", "reply"),
    "instruction": ("instruction", "instructions", "task"),
    "input": ("input", "inputs", "context"),
    "output": ("output", "outputs", "response", "completion", "answer"),
    "question": ("question", "questions", "query", "problem", "q", "frage", "input", "front"),
    "answer": (
        "answer", "answers", "final_answer", "best_answer", "solution", "a", "reply", "response", "output", "back",
        "antwort",
    ),
    "context": ("context", "passage", "paragraph", "background"),
    "chosen": ("chosen", "preferred", "chosen_response", "response_chosen", "accepted", "winner", "good", "response_j"),
    "rejected": (
        "rejected", "dispreferred", "rejected_response", "response_rejected", "loser", "bad", "response_k",
        "non_preferred",
    ),
    "desirable": ("label", "labels", "desirable", "is_good", "good", "thumbs_up", "feedback", "accepted", "rating"),
    "text": (
        "text", "content", "document", "sentence", "body", "passage", "article", "description", "review", "comment",
        "note", "title", "diagnosis", "input",
    ),
    "label": (
        "label", "labels", "category", "class", "target", "intent", "topic", "sentiment", "tag", "department", "code",
        "chapter",
    ),
    "split": ("split", "subset", "fold", "partition"),
    "group": ("group", "group_id", "patient_id", "customer_id", "user_id", "document_id", "doc_id", "session_id"),
}  # fmt: skip

_MARKS = re.compile(r"[\W_]+")
_KNOWN = {_MARKS.sub("", name) for names in SPELLINGS.values() for name in names}


def squeezed(name: str) -> str:
    """A column's name as it is compared: no case, spaces or marks."""
    return _MARKS.sub("", name.casefold())


def is_known_column(name: str) -> bool:
    """Whether the name is one that a form knows."""
    return squeezed(name) in _KNOWN


def columns_for(role: str, columns: list[str]) -> list[str]:
    """The columns that may play `role`, the likeliest first."""
    wanted = [squeezed(name) for name in SPELLINGS[role]]
    found = [(wanted.index(squeezed(column)), column) for column in columns if squeezed(column) in wanted]
    return [column for _, column in sorted(found, key=lambda pair: pair[0])]
