"""The sizes of paper that can be asked for, and the usual one where money is in a currency."""

from collections.abc import Mapping
from typing import Literal, cast

Size = Literal["a4", "letter"]
SIZES: Mapping[Size, str] = {"a4": "A4", "letter": "Letter"}


def usual(currency: str) -> Size:
    """Letter in the United States, else A4."""
    return "letter" if currency == "USD" else "a4"


def other(size: Size) -> Size:
    """The one that is not this."""
    return "a4" if size == "letter" else "letter"


def chosen(asked: str, *, currency: str) -> Size:
    """The size that was asked for by its name, else the usual one."""
    return cast("Size", asked) if asked in SIZES else usual(currency)
