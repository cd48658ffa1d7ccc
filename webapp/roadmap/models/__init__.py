"""A project's roadmap: its plan, its gates, and what people say about it."""

from .gates import Choice, Decision, Gate, GateCriterion, GateState, Review, Waiver
from .plan import Baseline, Change, Dependency, LinkType, Milestone, Phase, PlanTemplate, Roadmap
from .talk import Attachment, Comment, Mention

__all__ = [
    "Attachment",
    "Baseline",
    "Change",
    "Choice",
    "Comment",
    "Decision",
    "Dependency",
    "Gate",
    "GateCriterion",
    "GateState",
    "LinkType",
    "Mention",
    "Milestone",
    "Phase",
    "PlanTemplate",
    "Review",
    "Roadmap",
    "Waiver",
]
