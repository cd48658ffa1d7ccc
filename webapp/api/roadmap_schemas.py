"""What goes into and comes out of the calls on a roadmap."""

from datetime import date, datetime
from typing import Any, Literal, Self

from ninja import Schema
from pydantic import Field

from webapp.roadmap.pages.board import Board, Card, PhaseView
from webapp.roadmap.pages.criteria import Line

from .schemas import Strict


class CriterionOut(Schema):
    """A criterion as it was built, and what was last found. `more_items`: how many would settle it, if known."""

    id: int
    label: str
    level: str
    verdict: str
    is_waived: bool
    sentence: str
    figure: dict[str, Any]
    more_items: int | None
    spec: dict[str, Any]

    @classmethod
    def of(cls, line: Line) -> Self:
        row = line.row
        return cls(
            id=row.pk,
            label=line.criterion.label,
            level=line.criterion.level.value,
            verdict=row.verdict,
            is_waived=line.badge == "waived",
            sentence=row.sentence,
            figure=row.figure,
            more_items=row.more_items,
            spec=row.spec,
        )


class GateOut(Schema):
    """A gate: what the evidence says (`verdict`), where it stands (`state`) and why."""

    id: int
    verdict: str
    state: str
    reason: str
    passed_at: datetime | None
    should_needed: int | None
    criteria: list[CriterionOut]

    @classmethod
    def of(cls, view: Card | PhaseView) -> Self:
        own = {name: getattr(view.gate, name) for name in cls.model_fields if name not in ("id", "criteria")}
        return cls(id=view.gate.pk, criteria=[CriterionOut.of(line) for line in view.lines], **own)


class MilestoneOut(Schema):
    """A milestone with its gate. `finish` is its last day; `waits_for` names what is not done before it."""

    key: str
    phase: int
    name: str
    description: str
    owner: str | None
    start: date
    finish: date
    effort_days: float
    serves: list[str]
    version: int
    is_late: bool
    is_critical: bool
    slack_days: int
    waits_for: list[str]
    gate: GateOut

    @classmethod
    def of(cls, card: Card) -> Self:
        milestone = card.milestone
        plain = ("key", "name", "description", "start", "finish", "effort_days", "serves", "version")
        return cls(
            phase=milestone.phase.number,
            owner=milestone.owner.email if milestone.owner else None,
            gate=GateOut.of(card),
            **{name: getattr(milestone, name) for name in plain},
            **{name: getattr(card, name) for name in ("is_late", "is_critical", "slack_days", "waits_for")},
        )


class PhaseOut(Schema):
    """A phase with its gate; `done` is the share of its effort that is done."""

    number: int
    name: str
    aim: str
    done: float
    gate: GateOut

    @classmethod
    def of(cls, view: PhaseView) -> Self:
        phase = view.phase
        return cls(number=phase.number, name=phase.name, aim=phase.aim, done=view.done, gate=GateOut.of(view))


class LinkOut(Schema):
    """`after` waits for `before`, and `lag_days` more; `days_short` is by how much the dates break it."""

    before: str
    after: str
    kind: str
    lag_days: int
    days_short: int


class RoadmapOut(Schema):
    """A project's roadmap."""

    template: str
    done: float
    finish: date | None
    evaluated_at: datetime | None
    phases: list[PhaseOut]
    milestones: list[MilestoneOut]
    links: list[LinkOut]

    @classmethod
    def of(cls, board: Board) -> Self:
        short = {one.link: one.days_short for one in board.broken}
        return cls(
            template=board.roadmap.template,
            done=board.done,
            finish=board.finish,
            evaluated_at=board.roadmap.evaluated_at,
            phases=[PhaseOut.of(view) for view in board.phases],
            milestones=[MilestoneOut.of(card) for card in board.cards],
            links=[
                LinkOut(
                    before=link.before,
                    after=link.after,
                    kind=link.kind.value,
                    lag_days=link.lag_days,
                    days_short=short.get(link, 0),
                )
                for link in board.plan.links
            ],
        )


class StartIn(Strict):
    """From which template (the product's own if left out) and when."""

    template: str = Field("", max_length=120)
    starts: date


class AdoptedOut(Schema):
    """What a document changed: counts of milestones and phases, links, and gates."""

    added: int
    changed: int
    removed: int
    links: int
    gates: int


class MilestoneIn(Strict):
    """What to change. `version` is the one that was seen; `owner` is an address, or null for nobody."""

    version: int = Field(ge=1, le=2**31 - 1)
    name: str | None = Field(None, min_length=1, max_length=160)
    description: str | None = Field(None, max_length=5000)
    owner: str | None = Field(None, max_length=254)
    phase: int | None = Field(None, ge=1, le=2**31 - 1)
    start: date | None = Field(None, ge=date(1990, 1, 1), le=date(2200, 12, 31))
    finish: date | None = Field(None, ge=date(1990, 1, 1), le=date(2200, 12, 31))
    effort_days: float | None = Field(None, ge=0, le=100_000, allow_inf_nan=False)
    push: bool = False


class CommentIn(Strict):
    """What to say."""

    text: str = Field(min_length=1, max_length=5000)


class DecisionIn(Strict):
    """A decision and why."""

    choice: Literal["go", "hold", "recycle", "kill"]
    note: str = Field("", max_length=2000)


class ReviewIn(Strict):
    """A signature, or a refusal with its reason."""

    is_approved: bool
    note: str = Field("", max_length=2000)


class WaiverIn(Strict):
    """Why, and the last day."""

    reason: str = Field(min_length=1, max_length=2000)
    until: date


class EvidenceIn(Strict):
    """A figure from elsewhere. A share of items (`fraction`) gets Wilson's interval where none is given."""

    metric: str = Field(pattern=r"^[\w.@-]{1,60}$")
    value: float = Field(allow_inf_nan=False)
    source: str = Field(min_length=1, max_length=500)
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)
    n: int = Field(0, ge=0, le=2**31 - 1)
    unit: str = Field("fraction", pattern=r"^[\w/%.-]{1,30}$")
    label: str = Field("", max_length=200)
    model: str = Field("", max_length=300)
