"""From Microsoft Project XML to a plan, whoever wrote it."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from django.utils.text import slugify

from webapp.ui import formats

from ..document import KEY_PATTERN, MOST_MILESTONES, SERVED_PATTERN, DocumentFaults, Reading, parse_document
from ..xml import children, text_of, whole_of
from . import codes

_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)"
_DURATION = re.compile(f"PT(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?")


def from_mspdi(root: Element, phases: list[str] | None = None) -> Reading:
    """The plan of a parsed file (see `xml.parsed`). Raises `DocumentFaults`, those of tasks by their names.

    The summary task nearest above a task is its phase; summary tasks that hold only others are none. `phases` are the
    names of those there are already; tasks outside of any summary go to the first phase. What a plan cannot hold as
    the file has it is told in the remarks.
    """
    if root.tag != f"{{{codes.NAMESPACE}}}Project":
        raise DocumentFaults([("file", "is no Microsoft Project XML")])
    reader = _Reader(root, phases or [])
    raw = reader.document()
    if reader.faults:
        raise DocumentFaults(reader.faults)
    try:
        return Reading(parse_document(raw), reader.remarks)
    except DocumentFaults as error:
        names = [part["name"] for part in raw["milestones"]]
        raise DocumentFaults([(_place(place, names), message) for place, message in error.faults]) from error


def _place(place: str, names: list[str]) -> str:
    """`task Design, start` for `milestones 1 start`."""
    match = re.fullmatch(r"milestones (\d+) ?(.*)", place)
    if match is None:
        return place
    return f"task {names[int(match[1]) - 1][:60]}" + (f", {match[2]}" if match[2] else "")


@dataclass(frozen=True, eq=False)
class _Group:
    """A summary task: a phase, or what holds phases."""

    task: Element
    level: int
    above: "_Group | None"

    @property
    def name(self) -> str:
        return text_of(self.task, "Name")

    @property
    def path(self) -> str:
        return f"{self.above.name}: {self.name}" if self.above else self.name


class _Reader:
    """One file being read: what its tasks, groups and people are called, what is wrong, what was taken otherwise."""

    def __init__(self, root: Element, phases: list[str]) -> None:
        self.faults: list[tuple[str, str]] = []
        self.remarks: list[tuple[str, str]] = []
        self.phases = phases
        self.minutes_a_day = max(1, whole_of(root, "MinutesPerDay", default=codes.HOURS_A_DAY * 60))
        defined = children(root, "ExtendedAttributes", "ExtendedAttribute")
        self.aliases = {text_of(each, "FieldID"): text_of(each, "Alias") for each in defined}
        self.owners = _owners(root)
        self.keys: dict[int, str] = {}
        self.taken: set[str] = set()
        self.groups: list[_Group] = []
        self.rows: list[tuple[Element, _Group | None]] = []
        self._sort(
            [
                task
                for task in children(root, "Tasks", "Task")
                if text_of(task, "IsNull") != "1" and text_of(task, "ExternalTask") != "1" and _level(task) > 0
            ]
        )

    def _sort(self, tasks: list[Element]) -> None:
        """Which tasks are groups, and in which group each other one stands."""
        above: list[_Group] = []
        for task, below in zip(tasks, [*tasks[1:], None], strict=True):
            level = _level(task)
            while above and above[-1].level >= level:
                above.pop()
            holds_others = below is not None and _level(below) > level
            if holds_others or text_of(task, "Summary") == "1" or self._field(task, codes.PART) == codes.PHASE:
                above.append(_Group(task, level, above[-1] if above else None))
                self.groups.append(above[-1])
            else:
                self.rows.append((task, above[-1] if above else None))
        if len(self.rows) > MOST_MILESTONES or len(self.groups) > MOST_MILESTONES:
            raise DocumentFaults([("file", f"holds more than {MOST_MILESTONES} tasks")])

    def document(self) -> dict[str, Any]:
        """Plain data for `parse_document`."""
        for task, _ in self.rows:
            with self._of(task):
                self.taken.add(self.keys.setdefault(whole_of(task, "UID"), self._key(task)))
        names = self._phase_names()
        order = list(dict.fromkeys([*self.phases, *names.values()])) or ["Plan"]
        aims = {name: text_of(group.task, "Notes") for group, name in reversed(names.items())}
        milestones, links = [], []
        for task, group in self.rows:
            with self._of(task):
                phase = order.index(names[group]) if group else 0
                milestones.append(self._milestone(task, phase + 1))
                links += self._links(task)
        self._tell_of_groups()
        shown = [{"name": name, "aim": aims.get(name)} for name in order]
        return {"phases": shown, "milestones": milestones, "links": links}

    @contextmanager
    def _of(self, task: Element) -> Iterator[None]:
        """Faults inside are kept under the task's name, so that all are told at once."""
        try:
            yield
        except DocumentFaults as error:
            where = f"task {text_of(task, 'Name')[:60]}"
            self.faults += [(where, message) for _, message in error.faults]

    def _phase_names(self) -> dict[_Group, str]:
        """What the groups that are phases are called: by what is above them, too, where two have one name."""
        holders = {group.above for group in self.groups} - {group for _, group in self.rows}
        found = [group for group in self.groups if group not in holders]
        shared = Counter(group.name for group in found)
        return {group: group.name if shared[group.name] == 1 else group.path for group in found}

    def _tell_of_groups(self) -> None:
        for group in self.groups:
            if children(group.task, "PredecessorLink"):
                why = "what a summary task waits for has no place in a plan: let its tasks wait"
                self.remarks.append((f"task {group.name[:60]}", why))

    def _key(self, task: Element) -> str:
        given = self._field(task, codes.KEY)
        if codes.KEY[0] not in self.aliases and not re.fullmatch(KEY_PATTERN, given):
            given = ""  # somebody else's custom field
        base = given or slugify(text_of(task, "Name"))[:50].strip("-_") or "task"
        return base if base not in self.taken else f"{base[:45]}-{whole_of(task, 'UID')}"

    def _field(self, task: Element, field: tuple[str, str, str]) -> str:
        """The value of one of our custom fields; nothing where another program uses it for something else."""
        number, _, alias = field
        if self.aliases.get(number, alias) != alias:
            return ""
        found = (each for each in children(task, "ExtendedAttribute") if text_of(each, "FieldID") == number)
        return next((text_of(each, "Value") for each in found), "")

    def _milestone(self, task: Element, phase: int) -> dict[str, Any]:
        start, finish = _when(task, "Start").date(), _last_day(task)
        serves = self._field(task, codes.SERVES).split()
        if codes.SERVES[0] not in self.aliases:
            serves = [each for each in serves if re.fullmatch(SERVED_PATTERN, each)]
        return {
            "key": self.keys[whole_of(task, "UID")],
            "phase": phase,
            "name": text_of(task, "Name"),
            "description": text_of(task, "Notes"),
            "owner": self.owners.get(whole_of(task, "UID"), ""),
            "start": start,
            "finish": max(start, finish),
            "effort_days": _seconds(text_of(task, "Work")) / 3600 / codes.HOURS_A_DAY,
            "serves": serves,
        }

    def _links(self, task: Element) -> list[dict[str, Any]]:
        found = []
        where = f"task {text_of(task, 'Name')[:60]}"
        for link in children(task, "PredecessorLink"):
            before = self.keys.get(whole_of(link, "PredecessorUID"))
            if before is None:
                self.remarks.append((where, "waits for a summary task or another file: that link is left out"))
                continue
            kind = codes.LINK_KINDS.get(text_of(link, "Type") or "1")
            if kind is None:
                why = "only finish-to-start and start-to-start links can be taken in"
                raise DocumentFaults([(where, why)])
            lag = self._lag_days(link)
            whole = math.floor(lag + 1e-3)  # what keeps the link in parts of days keeps it in whole ones
            if abs(lag - whole) > 1e-3:
                self.remarks.append((where, f"a lag of {formats.sig(lag)} days is taken as {whole}"))
            found.append({"before": before, "after": self.keys[whole_of(task, "UID")], "kind": kind, "lag_days": whole})
        return found

    def _lag_days(self, link: Element) -> float:
        lag, form = whole_of(link, "LinkLag"), whole_of(link, "LagFormat", default=codes.DAYS)
        if form in codes.PERCENT_FORMATS:
            before = next(each for each, _ in self.rows if whole_of(each, "UID") == whole_of(link, "PredecessorUID"))
            return lag / 100 * ((_last_day(before) - _when(before, "Start").date()).days + 1)
        return lag / 10 / (24 * 60 if form in codes.ELAPSED_FORMATS else self.minutes_a_day)


def _owners(root: Element) -> dict[int, str]:
    """E-mail address of the first resource of each task, by the task's id."""
    people = {whole_of(each, "UID"): text_of(each, "EmailAddress") for each in children(root, "Resources", "Resource")}
    found: dict[int, str] = {}
    for each in children(root, "Assignments", "Assignment"):
        address = people.get(whole_of(each, "ResourceUID"), "")
        if address:
            found.setdefault(whole_of(each, "TaskUID"), address)
    return found


def _level(task: Element) -> int:
    return whole_of(task, "OutlineLevel", default=1)


def _when(task: Element, name: str) -> datetime:
    given = text_of(task, name)
    try:
        return datetime.fromisoformat(given).replace(tzinfo=None)
    except ValueError:
        raise DocumentFaults([("task", f"{name} is {given[:40]!r} and no date")]) from None


def _last_day(task: Element) -> date:
    """A finish at midnight is the end of the day before."""
    finish = _when(task, "Finish")
    is_midnight = (finish.hour, finish.minute) == (0, 0)
    return finish.date() - timedelta(days=1) if is_midnight and finish > _when(task, "Start") else finish.date()


def _seconds(duration: str) -> float:
    """`PT24H30M0S` in seconds; nothing gives 0."""
    match = _DURATION.fullmatch(duration or "PT")
    if match is None:
        raise DocumentFaults([("task", f"the duration {duration[:40]!r} cannot be read")])
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
