"""The plan that a project starts from: three phases and their usual milestones, with gates that evidence opens.

Dates count from `DAY_ZERO`; whoever starts a roadmap says when it begins.
"""

from ..exchange.document import PlanDocument, parse_document
from .deployment import DEPLOYMENT
from .foundation import FOUNDATION
from .parts import DAY_ZERO
from .reasoning import REASONING

__all__ = ["DAY_ZERO", "NAME", "PHASES", "SUMMARY", "standard_plan"]

NAME = "Three phases"
SUMMARY = "Foundation and alignment, advanced reasoning and optimisation, scalable deployment and improvement."

PHASES = (
    (
        "Foundation & alignment",
        "A model that answers as the task asks, safely, and an agreed way to measure that.",
    ),
    (
        "Advanced reasoning & optimisation",
        "More right answers from the same model: preferences, and compute where it pays.",
    ),
    (
        "Scalable deployment & continuous improvement",
        "The same quality at the price and speed of everyday use, and kept so.",
    ),
)

_LINKS: tuple[tuple[str, str, str, int], ...] = (
    ("data-agreed", "baseline", "FS", 0),
    ("baseline", "fine-tuned", "FS", 0),
    ("baseline", "human-feedback", "FS", 0),
    ("human-feedback", "reward-model", "FS", 0),
    ("fine-tuned", "ethics", "SS", 7),
    ("reward-model", "preference", "FS", 0),
    ("fine-tuned", "preference", "FS", 0),
    ("ethics", "preference", "FS", 0),
    ("preference", "rlaif", "SS", 7),
    ("preference", "test-time", "FS", 0),
    ("test-time", "adaptive", "FS", 0),
    ("test-time", "cost-per-correct", "FS", 0),
    ("adaptive", "distilled", "FS", 0),
    ("cost-per-correct", "distilled", "FS", 0),
    ("distilled", "served", "FS", 0),
    ("served", "monitoring", "SS", 7),
    ("served", "ab-test", "FS", 0),
    ("monitoring", "feedback-loop", "FS", 0),
    ("ab-test", "feedback-loop", "SS", 14),
    ("feedback-loop", "cadence", "FS", 0),
)


def standard_plan() -> PlanDocument:
    """The document, beginning on `DAY_ZERO`."""
    return parse_document(
        {
            "phases": [{"name": name, "aim": aim, "gate": {}} for name, aim in PHASES],
            "milestones": [*FOUNDATION, *REASONING, *DEPLOYMENT],
            "links": [
                {"before": before, "after": after, "kind": kind, "lag_days": lag} for before, after, kind, lag in _LINKS
            ],
        }
    )
