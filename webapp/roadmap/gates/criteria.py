"""The kinds of criteria, typed. A new one is a class here, a branch of `judge`, and a source of figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Comparator = Literal["at_least", "at_most"]
JudgedOn = Literal["estimate", "bound", "difference"]

SUBJECT = r"^(any|base|made|external|made:[a-z_]+(,[a-z_]+)*|study:[a-z0-9]{4,20}|model:[^\x00-\x1f]{1,290})$"
BASELINE = r"^(base|made|made:[a-z_]+(,[a-z_]+)*|model:[^\x00-\x1f]{1,290})$"
ANY_ACCURACY = "accuracy"
"""Stands for whichever metric of right answers the project measures."""

COMPARED = {"at_least": "at least", "at_most": "at most"}


class Level(StrEnum):
    """Must-meet criteria are each needed; of should-meet ones, as many as the gate asks for."""

    MUST = "must"
    SHOULD = "should"


class _Base(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    level: Level = Level.MUST
    title: str = Field("", max_length=160, description="In a person's words; made from the rest if left out.")

    @property
    def label(self) -> str:
        """How people read it."""
        return self.title or self.described()

    def described(self) -> str:
        """The criterion in a few words."""
        raise NotImplementedError


class MeasurementCriterion(_Base):
    """A measured metric against a threshold, or against a named baseline on the same items."""

    kind: Literal["measurement"] = "measurement"
    metric: Annotated[str, StringConstraints(pattern=r"^[\w.@-]{1,60}$")]
    subject: Annotated[str, StringConstraints(pattern=SUBJECT)] = "any"
    comparator: Comparator = "at_least"
    threshold: float
    judged_on: JudgedOn = "bound"
    baseline: Annotated[str, StringConstraints(pattern=BASELINE)] | None = None

    @model_validator(mode="after")
    def _difference_names_a_baseline(self) -> "MeasurementCriterion":
        if self.judged_on == "difference" and not self.baseline:
            raise ValueError("a difference needs the baseline it is measured against")
        if self.judged_on != "difference" and self.baseline:
            raise ValueError("a baseline is used only where the difference to it is judged")
        if self.judged_on == "difference" and self.comparator != "at_least":
            raise ValueError("a difference is judged as at least: give a negative threshold for a margin")
        return self

    def described(self) -> str:
        """`exact of made:sft at least 0.85, by its bound`."""
        name, limit = self.metric.replace("_", " "), f"{self.threshold:g}"
        if self.judged_on == "difference":
            return f"{name} against {self.baseline}: more than {limit}"
        return f"{name} {COMPARED[self.comparator]} {limit}"


class ScenarioCriterion(_Base):
    """A figure of the project's main scenario, or of a named one."""

    kind: Literal["scenario"] = "scenario"
    figure: Literal["probability_npv_positive", "payback_months", "cost_per_item_correct", "npv"]
    scenario: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{0,20}$")] = ""
    option: Annotated[str, StringConstraints(pattern=r"^[\w-]{0,60}$")] = ""
    comparator: Comparator = "at_least"
    threshold: float
    judged_on: Literal["estimate", "bound"] = "estimate"

    def described(self) -> str:
        """`P(NPV > 0) at least 0.8`."""
        return f"{SCENARIO_FIGURES[self.figure].title} {COMPARED[self.comparator]} {self.threshold:g}"


class CountCriterion(_Base):
    """How many there are of something; `counted` is a name of `webapp.roadmap.evidence.COUNTERS`, or a metric."""

    kind: Literal["count"] = "count"
    counted: Annotated[str, StringConstraints(pattern=r"^[\w.:-]{1,60}$")]
    comparator: Comparator = "at_least"
    threshold: int = Field(ge=0, le=1_000_000_000)

    def described(self) -> str:
        """`ratings at least 200`."""
        return f"{self.counted.replace('_', ' ')} {COMPARED[self.comparator]} {self.threshold:,}"


class ReviewCriterion(_Base):
    """A named role signs."""

    kind: Literal["review"] = "review"
    role: str = Field(min_length=1, max_length=80)
    needs: Literal["editor", "owner"] = "editor"

    def described(self) -> str:
        """`signed by the ethics lead`."""
        return f"Signed by: {self.role}"


Criterion = MeasurementCriterion | ScenarioCriterion | CountCriterion | ReviewCriterion


@dataclass(frozen=True)
class CriterionKind:
    """A kind of criterion as people choose it."""

    name: str
    title: str
    summary: str
    spec: type[MeasurementCriterion] | type[ScenarioCriterion] | type[CountCriterion] | type[ReviewCriterion]


KINDS: Mapping[str, CriterionKind] = {
    kind.name: kind
    for kind in (
        CriterionKind("measurement", "Measurement", "A measured figure against a threshold.", MeasurementCriterion),
        CriterionKind("scenario", "Business case", "A figure of a scenario against a threshold.", ScenarioCriterion),
        CriterionKind("count", "Count", "At least, or at most, so many of something.", CountCriterion),
        CriterionKind("review", "Review", "A person in a named role signs.", ReviewCriterion),
    )
}


@dataclass(frozen=True)
class ScenarioFigure:
    """A figure of a scenario that a criterion may ask for, and how it is written."""

    title: str
    kind: str
    unit: str = ""


SCENARIO_FIGURES: Mapping[str, ScenarioFigure] = {
    "probability_npv_positive": ScenarioFigure("P(NPV > 0)", "percent"),
    "payback_months": ScenarioFigure("Payback", "sig", "months"),
    "cost_per_item_correct": ScenarioFigure("Cost per correct item", "money"),
    "npv": ScenarioFigure("NPV", "money"),
}


class CriterionFaults(ValueError):
    """What is wrong with a criterion: (field, message) pairs, all at once."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in faults))
        self.faults = faults


def parse_criterion(raw: object) -> Criterion:
    """The typed criterion of plain data. Raises `CriterionFaults`."""
    if not isinstance(raw, Mapping):
        raise CriterionFaults([("criterion", "must be an object")])
    kind = KINDS.get(str(raw.get("kind")))
    if kind is None:
        raise CriterionFaults([("kind", f"must be one of {', '.join(KINDS)}")])
    fields: dict[str, Any] = dict(raw)
    try:
        return kind.spec.model_validate(fields)
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        faults = [(".".join(map(str, each["loc"])) or "criterion", _plain(str(each["msg"]))) for each in told]
        raise CriterionFaults(faults) from error


def _plain(message: str) -> str:
    """Pydantic's message without its prefix."""
    return message.removeprefix("Value error, ")
