"""Normalised text, so that two rows that differ only in case, spacing or punctuation are seen to be the same.

NFKC, then casefold, then everything but letters and digits becomes one space. Operators in arithmetic stay:
"3 - 4" and "3 + 4" are different questions, while "ICD-10" and "ICD 10" are not.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from .messages import text_of

_ASCII_JUNK = {code: " " for code in range(128) if not chr(code).isalnum()}
_JUNK = re.compile(r"[\W_]+")
# An operator stands behind a number, a bracket or a one-letter name and before another (or its sign);
# a sign stands right before a number or a bracket and not behind a word.
_BEHIND = r"(?:(?<=[\d)])|(?<=[\d)] )|(?<=\b[^\W\d_])|(?<=\b[^\W\d_] ))"
_OPERATOR = rf"(?:{_BEHIND}[-+*/^<>=](?=\s*(?:[-+(.\d]|[^\W\d_]\b))|(?<![^\W_])[-+](?=\.?\d|\())"
_JUNK_BUT_OPERATORS = re.compile(rf"(?:(?!{_OPERATOR})[\W_])+")
# the space between a word and a sign stays: "is -5" is not a difference
_SPACE_AT_OPERATOR = re.compile(r"(?<=[-+*/^<>=]) |(?:(?<=\d)|(?<=\b[^\W\d_])) (?=[-+*/^<>=])")
_HAS_OPERATOR = re.compile(r"[-+*/^<>=]")


def normalised(text: str) -> str:
    """The text as it is compared."""
    is_ascii = text.isascii()
    text = (text if is_ascii else unicodedata.normalize("NFKC", text)).casefold()
    if _HAS_OPERATOR.search(text):
        return _with_operators(text)
    if is_ascii:  # the same as the pattern below in an eighth of its time
        return " ".join(text.translate(_ASCII_JUNK).split())
    return _JUNK.sub(" ", text).strip()


def _with_operators(text: str) -> str:
    """The text with its arithmetic. An operator whose right side turned out to be junk goes in the next pass."""
    for _ in range(len(text)):
        cleaned = _JUNK_BUT_OPERATORS.sub(" ", text).strip()
        if cleaned == text:
            break
        text = cleaned
    return _SPACE_AT_OPERATOR.sub("", text)


def digest_of(text: str) -> int:
    """64 bits of the text's BLAKE2b as a signed integer. Two of a million texts agree by chance once in 10^7 files."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def input_text(row: Mapping[str, Any]) -> str:
    """What a model is asked in a canonical row, without the system instruction: the part that may not leak."""
    if "prompt" in row:
        return text_of(row["prompt"])
    if "messages" in row:
        return text_of(row["messages"][:-1])
    if "text" in row:
        return str(row["text"])
    return f"{text_of(row['chosen'])}\n{text_of(row['rejected'])}"


def row_digests(row: Mapping[str, Any], scope: str = "") -> tuple[int, int]:
    """Digest of the normalised input, and of all the row's normalised content together with `scope`."""
    asked = normalised(input_text(row))
    rest = [_other(value) for name, value in row.items() if name not in ("prompt", "text", "messages")]
    if "messages" in row:
        rest = [text_of(row["messages"][-1:])]
    return digest_of(asked), digest_of("\x1f".join([scope, asked, *map(normalised, rest)]))


def _other(value: str | bool | Sequence[Any]) -> str:
    return str(value) if isinstance(value, bool) else text_of(value)
