"""Microsoft Project XML (MSPDI), as ProjectLibre and GanttProject read and write it.

Phases are summary tasks. The calendar has seven working days of 24 hours, so that a day here is a day there, and each
task is held on its date by a start-no-earlier-than constraint. `LinkLag` counts tenths of a minute. A milestone's key
and what serves it stand in the task's custom fields Text1 and Text2, its owner is a resource known by e-mail. Gates
have no place in this format: an import leaves them as they are. Elements stand in the order of Microsoft's schema,
which its own program insists on.
"""

from datetime import date, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.utils.text import slugify

from ..schedule import LinkKind
from .document import DocumentFaults, MilestonePart, PlanDocument, parse_document
from .xml import children, text_of, whole_of

NAMESPACE = "http://schemas.microsoft.com/project"
TENTHS_A_DAY = 24 * 60 * 10
HOURS_OF_WORK_A_DAY = 8
TEXT1, TEXT2 = "188743731", "188743734"
"""Field ids of a task's custom fields."""
_KINDS = {"1": LinkKind.FINISH_TO_START, "3": LinkKind.START_TO_START}
_KIND_CODES = {kind: code for code, kind in _KINDS.items()}
_ELAPSED_FORMATS = {4, 6, 8, 10, 12, 20}
_ELAPSED_DAYS = "8"


def to_mspdi(document: PlanDocument, *, name: str, now: datetime) -> bytes:
    """The plan as an XML file."""
    root = Element("Project", xmlns=NAMESPACE)
    _put(root, SaveVersion=14, Name=f"{name}.xml", Title=name, CreationDate=f"{now:%Y-%m-%dT%H:%M:%S}")
    first = document.first_day or now.date()
    _put(root, ScheduleFromStart=1, StartDate=_moment(first), CalendarUID=1, DefaultStartTime="00:00:00")
    _put(root, MinutesPerDay=24 * 60, MinutesPerWeek=7 * 24 * 60, DaysPerMonth=30)
    fields = SubElement(root, "ExtendedAttributes")
    for number, (field, alias) in enumerate(((TEXT1, "Key"), (TEXT2, "Serves")), start=1):
        _put(SubElement(fields, "ExtendedAttribute"), FieldID=field, FieldName=f"Text{number}", Alias=alias)
    _calendar(SubElement(root, "Calendars"))
    owners = list(dict.fromkeys(part.owner for part in document.milestones if part.owner))
    uids = _tasks(SubElement(root, "Tasks"), document)
    resources = SubElement(root, "Resources")
    for number, owner in enumerate(owners, start=1):
        _put(SubElement(resources, "Resource"), UID=number, ID=number, Name=owner, Type=1, EmailAddress=owner)
    assignments = SubElement(root, "Assignments")
    for number, part in enumerate((one for one in document.milestones if one.owner), start=1):
        made = SubElement(assignments, "Assignment")
        _put(made, UID=number, TaskUID=uids[part.key], ResourceUID=owners.index(part.owner) + 1, Units=1)
        _put(made, Work=_hours(part.effort_days))
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _put(parent: Element, **values: object) -> None:
    for name, value in values.items():
        SubElement(parent, name).text = str(value)


def _moment(day: date) -> str:
    return f"{day:%Y-%m-%d}T00:00:00"


def _hours(effort_days: float) -> str:
    """Person-days as a duration, to the second."""
    seconds = round(effort_days * HOURS_OF_WORK_A_DAY * 3600)
    return f"PT{seconds // 3600}H{seconds // 60 % 60}M{seconds % 60}S"


def _calendar(parent: Element) -> None:
    made = SubElement(parent, "Calendar")
    _put(made, UID=1, Name="Every day", IsBaseCalendar=1, BaseCalendarUID=-1)
    days = SubElement(made, "WeekDays")
    for number in range(1, 8):
        day = SubElement(days, "WeekDay")
        _put(day, DayType=number, DayWorking=1)
        times = SubElement(SubElement(day, "WorkingTimes"), "WorkingTime")
        _put(times, FromTime="00:00:00", ToTime="00:00:00")


def _tasks(parent: Element, document: PlanDocument) -> dict[str, int]:
    """Writes a summary task a phase with its milestones below; returns the milestones' ids by key."""
    order = sorted(range(len(document.milestones)), key=lambda at: document.milestones[at].phase)
    uids = {document.milestones[at].key: at + 1 + len(document.phases) for at in order}
    row = 0
    for number, phase in enumerate(document.phases, start=1):
        row += 1
        inside = [part for part in document.milestones if part.phase == number]
        task = SubElement(parent, "Task")
        _put(task, UID=number, ID=row, Name=phase.name, Type=1, IsNull=0, WBS=number, OutlineNumber=number)
        _put(task, OutlineLevel=1)
        if inside:
            _put(task, Start=_moment(min(part.start for part in inside)))
            _put(task, Finish=_moment(max(part.finish for part in inside) + timedelta(days=1)))
        _put(task, Milestone=0, Summary=1, Notes=phase.aim or "")
        for place, part in enumerate(inside, start=1):
            row += 1
            _task(SubElement(parent, "Task"), document, part, uids, row, f"{number}.{place}")
    return uids


def _task(
    task: Element, document: PlanDocument, part: MilestonePart, uids: dict[str, int], row: int, outline: str
) -> None:
    days = (part.finish - part.start).days + 1
    _put(task, UID=uids[part.key], ID=row, Name=part.name, Type=1, IsNull=0, WBS=outline, OutlineNumber=outline)
    _put(task, OutlineLevel=2, Start=_moment(part.start), Finish=_moment(part.finish + timedelta(days=1)))
    _put(task, Duration=f"PT{days * 24}H0M0S", DurationFormat=7, Work=_hours(part.effort_days), Milestone=0, Summary=0)
    _put(task, ConstraintType=4, CalendarUID=-1, ConstraintDate=_moment(part.start), Notes=part.description)
    for link in document.links:
        if link.after == part.key:
            made = SubElement(task, "PredecessorLink")
            _put(made, PredecessorUID=uids[link.before], Type=_KIND_CODES[link.kind], CrossProject=0)
            _put(made, LinkLag=link.lag_days * TENTHS_A_DAY, LagFormat=_ELAPSED_DAYS)
    for field, value in ((TEXT1, part.key), (TEXT2, " ".join(part.serves))):
        _put(SubElement(task, "ExtendedAttribute"), FieldID=field, Value=value)


def from_mspdi(root: Element, phases: list[str] | None = None) -> PlanDocument:
    """The plan of a parsed file (see `xml.parsed`). Raises `DocumentFaults`.

    Summary tasks become phases by their names; `phases` are those there are already. Tasks outside of any summary go
    to the first phase.
    """
    if root.tag != f"{{{NAMESPACE}}}Project":
        raise DocumentFaults([("file", "is no Microsoft Project XML")])
    reader = _Reader(root, phases or [])
    return parse_document(reader.document())


class _Reader:
    """One file being read: what its tasks and people are called."""

    def __init__(self, root: Element, phases: list[str]) -> None:
        self.tasks = children(root, "Tasks", "Task")
        self.minutes_a_day = whole_of(root, "MinutesPerDay", default=480) or 480
        self.owners = self._owners(root)
        self.names = list(phases)
        self.aims: dict[str, str] = {}
        self.keys: dict[int, str] = {}

    def _owners(self, root: Element) -> dict[int, str]:
        """E-mail address of the first resource of each task, by the task's id."""
        people = {
            whole_of(each, "UID"): text_of(each, "EmailAddress") for each in children(root, "Resources", "Resource")
        }
        found: dict[int, str] = {}
        for each in children(root, "Assignments", "Assignment"):
            address = people.get(whole_of(each, "ResourceUID"), "")
            if address:
                found.setdefault(whole_of(each, "TaskUID"), address)
        return found

    def document(self) -> dict[str, Any]:
        """Plain data for `parse_document`."""
        milestones = []
        phase = ""
        rows = []
        for task in self.tasks:
            if text_of(task, "IsNull") == "1" or whole_of(task, "OutlineLevel", default=1) == 0:
                continue
            if text_of(task, "Summary") == "1":
                phase = text_of(task, "Name")
                self.aims.setdefault(phase, text_of(task, "Notes"))
                if phase not in self.names:
                    self.names.append(phase)
                continue
            self.keys[whole_of(task, "UID")] = self._key(task)
            rows.append((task, phase if whole_of(task, "OutlineLevel", default=1) > 1 else ""))
        if not self.names:
            self.names.append("Plan")
        for task, inside in rows:
            milestones.append(self._milestone(task, inside or self.names[0]))
        shown = [{"name": name, "aim": self.aims.get(name, "")} for name in self.names]
        links = [link for task, _ in rows for link in self._links(task)]
        return {"phases": shown, "milestones": milestones, "links": links}

    def _key(self, task: Element) -> str:
        given = self._field(task, TEXT1)
        taken = set(self.keys.values())
        base = given or slugify(text_of(task, "Name"))[:50].strip("-_") or "task"
        return base if base not in taken else f"{base}-{whole_of(task, 'UID')}"

    @staticmethod
    def _field(task: Element, field: str) -> str:
        found = (each for each in children(task, "ExtendedAttribute") if text_of(each, "FieldID") == field)
        return next((text_of(each, "Value") for each in found), "")

    def _milestone(self, task: Element, phase: str) -> dict[str, Any]:
        name = text_of(task, "Name")
        start, finish = _day(task, "Start"), _last_day(task)
        return {
            "key": self.keys[whole_of(task, "UID")],
            "phase": self.names.index(phase) + 1,
            "name": name,
            "description": text_of(task, "Notes"),
            "owner": self.owners.get(whole_of(task, "UID"), ""),
            "start": start,
            "finish": max(start, finish),
            "effort_days": _seconds(text_of(task, "Work")) / 3600 / HOURS_OF_WORK_A_DAY,
            "serves": self._field(task, TEXT2).split(),
        }

    def _links(self, task: Element) -> list[dict[str, Any]]:
        found = []
        for link in children(task, "PredecessorLink"):
            before = self.keys.get(whole_of(link, "PredecessorUID"))
            kind = _KINDS.get(text_of(link, "Type") or "1")
            if before is None:
                continue  # a summary task or one of another file: there is no milestone to wait for
            if kind is None:
                name = text_of(task, "Name")
                why = "only finish-to-start and start-to-start links can be taken in"
                raise DocumentFaults([(f"task {name[:60]}", why)])
            is_elapsed = whole_of(link, "LagFormat", default=7) in _ELAPSED_FORMATS
            tenths = TENTHS_A_DAY if is_elapsed else self.minutes_a_day * 10
            lag = round(whole_of(link, "LinkLag") / tenths)
            found.append({"before": before, "after": self.keys[whole_of(task, "UID")], "kind": kind, "lag_days": lag})
        return found


def _when(task: Element, name: str) -> datetime:
    given = text_of(task, name)
    try:
        return datetime.fromisoformat(given).replace(tzinfo=None)
    except ValueError:
        where = f"task {text_of(task, 'Name')[:60]}"
        raise DocumentFaults([(where, f"{name} is {given[:40]!r} and no date")]) from None


def _day(task: Element, name: str) -> date:
    return _when(task, name).date()


def _last_day(task: Element) -> date:
    """A finish at midnight is the end of the day before."""
    finish = _when(task, "Finish")
    is_midnight = (finish.hour, finish.minute) == (0, 0)
    return finish.date() - timedelta(days=1) if is_midnight and finish > _when(task, "Start") else finish.date()


def _seconds(duration: str) -> float:
    """`PT24H30M0S` in seconds; nothing gives 0."""
    total, number = 0.0, ""
    for character in duration.removeprefix("PT"):
        if character in "HMS":
            total += float(number or 0) * {"H": 3600, "M": 60, "S": 1}[character]
            number = ""
        elif character.isdigit() or character == ".":
            number += character
        else:
            raise DocumentFaults([("file", f"the duration {duration[:40]!r} cannot be read")])
    return total
