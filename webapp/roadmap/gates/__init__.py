"""Gates: predicates over measurements, scenarios, counts and reviews. Pure: plain figures in, verdicts out."""

from .combine import Standing, combined
from .criteria import KINDS, Criterion, CriterionFaults, CriterionKind, Level, parse_criterion
from .evidence import Figure, Finding, Verdict, current
from .judge import judge

__all__ = [
    "KINDS",
    "Criterion",
    "CriterionFaults",
    "CriterionKind",
    "Figure",
    "Finding",
    "Level",
    "Standing",
    "Verdict",
    "combined",
    "current",
    "judge",
    "parse_criterion",
]
