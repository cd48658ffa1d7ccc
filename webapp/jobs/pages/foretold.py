"""What was foretold of a job, as its row keeps it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    """Time, memory and money; None where nothing could be foretold. `parts` are the seconds of what the time is made
    of, by name, in the order of the job."""

    seconds: Foretold | None
    memory_bytes: Foretold | None
    usd: Foretold | None
    parts: Mapping[str, float] = field(default_factory=dict)


def foretold(kept: Mapping[str, Any]) -> Prediction:
    """The prediction kept with a job; empty for a job without one."""
    parts = kept.get("parts")
    return Prediction(
        _one(kept.get("seconds")),
        _one(kept.get("peak_memory_bytes")),
        _one(kept.get("usd")),
        parts if isinstance(parts, Mapping) else {},
    )


PART_NAMES: Mapping[str, str] = {
    "start": "Start the process",
    "load": "Load the model, encode the rows",
    "train": "Train",
    "validate": "Validate, and answer samples",
    "answer": "Answer the held-out rows",
    "save": "Checkpoints, and saving",
}


def summed_parts(predictions: Iterable[Prediction]) -> list[tuple[str, float]]:
    """(what is done, seconds) over all these predictions, in the order of a job."""
    sums: dict[str, float] = {}
    for each in predictions:
        for name, seconds in each.parts.items():
            sums[name] = sums.get(name, 0.0) + seconds
    return [(told, sums[name]) for name, told in PART_NAMES.items() if name in sums]


def _one(kept: object) -> Foretold | None:
    if isinstance(kept, Mapping):
        value = number(kept.get("value"))
        return None if value is None else Foretold(value, number(kept.get("low")), number(kept.get("high")))
    value = number(kept)
    return None if value is None else Foretold(value, None, None)
