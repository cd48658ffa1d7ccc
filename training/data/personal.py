"""Personal data in texts: found by form and checksum, told masked, and replaced where asked for.

Each pattern is linear in the text: no part of it can match the same characters in two ways.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .canonical import Row, texts_in

MAX_EXAMPLES = 5


class Kind(StrEnum):
    """What is looked for; the value stands in a masked text as [EMAIL] and so on."""

    EMAIL = "email"
    IBAN = "iban"
    CARD = "card"
    SSN = "ssn"
    PHONE = "phone"
    ACCOUNT = "account"


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def passes_luhn(number: str) -> bool:
    """Whether a card number's check digit fits (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(_digits(number))):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def passes_iban(text: str) -> bool:
    """Whether the check digits of an IBAN fit (ISO 13616: the rearranged number is 1 modulo 97)."""
    compact = re.sub(r"[ -]", "", text).upper()
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    digits = _digits(text)
    known_start = digits[0] in "3456" or digits[:2] in ("22", "23", "24", "25", "26", "27")
    return 13 <= len(digits) <= 19 and known_start and len(set(digits)) > 1 and passes_luhn(digits)


def _is_ssn(text: str) -> bool:
    """US social security numbers never start with 000, 666 or 9, and no part is all zeros."""
    area, group, serial = re.split(r"[- ]", text)
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def _is_phone(text: str) -> bool:
    return 9 <= len(_digits(text)) <= 15


@dataclass(frozen=True)
class Pattern:
    """How a kind is found; `holds` is the checksum. The first pattern is that of e-mail addresses."""

    kind: Kind
    regex: re.Pattern[str]
    holds: Callable[[str], bool]


# every kind but e-mail holds at least seven characters of digits and what stands between digits
_NUMBER_LIKE = re.compile(r"\d[\d ().-]{5,}\d")
_EMAIL = r"(?<![\w.+%-])[A-Za-z0-9_.+%-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"
_IBAN = r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b"
_CARD = r"(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d-]|[.,]\d)"
_SSN = r"(?<![\d-])\d{3}([- ])\d{2}\1\d{4}(?![\d-])"
# international (+ and 8 to 15 digits in groups), or the North American 3-3-4 with its marks,
# where area and exchange never start with 0 or 1
_PHONE = (
    r"(?<![\w.+-])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}"
    r"|\([2-9]\d{2}\) ?[2-9]\d{2}[ .-]\d{4}|[2-9]\d{2}([.-])[2-9]\d{2}\1\d{4})(?![\w-]|[.]\d)"
)
_ACCOUNT = (
    r"(?i:\b(?:account|acct|a/c|routing|konto|mrn|medical record)(?: (?:no|number|nr|id))?[.:# ]{1,3})\d[\d-]{5,18}\d\b"
)

PATTERNS = (
    Pattern(Kind.EMAIL, re.compile(_EMAIL), lambda _: True),
    Pattern(Kind.IBAN, re.compile(_IBAN), passes_iban),
    Pattern(Kind.CARD, re.compile(_CARD), _is_card),
    Pattern(Kind.SSN, re.compile(_SSN), _is_ssn),
    Pattern(Kind.PHONE, re.compile(_PHONE), _is_phone),
    Pattern(Kind.ACCOUNT, re.compile(_ACCOUNT), lambda _: True),
)


def mask(text: str) -> str:
    """The text with each find replaced by its kind: [EMAIL], [IBAN], [CARD], [SSN], [PHONE], [ACCOUNT]."""
    return _masked(text, lambda kind, found: None)


def mask_row(row: Row) -> Row:
    """A canonical row with every text masked."""
    return {name: _mask_value(value) for name, value in row.items()}


def _mask_value(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [{**message, "content": mask(message["content"])} for message in value]
    return value


def _masked(text: str, tell: Callable[[Kind, str], object]) -> str:
    patterns = PATTERNS if _NUMBER_LIKE.search(text) else PATTERNS[:1] if "@" in text else ()
    for pattern in patterns:

        def replace(match: re.Match[str], pattern: Pattern = pattern) -> str:
            if not pattern.holds(match.group()):
                return match.group()
            tell(pattern.kind, match.group())
            return f"[{pattern.kind.name}]"

        text = pattern.regex.sub(replace, text)
    return text


class PersonalData:
    """Counts finds by kind and keeps a few examples of each, themselves masked."""

    def __init__(self) -> None:
        self.counts: Counter[Kind] = Counter()
        self.rows = 0
        self._examples: dict[Kind, list[dict[str, Any]]] = {}

    def add(self, line: int, row: Mapping[str, Any]) -> None:
        """Look through one canonical row."""
        before = self.total
        for text in texts_in(row):
            _masked(text, lambda kind, found: self._tell(kind, found, line))
        self.rows += self.total > before

    @property
    def total(self) -> int:
        """All finds."""
        return sum(self.counts.values())

    def summary(self) -> str:
        """For people: "3 email, 1 card"."""
        return ", ".join(f"{count:,} {kind.value}" for kind, count in self.counts.most_common())

    def to_json(self) -> dict[str, Any]:
        """`total`, `rows` that hold any, `kinds`: count and masked examples with their line."""
        kinds = {
            kind.value: {"count": count, "examples": self._examples[kind]} for kind, count in self.counts.most_common()
        }
        return {"total": self.total, "rows": self.rows, "kinds": kinds}

    def _tell(self, kind: Kind, found: str, line: int) -> None:
        self.counts[kind] += 1
        examples = self._examples.setdefault(kind, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append({"line": line, "shown": starred(found)})


def starred(found: str) -> str:
    """The find with all but its first and last two letters and digits hidden, so that a report leaks nothing."""
    places = [place for place, char in enumerate(found) if char.isalnum()]
    shown = {*places[:1], *places[-2:]} if len(places) > 6 else set(places[:1])
    return "".join(char if place in shown or not char.isalnum() else "*" for place, char in enumerate(found))
