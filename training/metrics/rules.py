"""Rules by which a generated answer is judged, one function each.

A rule takes the predicted and the expected text and answers with a score from 0 to 1.
"""

import re
import unicodedata
from collections import Counter
from decimal import Decimal, InvalidOperation

import regex

from ..faults import BadSpec

PATTERN_SECONDS = 1.0
"""A person's pattern that takes longer on one answer is refused: it would take for ever on a thousand."""

_ARTICLES = frozenset({"a", "an", "the"})
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)?(?:\.\d+|(?<=\d)\.?)(?:[eE][-+]?\d{1,3})?")
_DASHES = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-"})


def normalise(text: str) -> str:
    """Compatible characters made equal, case folded, punctuation and English articles dropped, single spaces.

    A sign before a number and the point or comma inside one stay: -5 is not 5 and 3.5 is not 35.
    """
    text = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    kept = []
    for at, char in enumerate(text):
        if not unicodedata.category(char).startswith("P"):
            kept.append(char)
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        is_sign = char == "-" and after.isdigit() and not before.isalnum()
        is_point = char in ".," and before.isdigit() and after.isdigit()
        kept.append(char if is_sign or is_point else "" if char in "'’" else " ")
    return " ".join(word for word in "".join(kept).split() if word not in _ARTICLES)


def exact(predicted: str, expected: str) -> float:
    """1 if the texts are the same, white space at the ends aside."""
    return float(predicted.strip() == expected.strip())


def normalised(predicted: str, expected: str) -> float:
    """1 if the texts are the same after `normalise`. An expected text of punctuation only is compared exactly."""
    wanted = normalise(expected)
    return float(normalise(predicted) == wanted) if wanted else exact(predicted, expected)


def contains(predicted: str, expected: str) -> float:
    """1 if the expected words stand next to each other, whole, somewhere in the answer (both after `normalise`)."""
    wanted = normalise(expected)
    if not wanted:
        return float(expected.strip() in predicted)
    return float(f" {wanted} " in f" {normalise(predicted)} ")


def numeric(predicted: str, expected: str, tolerance: float = 1e-6) -> float:
    """1 if the last number of the answer equals the last number of the expected text.

    Equal: |difference| <= tolerance * the larger magnitude. Thousands commas, signs, decimals and exponents
    are read; a text without a number is wrong.
    """
    left, right = last_number(predicted), last_number(expected)
    if left is None or right is None:
        return 0.0
    return float(abs(left - right) <= Decimal(tolerance) * max(abs(left), abs(right)))


def last_number(text: str) -> Decimal | None:
    """The last number that stands in the text."""
    found = [
        match.group() for match in _NUMBER.finditer(text.translate(_DASHES)) if any(map(str.isdigit, match.group()))
    ]
    if not found:
        return None
    try:
        return Decimal(found[-1].replace(",", "").rstrip("."))
    except InvalidOperation:
        return None


def f1(predicted: str, expected: str) -> float:
    """Harmonic mean of word precision and recall after `normalise`, words counted as often as they stand.

    Source: P. Rajpurkar et al., SQuAD, EMNLP 2016, section 6.1. Two texts without words agree.
    """
    left, right = normalise(predicted).split(), normalise(expected).split()
    if not left or not right:
        return float(left == right)
    common = (Counter(left) & Counter(right)).total()
    return 2 * common / (len(left) + len(right))


class PatternRule:
    """1 if what the pattern finds first in the answer (its first group, else the whole match) is the expected text.

    Raises `BadSpec` for a pattern that cannot be read, and for one that takes more than a second on an answer.
    """

    def __init__(self, pattern: str) -> None:
        try:
            self._pattern = regex.compile(pattern)
        except regex.error as error:
            raise BadSpec("The pattern cannot be read", why=str(error), remedy="Correct pattern.") from error

    def find(self, predicted: str) -> str | None:
        """The answer that the pattern takes out of the text, None if it finds nothing."""
        try:
            match = self._pattern.search(predicted, timeout=PATTERN_SECONDS)
        except TimeoutError as error:
            raise BadSpec(
                f"The pattern takes more than {PATTERN_SECONDS:g} s on one answer",
                why="Repeats inside repeats make a search explode.",
                remedy="Write pattern without a repeat inside a repeat.",
            ) from error
        if match is None:
            return None
        found = match.group(1) if self._pattern.groups else match.group()
        return None if found is None else str(found).strip()

    def __call__(self, predicted: str, expected: str) -> float:
        return float(self.find(predicted) == expected.strip())
