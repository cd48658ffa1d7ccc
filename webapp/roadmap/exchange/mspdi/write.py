"""From a plan to Microsoft Project XML."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from ...schedule import Task, rolled_up
from ..document import LinkPart, MilestonePart, PhasePart, PlanDocument, tidy_line
from . import codes

_DAY_STARTS, _DAY_ENDS = "08:00:00", "17:00:00"
_SPELLS = ((_DAY_STARTS, "12:00:00"), ("13:00:00", _DAY_ENDS))


def to_mspdi(document: PlanDocument, *, name: str, now: datetime, passed: Collection[str] = ()) -> bytes:
    """The plan as an XML file. `passed` are the keys of milestones that are done."""
    root = Element("Project", xmlns=codes.NAMESPACE)
    title = tidy_line(name)
    days = [day for part in document.milestones for day in (part.start, part.finish)] or [now.date()]
    _put(root, SaveVersion=14, Name=f"{title}.xml", Title=title, CreationDate=f"{now:%Y-%m-%dT%H:%M:%S}")
    _put(root, ScheduleFromStart=1, StartDate=_starts(min(days)), FinishDate=_ends(max(days)), CalendarUID=1)
    _put(root, DefaultStartTime=_DAY_STARTS, DefaultFinishTime=_DAY_ENDS, MinutesPerDay=codes.HOURS_A_DAY * 60)
    _put(root, MinutesPerWeek=7 * codes.HOURS_A_DAY * 60, DaysPerMonth=30, DefaultTaskType=codes.FIXED_DURATION)
    fields = SubElement(root, "ExtendedAttributes")
    for field, field_name, alias in (codes.KEY, codes.SERVES, codes.PART):
        _put(SubElement(fields, "ExtendedAttribute"), FieldID=field, FieldName=field_name, Alias=alias)
    _calendar(SubElement(root, "Calendars"))
    _Tasks(document, frozenset(passed)).write(SubElement(root, "Tasks"), title, min(days), max(days))
    _people(root, document, passed)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _put(parent: Element, **values: object) -> None:
    for name, value in values.items():
        SubElement(parent, name).text = str(value)


def _starts(day: date) -> str:
    return f"{day.isoformat()}T{_DAY_STARTS}"


def _ends(day: date) -> str:
    return f"{day.isoformat()}T{_DAY_ENDS}"


def _hours(days: float) -> str:
    """Days of work as a duration, to the second."""
    seconds = round(days * codes.HOURS_A_DAY * 3600)
    return f"PT{seconds // 3600}H{seconds // 60 % 60}M{seconds % 60}S"


def _length(start: date, finish: date) -> int:
    """Days from the first to the last, both included."""
    return (finish - start).days + 1


def _calendar(parent: Element) -> None:
    made = SubElement(parent, "Calendar")
    _put(made, UID=1, Name="Every day", IsBaseCalendar=1, BaseCalendarUID=-1)
    days = SubElement(made, "WeekDays")
    for number in range(1, 8):
        day = SubElement(days, "WeekDay")
        _put(day, DayType=number, DayWorking=1)
        times = SubElement(day, "WorkingTimes")
        for begin, end in _SPELLS:
            _put(SubElement(times, "WorkingTime"), FromTime=begin, ToTime=end)


@dataclass(frozen=True)
class _Row:
    """Where a task stands among the others."""

    uid: int
    row: int
    outline: str

    @property
    def level(self) -> int:
        """0 for the project, 1 for a phase, 2 for a milestone."""
        return 0 if self.outline == "0" else self.outline.count(".") + 1


@dataclass(frozen=True)
class _Span:
    """A task's dates, its work in person-days, and how much of it is done, 0 to 1."""

    start: date
    finish: date
    effort: float
    done: float


class _Tasks:
    """The tasks of a plan: the project, its phases, their milestones."""

    def __init__(self, document: PlanDocument, passed: frozenset[str]) -> None:
        self.document = document
        self.passed = passed
        self.uids = milestone_uids(document)
        self.held = {one.link.after for one in document.plan().broken()}
        self.links: dict[str, list[LinkPart]] = {}
        for link in document.links:
            self.links.setdefault(link.after, []).append(link)

    def write(self, parent: Element, title: str, first: date, last: date) -> None:
        """The project comes first, then each phase with its milestones below."""
        whole = _Span(first, last, sum(part.effort_days for part in self.document.milestones), 0.0)
        parts = self.document.milestones
        self._summary(SubElement(parent, "Task"), _Row(0, 0, "0"), title, self._over(parts, whole))
        row = 0
        for number, phase in enumerate(self.document.phases, start=1):
            row += 1
            inside = [part for part in parts if part.phase == number]
            self._phase(SubElement(parent, "Task"), _Row(number, row, str(number)), phase, inside, first)
            for place, part in enumerate(inside, start=1):
                row += 1
                place_of = _Row(self.uids[part.key], row, f"{number}.{place}")
                self._milestone(SubElement(parent, "Task"), place_of, part)

    def _over(self, parts: list[MilestonePart], empty: _Span) -> _Span:
        """Milestones rolled up into what holds them; `empty` where there are none."""
        if not parts:
            return empty
        tasks = [Task(each.key, each.start, each.finish, each.effort_days, each.key in self.passed) for each in parts]
        start, finish = min(each.start for each in parts), max(each.finish for each in parts)
        return _Span(start, finish, sum(each.effort_days for each in parts), rolled_up(tasks))

    def _summary(self, task: Element, at: _Row, name: str, span: _Span, notes: str = "") -> None:
        _begin(task, at, name, span, is_summary=True)
        _progress(task, span)
        _put(task, ConstraintType=0, CalendarUID=-1, Notes=notes)

    def _phase(self, task: Element, at: _Row, phase: PhasePart, inside: list[MilestonePart], first: date) -> None:
        span = self._over(inside, _Span(first, first, 0.0, 0.0))
        self._summary(task, at, phase.name, span, phase.aim or "")
        _field(task, codes.PART, codes.PHASE)

    def _milestone(self, task: Element, at: _Row, part: MilestonePart) -> None:
        is_done = part.key in self.passed
        span = _Span(part.start, part.finish, part.effort_days, float(is_done))
        _begin(task, at, part.name, span, is_summary=False)
        _progress(task, span)
        held = codes.MUST_START if part.key in self.held else codes.START_NO_EARLIER
        _put(task, ConstraintType=held, CalendarUID=-1, ConstraintDate=_starts(part.start), Notes=part.description)
        for link in self.links.get(part.key, []):
            made = SubElement(task, "PredecessorLink")
            _put(made, PredecessorUID=self.uids[link.before], Type=codes.LINK_CODES[link.kind], CrossProject=0)
            _put(made, LinkLag=link.lag_days * codes.HOURS_A_DAY * 60 * 10, LagFormat=codes.DAYS)
        _field(task, codes.KEY, part.key)
        _field(task, codes.SERVES, " ".join(part.serves))


def milestone_uids(document: PlanDocument) -> dict[str, int]:
    """The tasks' ids by key; 0 is the project, the phases come next."""
    return {part.key: at for at, part in enumerate(document.milestones, start=len(document.phases) + 1)}


def _begin(task: Element, at: _Row, name: str, span: _Span, *, is_summary: bool) -> None:
    """The elements up to those of progress."""
    _put(task, UID=at.uid, ID=at.row, Name=name, Type=codes.FIXED_DURATION, IsNull=0, WBS=at.outline)
    _put(task, OutlineNumber=at.outline, OutlineLevel=at.level, Start=_starts(span.start), Finish=_ends(span.finish))
    _put(task, Duration=_hours(_length(span.start, span.finish)), DurationFormat=codes.DAYS, Work=_hours(span.effort))
    _put(task, EffortDriven=0, Estimated=0, Milestone=0, Summary=int(is_summary))


def _progress(task: Element, span: _Span) -> None:
    """How much is done; what is done began and ended on its planned days."""
    length = _length(span.start, span.finish)
    _put(task, PercentComplete=round(100 * span.done), PercentWorkComplete=round(100 * span.done))
    if span.done:
        _put(task, ActualStart=_starts(span.start))
    if span.done == 1:
        _put(task, ActualFinish=_ends(span.finish))
    _put(task, ActualDuration=_hours(length * span.done), ActualWork=_hours(span.effort * span.done))
    _put(task, RemainingDuration=_hours(length * (1 - span.done)), RemainingWork=_hours(span.effort * (1 - span.done)))


def _field(task: Element, field: tuple[str, str, str], value: str) -> None:
    _put(SubElement(task, "ExtendedAttribute"), FieldID=field[0], Value=value)


def _people(root: Element, document: PlanDocument, passed: Collection[str]) -> None:
    """Owners as resources, each assigned to its milestones for as much of the day as the effort takes."""
    owners = list(dict.fromkeys(part.owner for part in document.milestones if part.owner))
    resources = SubElement(root, "Resources")
    for number, owner in enumerate(owners, start=1):
        _put(SubElement(resources, "Resource"), UID=number, ID=number, Name=owner, Type=1, EmailAddress=owner)
    uids = milestone_uids(document)
    assignments = SubElement(root, "Assignments")
    for number, part in enumerate((one for one in document.milestones if one.owner), start=1):
        made = SubElement(assignments, "Assignment")
        done = part.effort_days if part.key in passed else 0.0
        _put(made, UID=number, TaskUID=uids[part.key], ResourceUID=owners.index(part.owner) + 1)
        _put(made, PercentWorkComplete=100 if part.key in passed else 0, ActualWork=_hours(done))
        _put(made, Finish=_ends(part.finish), RemainingWork=_hours(part.effort_days - done), Start=_starts(part.start))
        _put(made, Units=part.effort_days / _length(part.start, part.finish), Work=_hours(part.effort_days))
