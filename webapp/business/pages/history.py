"""A stored version as the history shows it."""

from dataclasses import dataclass
from typing import Any

from webapp.ui import formats

from ..models import ScenarioVersion

CANNOT_BE_TOLD = "not alone"
"""A change whose effect is only that of the whole version, such as an option more."""


@dataclass(frozen=True)
class ShownVersion:
    """One version: who, when, why, its changes, and its expected NPV."""

    version: ScenarioVersion
    changes: list[dict[str, Any]]
    currency: str
    npv: float | None
    option_name: str

    @property
    def number_text(self) -> str:
        """For labels."""
        return str(self.version.number)


def shown_version(version: ScenarioVersion) -> ShownVersion:
    """What a line of the history shows. No query."""
    outcome: dict[str, Any] = version.outcome
    best: dict[str, Any] = outcome.get("options", {}).get(outcome.get("best"), {})
    currency = str(outcome.get("currency", "USD"))
    return ShownVersion(
        version=version,
        changes=[{**change, "effect_text": effect_text(change, currency)} for change in version.changes],
        currency=currency,
        npv=best.get("npv"),
        option_name=str(best.get("name", "")),
    )


def effect_text(change: dict[str, Any], currency: str) -> str:
    """What a change did to NPV, with its sign; of an option more or less, what it did to the best one's."""
    effect = change.get("effect")
    if effect is None:
        return CANNOT_BE_TOLD
    of_best = bool(change.get("of_best"))
    if abs(effect) < 0.005:
        return "nothing: another is the best" if of_best else "nothing"
    shown = ("+" if effect > 0 else "") + formats.money(effect, currency, short=True)
    return f"{shown} for the best" if of_best else shown
