"""What was foretold of a job, as its row keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.ui.formats import number


@dataclass(frozen=True)
class Foretold:
    """A predicted number with its range."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Prediction:
    """Time, memory and money; None where nothing could be foretold."""

    seconds: Foretold | None
    memory_bytes: Foretold | None
    usd: Foretold | None


def foretold(kept: Mapping[str, Any]) -> Prediction:
    """The prediction kept with a job; empty for a job without one."""
    return Prediction(_one(kept.get("seconds")), _one(kept.get("peak_memory_bytes")), _one(kept.get("usd")))


def _one(kept: object) -> Foretold | None:
    if isinstance(kept, Mapping):
        value = number(kept.get("value"))
        return None if value is None else Foretold(value, number(kept.get("low")), number(kept.get("high")))
    value = number(kept)
    return None if value is None else Foretold(value, None, None)
