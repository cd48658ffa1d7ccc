"""Dates of a plan: what its links demand, what a change would break, the critical path, roll-up and drift.

Days are calendar days. A task fills whole days, its first and its last included, so a task of one day starts and
finishes on the same date. Dates are the plan's own: a link never moves a date by itself, it is kept or broken.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property


class LinkKind(StrEnum):
    """What a link ties together. FS: the later one starts after the earlier finishes; SS: after the earlier starts."""

    FINISH_TO_START = "FS"
    START_TO_START = "SS"


@dataclass(frozen=True)
class Task:
    """A piece of the plan. `effort` is in person-days, `done` the share of it that counts as done, 0 to 1."""

    key: str
    start: date
    finish: date
    effort: float = 0.0
    done: float = 0.0

    def __post_init__(self) -> None:
        if self.finish < self.start:
            raise ValueError(f"{self.key} finishes on {self.finish}, before it starts on {self.start}")

    @property
    def days(self) -> int:
        """Length in days, at least 1."""
        return (self.finish - self.start).days + 1


@dataclass(frozen=True)
class Link:
    """`after` waits for `before`, and `lag_days` more; a negative lag is a lead."""

    before: str
    after: str
    kind: LinkKind = LinkKind.FINISH_TO_START
    lag_days: int = 0


class Cycle(ValueError):
    """The links lead in a circle. `keys` names it in order, the first one again at the end."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__("The links lead in a circle: " + " → ".join(keys))
        self.keys = tuple(keys)


@dataclass(frozen=True)
class Broken:
    """A link that the dates do not keep: `after` starts `days_short` days before `earliest`, the first day it may."""

    link: Link
    earliest: date
    days_short: int


@dataclass(frozen=True)
class Slack:
    """How long a task may take longer or start later before the end of the plan moves, in days."""

    key: str
    early_start: date
    late_start: date

    @property
    def days(self) -> int:
        """0 on the critical path."""
        return (self.late_start - self.early_start).days

    @property
    def is_critical(self) -> bool:
        """Whether a day's delay here is a day's delay of the whole."""
        return self.days == 0


@dataclass(frozen=True)
class Drift:
    """A task against a baseline, in days; positive is later. None where it was, or is, not there."""

    key: str
    start_days: int | None
    finish_days: int | None
    is_new: bool = False
    is_gone: bool = False


def earliest_start(link: Link, before: Task) -> date:
    """The first day on which the link lets its `after` start."""
    if link.kind == LinkKind.START_TO_START:
        return before.start + timedelta(days=link.lag_days)
    return before.finish + timedelta(days=1 + link.lag_days)


class Plan:
    """Tasks and the links between them. Raises `Cycle`, or `ValueError` for a link to a task that is not there."""

    def __init__(self, tasks: Iterable[Task], links: Iterable[Link] = ()) -> None:
        self.tasks: Mapping[str, Task] = {task.key: task for task in tasks}
        self.links = tuple(links)
        self._before: dict[str, list[Link]] = defaultdict(list)
        self._after: dict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            for key in (link.before, link.after):
                if key not in self.tasks:
                    raise ValueError(f"A link names {key}, which is not in the plan")
            self._before[link.after].append(link)
            self._after[link.before].append(link)
        self.order = self._ordered()

    def _ordered(self) -> list[str]:
        """Every task after those it waits for."""
        waiting = {key: len(self._before[key]) for key in self.tasks}
        ready = deque(key for key, count in waiting.items() if not count)
        order = []
        while ready:
            key = ready.popleft()
            order.append(key)
            for link in self._after[key]:
                waiting[link.after] -= 1
                if not waiting[link.after]:
                    ready.append(link.after)
        if len(order) < len(self.tasks):
            raise Cycle(self._circle({key for key, count in waiting.items() if count}))
        return order

    def _circle(self, stuck: set[str]) -> list[str]:
        """A circle among tasks that each wait for another of them: walk back until a task comes again."""
        walked: dict[str, int] = {}
        key = min(stuck)
        while key not in walked:
            walked[key] = len(walked)
            key = next(link.before for link in self._before[key] if link.before in stuck)
        circle = [name for name, place in walked.items() if place >= walked[key]]
        return [key, *reversed(circle)]

    def broken(self) -> list[Broken]:
        """The links that the dates do not keep, in the order of the links."""
        found = []
        for link in self.links:
            earliest = earliest_start(link, self.tasks[link.before])
            short = (earliest - self.tasks[link.after].start).days
            if short > 0:
                found.append(Broken(link, earliest, short))
        return found

    def moved(self, key: str, start: date, finish: date) -> "Plan":
        """The plan with other dates for one task."""
        tasks = {**self.tasks, key: replace(self.tasks[key], start=start, finish=finish)}
        return Plan(tasks.values(), self.links)

    def newly_broken(self, key: str, start: date, finish: date) -> list[Broken]:
        """The links that would be broken by these dates, or broken by more days than now."""
        now = {one.link: one.days_short for one in self.broken()}
        return [one for one in self.moved(key, start, finish).broken() if one.days_short > now.get(one.link, 0)]

    def pushed(self, key: str, start: date, finish: date) -> dict[str, tuple[date, date]]:
        """The dates that keep every link behind this one once it is moved: what waits for it starts later, as long.

        Only what must move is named, `key` itself not. What stands before `key` stays where it is.
        """
        tasks = {**self.tasks, key: replace(self.tasks[key], start=start, finish=finish)}
        changed = {key}
        for each in self.order:
            if each == key:
                continue
            demands = [
                earliest_start(link, tasks[link.before]) for link in self._before[each] if link.before in changed
            ]
            late = max(((demand - tasks[each].start).days for demand in demands), default=0)
            if late > 0:
                by, task = timedelta(days=late), tasks[each]
                tasks[each] = replace(task, start=task.start + by, finish=task.finish + by)
                changed.add(each)
        return {each: (tasks[each].start, tasks[each].finish) for each in self.order if each in changed - {key}}

    @cached_property
    def slack(self) -> dict[str, Slack]:
        """Slack of every task by the critical path method; no task starts before its planned start.

        Forward: the early start is the latest of the planned start and what the links demand. Backward: the late
        start is the earliest that the end of the plan and the late starts behind it allow.
        Source: J. E. Kelley and M. R. Walker, Critical-Path Planning and Scheduling (1959).
        """
        early: dict[str, Task] = {}
        for key in self.order:
            task = self.tasks[key]
            start = max([task.start, *(earliest_start(link, early[link.before]) for link in self._before[key])])
            early[key] = replace(task, start=start, finish=start + timedelta(days=task.days - 1))
        end = max((task.finish for task in early.values()), default=None)
        late: dict[str, date] = {}
        for key in reversed(self.order):
            assert end is not None
            task = early[key]
            limits = [end - timedelta(days=task.days - 1)]
            limits += [self._latest_start(link, task, late[link.after]) for link in self._after[key]]
            late[key] = min(limits)
        return {key: Slack(key, early[key].start, late[key]) for key in self.order}

    @staticmethod
    def _latest_start(link: Link, task: Task, after_starts: date) -> date:
        if link.kind == LinkKind.START_TO_START:
            return after_starts - timedelta(days=link.lag_days)
        return after_starts - timedelta(days=link.lag_days + task.days)

    @property
    def critical(self) -> list[str]:
        """The tasks on the critical path, in order."""
        return [key for key in self.order if self.slack[key].is_critical]

    def blockers(self, key: str) -> list[str]:
        """The tasks that this one waits for directly and that are not done."""
        return [link.before for link in self._before[key] if self.tasks[link.before].done < 1]


def rolled_up(tasks: Iterable[Task]) -> float:
    """Share of the effort that is done, 0 to 1; tasks count alike where no effort is given at all. Nothing gives 0."""
    found = list(tasks)
    weights = [task.effort for task in found]
    if not any(weights):
        weights = [1.0] * len(found)
    total = sum(weights)
    return sum(weight * task.done for weight, task in zip(weights, found, strict=True)) / total if total else 0.0


def drift(tasks: Iterable[Task], baseline: Mapping[str, tuple[date, date]]) -> list[Drift]:
    """How far each task lies from a baseline of (start, finish): first those of the plan, then those that are gone."""
    found = []
    seen = set()
    for task in tasks:
        seen.add(task.key)
        if task.key not in baseline:
            found.append(Drift(task.key, None, None, is_new=True))
            continue
        start, finish = baseline[task.key]
        found.append(Drift(task.key, (task.start - start).days, (task.finish - finish).days))
    gone = [Drift(key, None, None, is_gone=True) for key in baseline if key not in seen]
    return found + gone
