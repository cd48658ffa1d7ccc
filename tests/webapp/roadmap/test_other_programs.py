"""Microsoft Project XML under MPXJ, the library with which GanttProject opens it: every figure is the product's own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from webapp.roadmap.exchange.document import PlanDocument, parse_document
from webapp.roadmap.exchange.files import FORMS, About, read
from webapp.roadmap.exchange.mspdi import NAMESPACE
from webapp.roadmap.exchange.xml import parsed
from webapp.roadmap.standard import standard_plan

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(shutil.which("java") is None and "CI" not in os.environ, reason="needs Java"),
]

PROGRAM = Path(__file__).with_name("projects.py")
OWNERS = ("ada@example.com", "grace+plan@example.com")
NAMES = (
    "日本語の計画と評価",
    "Überprüfung — “fertig”",
    "مراجعة الأمان",
    "🚦 Gate <b>&amp; ]]>",
    "=HYPERLINK(1)",
    "x" * 160,
    "Ethics",
    "Ethics",
    "O'Brien; A,B",
    "Ж" * 120,
)


def milestone(number: int, phase: int, start: date, days: int, **more: Any) -> dict[str, Any]:
    finish = start + timedelta(days=days - 1)
    return {"key": f"m{number}", "phase": phase, "name": NAMES[number], "start": start, "finish": finish, **more}


def varied_plan() -> PlanDocument:
    """Every kind of link and lag, over leap days, changes to summer time and years; an empty phase, a broken link."""
    day = date(2028, 2, 25)
    owned: dict[str, Any] = {"owner": OWNERS[0], "serves": ["job:sft", "study:test_time"]}
    return parse_document(
        {
            "phases": [{"name": "Erste Phase", "aim": "One\ntwo\n\n• three"}, {"name": "Empty"}, {"name": "最後"}],
            "milestones": [
                milestone(0, 1, day, 1, effort_days=0.01, **owned),
                milestone(1, 1, day + timedelta(days=1), 40, effort_days=2.35, description="Tab\there\nÜ", **owned),
                milestone(2, 1, date(2028, 10, 28), 3, effort_days=400, owner=OWNERS[1]),
                milestone(3, 1, date(2028, 12, 30), 5),
                milestone(4, 1, date(2029, 3, 1), 365, effort_days=33.33, owner=OWNERS[1]),
                milestone(5, 3, date(2029, 3, 20), 2),
                milestone(6, 3, date(2029, 4, 1), 10, effort_days=1),
                milestone(7, 3, date(2040, 2, 29), 1, effort_days=12.5),
                milestone(8, 3, date(2029, 5, 1), 7),
                milestone(9, 3, date(2029, 5, 2), 1),
            ],
            "links": [
                {"before": "m0", "after": "m1"},
                {"before": "m1", "after": "m2", "lag_days": 203},
                {"before": "m2", "after": "m3", "kind": "SS", "lag_days": 60},
                {"before": "m4", "after": "m5", "kind": "SS", "lag_days": 19},
                {"before": "m5", "after": "m6", "kind": "SS", "lag_days": -3},
                {"before": "m6", "after": "m7", "lag_days": 3650},
                {"before": "m6", "after": "m8", "lag_days": -400},
                {"before": "m8", "after": "m9", "lag_days": 1},
            ],
        }
    )


PLANS = {"standard": standard_plan(), "varied": varied_plan()}
PASSED = {"standard": frozenset({"data-agreed", "baseline"}), "varied": frozenset({"m0", "m1", "m8"})}
EMPTY = parse_document({"phases": [{"name": "Only"}], "milestones": []})
FOREIGN = f"""<?xml version="1.0"?><Project xmlns="{NAMESPACE}"><Title>Theirs</Title>
<StartDate>2026-03-02T08:00:00</StartDate><MinutesPerDay>480</MinutesPerDay><CalendarUID>1</CalendarUID>
<ExtendedAttributes><ExtendedAttribute><FieldID>188743731</FieldID><FieldName>Text1</FieldName><Alias>Team</Alias>
</ExtendedAttribute></ExtendedAttributes><Tasks>
<Task><UID>0</UID><ID>0</ID><Name>Theirs</Name><OutlineLevel>0</OutlineLevel><Summary>1</Summary></Task>
{{tasks}}</Tasks></Project>"""
TASKS = (
    (1, 1, "Build", "", ""),
    (2, 2, "Design", "", ""),
    (3, 3, "Sketch", "02T08 04T17 24", ""),
    (4, 3, "Choose", "05T08 05T17 8", "<PredecessorUID>3</PredecessorUID><Type>1</Type><LinkLag>4800</LinkLag>"),
    (5, 2, "Buy", "06T08 06T12 4", "<PredecessorUID>4</PredecessorUID><LinkLag>50</LinkLag><LagFormat>19</LagFormat>"),
    (6, 1, "Sell", "", ""),
    (7, 2, "Design", "", ""),
    (
        8,
        3,
        "Shop",
        "09T08 10T17 16",
        "<PredecessorUID>5</PredecessorUID><LinkLag>28800</LinkLag><LagFormat>8</LagFormat>",
    ),
    (9, 1, "Sketch", "11T17 11T17 0", "<PredecessorUID>8</PredecessorUID><Type>3</Type><LinkLag>2400</LinkLag>"),
)


def foreign() -> str:
    """A file as a planner with three levels, half days and fields of their own has it."""
    tasks = []
    for uid, level, name, times, link in TASKS:
        dates = ""
        if times:
            start, finish, hours = times.split()
            dates = f"<Start>2026-03-{start}:00:00</Start><Finish>2026-03-{finish}:00:00</Finish>"
            dates += f"<Duration>PT{hours}H0M0S</Duration><DurationFormat>7</DurationFormat>"
        links = f"<PredecessorLink>{link}</PredecessorLink>" if link else ""
        field = "<ExtendedAttribute><FieldID>188743731</FieldID><Value>Team A</Value></ExtendedAttribute>"
        tasks.append(
            f"<Task><UID>{uid}</UID><ID>{uid}</ID><Name>{name}</Name><OutlineLevel>{level}</OutlineLevel>{dates}"
            f"<Summary>{int(not times)}</Summary>{links}{field}</Task>"
        )
    return FOREIGN.format(tasks="\n".join(tasks))


@dataclass(frozen=True)
class Read:
    """What MPXJ made of the files: its view of each, the project as it writes it, and Microsoft's schema."""

    told: Mapping[str, dict[str, Any]]
    again: Mapping[str, bytes]
    written: Mapping[str, bytes]
    schema: dict[str, list[str]]


@pytest.fixture(scope="module")
def mpxj(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """One Java machine reads every file."""
    folder = tmp_path_factory.mktemp("projects")
    files = {name: export(plan, passed=PASSED[name]) for name, plan in PLANS.items()}
    files |= {"empty": export(EMPTY), "foreign": foreign().encode()}
    for name, content in files.items():
        (folder / f"{name}.xml").write_bytes(content)
    subprocess.run([sys.executable, PROGRAM, folder, *PLANS], check=True, timeout=300)
    told = {name: json.loads((folder / f"{name}.json").read_text()) for name in files}
    again = {name: (folder / "again" / f"{name}.xml").read_bytes() for name in files}
    return Read(told, again, files, json.loads((folder / "schema.json").read_text()))


def export(plan: PlanDocument, passed: frozenset[str] = frozenset()) -> bytes:
    about = About("Tri\x0bage <&> 日本", "triage", "uplift.example", datetime(2026, 3, 1, 9, tzinfo=UTC), passed)
    return FORMS["mspdi"].write(plan, about)


def by_key(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {task["texts"][0]: task for task in told["tasks"] if task["texts"][0]}


def begins(day: date) -> str:
    return f"{day.isoformat()}T08:00"


def ends(day: date) -> str:
    return f"{day.isoformat()}T17:00"


@pytest.mark.parametrize("name", PLANS)
def test_every_task_is_read_as_it_is_here(name: str, mpxj: Read) -> None:
    plan, tasks = PLANS[name], by_key(mpxj.told[name])
    assert set(tasks) == {part.key for part in plan.milestones}
    for part in plan.milestones:
        task = tasks[part.key]
        days = (part.finish - part.start).days + 1
        is_done = part.key in PASSED[name]
        assert (task["name"], task["start"], task["finish"]) == (part.name, begins(part.start), ends(part.finish))
        assert (task["days"], task["percent_complete"]) == (days, 100 if is_done else 0)
        assert task["work_hours"] == pytest.approx(part.effort_days * 8, abs=1 / 3600)
        assert (task["level"], task["is_milestone"], task["is_summary"]) == (2, False, False)
        assert (task["notes"] or "").strip() == part.description
        assert (task["texts"][1] or "").split() == part.serves
        assert task["parent"] == part.phase
        actual = (begins(part.start), ends(part.finish)) if is_done else (None, None)
        assert (task["actual_start"], task["actual_finish"]) == actual


@pytest.mark.parametrize("name", PLANS)
def test_every_link_has_its_kind_and_its_lag_in_tenths_of_a_minute(name: str, mpxj: Read) -> None:
    plan, told = PLANS[name], mpxj.told[name]
    keys = {task["uid"]: key for key, task in by_key(told).items()}
    found = {
        (keys[link["before"]], keys[task["uid"]]): (link["kind"], link["lag_tenths"], link["lag_unit"])
        for task in told["tasks"]
        for link in task["links"]
    }
    assert found == {(one.before, one.after): (one.kind.value, one.lag_days * 4800, "d") for one in plan.links}
    assert len(found) >= 8


@pytest.mark.parametrize("name", PLANS)
def test_a_program_that_calculates_dates_anew_finds_the_same(name: str, mpxj: Read) -> None:
    """By Microsoft Project's way: calendar, durations, links, lags and constraints together give the plan's dates."""
    tasks = {task["texts"][0]: (task["start"], task["finish"]) for task in mpxj.told[name]["calculated"]}
    for part in PLANS[name].milestones:
        assert tasks[part.key] == (begins(part.start), ends(part.finish)), part.key


@pytest.mark.parametrize("name", PLANS)
def test_phases_hold_their_milestones_and_the_project_all_of_them(name: str, mpxj: Read) -> None:
    plan, told = PLANS[name], mpxj.told[name]
    top, *others = told["tasks"]
    assert (top["uid"], top["level"], top["name"], top["is_summary"]) == (0, 0, "Tri age <&> 日本", True)
    phases = [task for task in others if task["level"] == 1]
    assert [task["name"] for task in phases] == [phase.name for phase in plan.phases]
    for number, (task, phase) in enumerate(zip(phases, plan.phases, strict=True), start=1):
        inside = [part for part in plan.milestones if part.phase == number]
        assert (task["notes"] or "") == (phase.aim or "")
        if inside:
            first, last = min(part.start for part in inside), max(part.finish for part in inside)
            assert (task["start"], task["finish"]) == (begins(first), ends(last))
            assert (task["is_summary"], task["days"]) == (True, (last - first).days + 1)
    first, last = plan.first_day, max(part.finish for part in plan.milestones)
    assert first is not None
    assert (told["start"], told["finish"]) == (begins(first), ends(last))
    assert told["working_days"] == [True] * 7
    assert (told["title"], told["minutes_a_day"]) == ("Tri age <&> 日本", 480)


def test_owners_are_assigned_with_their_work(mpxj: Read) -> None:
    plan, told = PLANS["varied"], mpxj.told["varied"]
    assert [(one["name"], one["email"]) for one in told["resources"]] == [(owner, owner) for owner in OWNERS]
    emails = {one["uid"]: one["email"] for one in told["resources"]}
    tasks = {task["uid"]: key for key, task in by_key(told).items()}
    found = {tasks[one["task"]]: one for one in told["assignments"]}
    assert set(found) == {part.key for part in plan.milestones if part.owner}
    for part in plan.milestones:
        if part.owner:
            one = found[part.key]
            assert emails[one["resource"]] == part.owner
            assert one["work_hours"] == pytest.approx(part.effort_days * 8, abs=1 / 3600)
            assert (one["start"], one["finish"]) == (begins(part.start), ends(part.finish))
            share = part.effort_days / ((part.finish - part.start).days + 1)
            assert one["units"] == pytest.approx(100 * share, rel=1e-3)


@pytest.mark.parametrize("name", [*PLANS, "empty"])
def test_what_the_other_program_writes_comes_in_unchanged(name: str, mpxj: Read) -> None:
    plan = {**PLANS, "empty": EMPTY}[name]
    found = read(mpxj.again[name], [phase.name for phase in plan.phases])
    assert not found.remarks
    assert comparable(found.document) == comparable(plan)
    assert mpxj.again[name] != mpxj.written[name]


def comparable(plan: PlanDocument) -> dict[str, Any]:
    raw: dict[str, Any] = plan.model_dump(mode="json")
    raw["links"].sort(key=lambda link: (link["after"], link["before"]))
    for part in [*raw["phases"], *raw["milestones"]]:
        part.pop("gate")
    for phase in raw["phases"]:
        phase["aim"] = phase["aim"] or ""
    return raw


def test_a_foreign_file_means_the_same_before_and_after_the_other_program(mpxj: Read) -> None:
    """Lags: 1 working day, half of the one day before, 2 days by the clock, half a day taken as none."""
    first, second = (read(content, []) for content in (mpxj.written["foreign"], mpxj.again["foreign"]))
    assert first.document == second.document
    plan = first.document
    assert [phase.name for phase in plan.phases] == ["Build", "Build: Design", "Sell: Design"]
    assert [part.phase for part in plan.milestones] == [2, 2, 1, 3, 1]
    assert [part.key for part in plan.milestones] == ["sketch", "choose", "buy", "shop", "sketch-9"]
    assert [(one.kind.value, one.lag_days) for one in plan.links] == [("FS", 1), ("FS", 0), ("FS", 2), ("SS", 0)]
    assert plan.milestones[4].start == plan.milestones[4].finish == date(2026, 3, 11)
    assert sorted(first.remarks) == sorted(second.remarks)
    assert [place for place, _ in first.remarks] == ["task Buy", "task Sketch"]


def test_elements_stand_in_the_order_of_the_schema(mpxj: Read) -> None:
    """Microsoft's own program refuses a file whose elements stand in another order."""
    checked = 0
    for name in PLANS:
        for path, element in elements(parsed(mpxj.written[name]), "Project"):
            order = mpxj.schema.get(path)
            names = [child.tag.rpartition("}")[2] for child in element]
            if order is not None and names:
                places = [order.index(child) for child in names]
                assert places == sorted(places), path
                checked += 1
    assert checked > 100


def elements(element: Element, path: str) -> Iterator[tuple[str, Element]]:
    yield path, element
    for child in element:
        yield from elements(child, f"{path}.{child.tag.rpartition('}')[2]}")
