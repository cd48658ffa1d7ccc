"""Message lists: OpenAI's role and content, ShareGPT's from and value, and the order in which roles may stand."""

from collections.abc import Sequence
from typing import Any, TypedDict

from .jsonio import parse_value
from .limits import DEFAULT_LIMITS
from .report import Reason, RowFault, shorten


class Message(TypedDict):
    """One turn. `role` is system, user, assistant or tool."""

    role: str
    content: str


ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
}
_MAY_FOLLOW = {
    "": {"system", "user"},
    "system": {"user"},
    "user": {"assistant"},
    "assistant": {"user", "tool"},
    "tool": {"assistant", "tool"},
}
_ROLE_KEYS, _CONTENT_KEYS = ("role", "from"), ("content", "value")


def as_message_list(value: Any) -> list[Any] | None:
    """The list of messages that `value` is or (in a CSV cell) spells as JSON; None if it is neither."""
    if isinstance(value, str) and value.lstrip()[:1] == "[" and len(value) < DEFAULT_LIMITS.max_line_bytes:
        try:
            value = parse_value(value, value.encode(), DEFAULT_LIMITS)
        except (RowFault, UnicodeEncodeError):
            return None
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return None
    has_role = any(key in value[0] for key in _ROLE_KEYS)
    return value if has_role and any(key in value[0] for key in _CONTENT_KEYS) else None


def is_sharegpt_list(value: Any) -> bool:
    """Whether the turns are ShareGPT's."""
    turns = as_message_list(value)
    return turns is not None and "from" in turns[0]


def messages_in(value: Any, where: str) -> list[Message]:
    """The messages in `value`, roles spelled as trl spells them; raises `RowFault`. Order is not looked at."""
    turns = as_message_list(value)
    if turns is None:
        raise RowFault(Reason.MIXED_TYPES, f"{where} must be a list of messages")
    return [_message(turn, f"{where}, message {place}") for place, turn in enumerate(turns, 1)]


def _message(turn: Any, where: str) -> Message:
    if not isinstance(turn, dict):
        raise RowFault(Reason.MIXED_TYPES, f"{where} must be an object with role and content")
    spoken = next((turn[key] for key in _ROLE_KEYS if key in turn), None)
    content = next((turn[key] for key in _CONTENT_KEYS if key in turn), None)
    if spoken is None:
        raise RowFault(Reason.MISSING_FIELD, f"{where} has no role")
    role = ROLES.get(str(spoken).strip().lower())
    if role is None:
        raise RowFault(Reason.UNKNOWN_ROLE, f"{where} has the unknown role {shorten(str(spoken), 30)!r}")
    if isinstance(content, list):
        content = _joined_parts(content, where)
    if content is None:
        raise RowFault(Reason.MISSING_FIELD, f"{where} has no content")
    if not isinstance(content, str):
        raise RowFault(Reason.MIXED_TYPES, f"{where} has content that is not text")
    if not content.strip():
        raise RowFault(Reason.EMPTY_FIELD, f"{where} is empty")
    return {"role": role, "content": content}


def _joined_parts(parts: list[Any], where: str) -> str:
    """OpenAI's content parts as one text."""
    texts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in parts]
    if any(not isinstance(text, str) for text in texts):
        raise RowFault(Reason.MIXED_TYPES, f"{where} holds something other than text (an image or a tool call)")
    return "\n".join(text for text in texts if isinstance(text, str))


def check_order(messages: Sequence[Message], where: str, *, after: str = "", last: str | None = None) -> None:
    """Raise `RowFault` unless roles follow each other as in a dialogue.

    `after` is the role that came before the first message; `last` the role that must end the list.
    """
    before = after
    for place, message in enumerate(messages, 1):
        role = message["role"]
        if role not in _MAY_FOLLOW[before]:
            came = f"after {before}" if before else "first"
            raise RowFault(Reason.ROLE_ORDER, f"{where}, message {place}: {role} cannot come {came}")
        before = role
    if last and before != last:
        raise RowFault(Reason.ROLE_ORDER, f"{where} must end with {last}, not {before or 'nothing'}")


def text_of(value: str | Sequence[Message]) -> str:
    """The words of a string or of all messages but the system's."""
    if isinstance(value, str):
        return value
    return "\n".join(message["content"] for message in value if message["role"] != "system")
