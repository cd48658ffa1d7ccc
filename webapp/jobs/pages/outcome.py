"""What a study found, from the outcome stored with it."""

from dataclasses import dataclass
from typing import Any

from ..models import Study


@dataclass(frozen=True)
class Outcome:
    """The result as the page shows it."""

    headline: str


def outcome(study: Study) -> Outcome | None:
    """The result of a study; None before its last job has ended."""
    kept: dict[str, Any] = study.outcome
    return Outcome(str(kept.get("headline", ""))) if kept else None
