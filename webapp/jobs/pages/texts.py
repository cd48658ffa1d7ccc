"""How much of a row's text a page shows."""

from collections.abc import Iterable, Mapping
from typing import Any

SHOWN_CHARACTERS = 400


def is_cut(rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any text of these rows is longer than what is shown of it."""
    return any(isinstance(value, str) and len(value) > SHOWN_CHARACTERS for row in rows for value in row.values())
