"""A whole plan as one typed document: the shape of the JSON export, of templates, and what every import becomes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from ..gates import CriterionFaults, parse_criterion
from ..schedule import Cycle, Link, LinkKind, Plan, Task

MOST_MILESTONES = 1000
MOST_LINKS = 5000
MOST_CRITERIA = 30
FIRST_YEAR, LAST_YEAR = 1990, 2200
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class DocumentFaults(ValueError):
    """Everything wrong with a document: (place, message) pairs, at once."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{place}: {message}" for place, message in faults[:20]))
        self.faults = faults


def tidy(text: str) -> str:
    """The text as files and pages can carry it: every kind of line end as one, other control characters left out."""
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text)).strip()


def tidy_line(text: str) -> str:
    """`tidy` in one line, of at least one space where lines ended."""
    return " ".join(tidy(text).replace("\t", "\n").split("\n"))


def _printable(text: str) -> str:
    """The text with one kind of line end; characters that files and pages cannot carry are refused."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNPRINTABLE.search(text):
        raise ValueError("holds control characters")
    return text


def _one_line(text: str) -> str:
    text = _printable(text)
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line")
    return text


def _in_reach(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return day


Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_printable)]
KEY_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,59}$"
SERVED_PATTERN = r"^(job|study):[a-z][a-z0-9_]{0,39}$"
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
Day = Annotated[date, AfterValidator(_in_reach)]
Served = Annotated[str, StringConstraints(pattern=SERVED_PATTERN)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class GatePart(_Part):
    """A gate: its criteria as `webapp.roadmap.gates` has them."""

    should_needed: int | None = Field(None, ge=0, le=100)
    criteria: list[dict[str, Any]] = Field(default_factory=list, max_length=MOST_CRITERIA)

    @field_validator("criteria")
    @classmethod
    def _are_sound(cls, raw: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each criterion in full, with its defaults, so that equal ones are equal."""
        found = []
        for number, each in enumerate(raw):
            try:
                found.append(parse_criterion(each).model_dump(mode="json"))
            except CriterionFaults as error:
                raise ValueError(f"criterion {number + 1}: {error}") from error
        return found


class PhasePart(_Part):
    """A phase. An aim or a gate left out stays as it is on import."""

    name: Line = Field(min_length=1, max_length=120)
    aim: Annotated[Prose, Field(max_length=2000)] | None = None
    gate: GatePart | None = None


class MilestonePart(_Part):
    """A milestone. `phase` is the number of its phase, from 1; `owner` an e-mail address."""

    key: Key
    phase: int = Field(ge=1)
    name: Line = Field(min_length=1, max_length=160)
    description: Prose = Field("", max_length=5000)
    owner: Line = Field("", max_length=254)
    start: Day
    finish: Day
    effort_days: Annotated[float, AfterValidator(lambda days: round(days, 2))] = Field(0, ge=0, le=100_000)
    serves: list[Served] = Field(default_factory=list, max_length=20)
    gate: GatePart | None = None

    @model_validator(mode="after")
    def _finishes_after_it_starts(self) -> "MilestonePart":
        if self.finish < self.start:
            raise ValueError("finishes before it starts")
        return self


class LinkPart(_Part):
    """A dependency by the keys of its milestones."""

    before: Key
    after: Key
    kind: LinkKind = LinkKind.FINISH_TO_START
    lag_days: int = Field(0, ge=-3650, le=3650)


class PlanDocument(_Part):
    """A plan. Keys and names of phases are unique, links lead between milestones of the plan and in no circle."""

    version: Literal[1] = 1
    phases: list[PhasePart] = Field(min_length=1, max_length=50)
    milestones: list[MilestonePart] = Field(max_length=MOST_MILESTONES)
    links: list[LinkPart] = Field(default_factory=list, max_length=MOST_LINKS)

    @model_validator(mode="after")
    def _hangs_together(self) -> "PlanDocument":
        keys = [milestone.key for milestone in self.milestones]
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"the key {twice} is given twice")
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            raise ValueError("two phases have the same name")
        for milestone in self.milestones:
            if milestone.phase > len(self.phases):
                raise ValueError(f"{milestone.key} is in phase {milestone.phase} of {len(self.phases)}")
        pairs = [(link.before, link.after) for link in self.links]
        if len(set(pairs)) < len(pairs):
            raise ValueError("two links join the same milestones")
        self.plan()
        return self

    def plan(self) -> Plan:
        """Its dates and links. Raises `Cycle` or `ValueError`."""
        tasks = [Task(part.key, part.start, part.finish, part.effort_days) for part in self.milestones]
        return Plan(tasks, [Link(link.before, link.after, link.kind, link.lag_days) for link in self.links])

    def shifted(self, days: int) -> "PlanDocument":
        """The same plan so many days later. Raises `DocumentFaults` where it leaves the years that a plan may have."""
        by = timedelta(days=days)
        moved = [
            {**part.model_dump(), "start": part.start + by, "finish": part.finish + by} for part in self.milestones
        ]
        return parse_document({**self.model_dump(), "milestones": moved})

    @property
    def first_day(self) -> date | None:
        """When its first milestone starts."""
        return min((part.start for part in self.milestones), default=None)


@dataclass(frozen=True)
class Reading:
    """What a file held. `remarks` are (place, message) pairs on what a plan cannot hold as the file has it."""

    document: PlanDocument
    remarks: Sequence[tuple[str, str]] = ()


def parse_document(raw: object) -> PlanDocument:
    """The typed document. Raises `DocumentFaults` with all its faults."""
    try:
        return PlanDocument.model_validate(raw)
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        faults = [(_place(each["loc"]), str(each["msg"]).removeprefix("Value error, ")) for each in told]
        raise DocumentFaults(faults) from error
    except (Cycle, OverflowError, RecursionError) as error:
        raise DocumentFaults([("plan", str(error))]) from error


def _place(location: tuple[int | str, ...]) -> str:
    """`milestones 3, start` for ("milestones", 2, "start")."""
    words = [str(part + 1) if isinstance(part, int) else part for part in location]
    return " ".join(words) or "plan"
