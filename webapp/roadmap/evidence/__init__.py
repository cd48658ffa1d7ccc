"""Where figures come from: the project's measurements, scenarios, counts and signatures, as the gates judge them.

One source a kind of criterion: each takes the evidence at hand and a criterion, and gives the figure that counts.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..gates import Figure
from .counts import counted
from .hand import Hand
from .measurements import measured
from .reviews import signed
from .scenarios import of_scenario

SOURCES: Mapping[str, Callable[[Hand, Any, Any], Figure | None]] = {
    "measurement": measured,
    "scenario": of_scenario,
    "count": counted,
    "review": signed,
}
"""By kind: (hand, typed criterion, its row) to the figure that counts."""

__all__ = ["SOURCES", "Hand"]
