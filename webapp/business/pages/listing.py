"""A scenario as a line of a list, and its outcome in words. Everything stands in the stored outcome."""

from dataclasses import dataclass
from typing import Any

from webapp.ui import formats

from ..models import Scenario
from ..services import figures

NEVER = "never within the horizon"


@dataclass(frozen=True)
class Listed:
    """One line: the scenario, and the figures of the option that is most worth."""

    scenario: Scenario
    option_name: str
    currency: str
    npv: float | None
    low: float | None
    high: float | None
    p_npv_positive: float | None
    payback: str

    @property
    def label(self) -> str:
        """For plots."""
        return self.scenario.name


def listed(scenario: Scenario) -> Listed:
    """A line of the list. No query."""
    found = figures(scenario)
    band: dict[str, Any] = scenario.latest_outcome.get("options", {}).get(found["option"], {})
    return Listed(
        scenario=scenario,
        option_name=found["option_name"],
        currency=found["currency"],
        npv=found["npv"],
        low=band.get("npv_low"),
        high=band.get("npv_high"),
        p_npv_positive=found["p_npv_positive"],
        payback=months(found["payback_months"]),
    )


def months(value: float | None) -> str:
    """A payback as a person says it."""
    return NEVER if value is None else f"{formats.sig(value, 2)} months"
