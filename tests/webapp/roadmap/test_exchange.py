"""Plans go out and come in unchanged, in every form; what is hostile or broken is answered."""

import contextlib
import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.roadmap.exchange.collect import collect
from webapp.roadmap.exchange.document import DocumentFaults, PlanDocument, parse_document
from webapp.roadmap.exchange.files import FORMS, MOST_BYTES, About, read
from webapp.roadmap.exchange.mspdi import NAMESPACE, from_mspdi
from webapp.roadmap.exchange.tables import harmless, plain
from webapp.roadmap.exchange.xml import children, parsed, text_of, whole_of
from webapp.roadmap.models import Change
from webapp.roadmap.services.adopt import adopt
from webapp.roadmap.standard import standard_plan

from . import rows

ABOUT = About("Triage", "triage", "uplift.example", datetime(2026, 3, 1, 9, tzinfo=UTC))
ROUND = ("json", "csv", "mspdi")

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), min_size=1, max_size=20
)
risky = st.sampled_from(
    ["=cmd()", "+1", "-1", "@x", "'=1", "'", "''", 'a"b', "a,b;c", "<b>&amp;", "]]>", "日本語", "-"]
)
lines = (words | risky).map(str.strip).filter(lambda text: text and "\ufeff" not in text)
prose = st.one_of(st.just(""), lines, st.lists(lines, min_size=2, max_size=3).map("\n".join))
criteria = st.sampled_from(
    [
        {"kind": "review", "role": "=Ethics"},
        {"kind": "count", "counted": "ratings", "threshold": 200, "level": "should"},
        {"kind": "measurement", "metric": "exact", "threshold": 0.85, "title": "“Enough”, they said"},
    ]
)
gates = st.fixed_dictionaries(
    {"criteria": st.lists(criteria, max_size=3), "should_needed": st.none() | st.integers(0, 3)}
)


@st.composite
def documents(draw: st.DrawFn) -> PlanDocument:
    """Any plan: each phase has a milestone, links lead forward."""
    phases = draw(st.lists(lines, min_size=1, max_size=3, unique=True))
    count = draw(st.integers(len(phases), 7))
    milestones: list[dict[str, Any]] = []
    for number in range(count):
        start = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 900)))
        milestones.append(
            {
                "key": f"m{number}",
                "phase": number + 1 if number < len(phases) else draw(st.integers(1, len(phases))),
                "name": draw(lines),
                "description": draw(prose),
                "owner": draw(st.sampled_from(["", "ada@example.com", "b+c@example.com"])),
                "start": start,
                "finish": start + timedelta(days=draw(st.integers(0, 200))),
                "effort_days": draw(st.integers(0, 50_000)) / 100,
                "serves": draw(st.lists(st.sampled_from(["job:sft", "study:test_time"]), max_size=2, unique=True)),
                "gate": draw(gates),
            }
        )
    milestones.sort(key=lambda part: part["phase"])
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    chosen = draw(st.lists(pairs, unique=True, max_size=8)) if count > 1 else []
    links = [
        {
            "before": f"m{before}",
            "after": f"m{after}",
            "kind": draw(st.sampled_from(["FS", "SS"])),
            "lag_days": draw(st.integers(-400, 400)),
        }
        for before, after in chosen
    ]
    shown = [{"name": name, "aim": draw(prose), "gate": draw(gates)} for name in phases]
    return parse_document({"phases": shown, "milestones": milestones, "links": links})


def there_and_back(document: PlanDocument, form: str) -> PlanDocument:
    content = FORMS[form].write(document, ABOUT)
    return read(content, [phase.name for phase in document.phases]).document


def comparable(document: PlanDocument, form: str) -> dict[str, Any]:
    """What the form carries, links in any order."""
    raw: dict[str, Any] = document.model_dump(mode="json")
    raw["links"].sort(key=lambda link: (link["after"], link["before"]))
    for part in [*raw["phases"], *(raw["milestones"] if form == "mspdi" else [])]:
        part.pop("gate") if form != "json" else None
    for phase in raw["phases"] if form == "csv" else []:
        phase.pop("aim")
    return raw


@pytest.mark.parametrize("form", ROUND)
@settings(deadline=None, max_examples=25)
@given(document=documents())
def test_a_round_trip_changes_nothing(form: str, document: PlanDocument) -> None:
    assert comparable(there_and_back(document, form), form) == comparable(document, form)


@pytest.mark.parametrize("form", ROUND)
def test_a_roadmap_goes_out_and_in_unchanged(form: str, project: Project, people: dict[str, User]) -> None:
    roadmap = rows.started(project, people["owner"])
    before = Change.objects.count()
    done = adopt(by=people["owner"], roadmap=roadmap, document=there_and_back(collect(roadmap), form))
    assert done.is_nothing
    assert Change.objects.count() == before
    assert collect(roadmap) == standard_plan()


def test_no_cell_is_a_formula() -> None:
    plan = standard_plan().model_dump(mode="json")
    plan["milestones"][0] |= {"name": "=HYPERLINK(1)", "description": "@SUM(1)", "owner": "+x@example.com"}
    content = FORMS["csv"].write(parse_document(plan), ABOUT).decode()
    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=HYPERLINK(1)" in cells


@given(st.text(max_size=10))
def test_making_a_cell_harmless_can_be_undone(cell: str) -> None:
    assert plain(harmless(cell)) == cell
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_project_xml_has_links_with_lag_in_tenths_of_a_minute() -> None:
    """FS and SS are types 1 and 3; 7 days of 8 hours are 7 x 8 x 60 x 10 = 33,600 tenths of a minute."""
    root = parsed(FORMS["mspdi"].write(standard_plan(), ABOUT))
    assert root.tag == f"{{{NAMESPACE}}}Project"
    tasks = {text_of(task, "Name"): task for task in children(root, "Tasks", "Task")}
    ethics = tasks["Ethical guidelines and safety evaluation"]
    [link] = children(ethics, "PredecessorLink")
    assert (whole_of(link, "Type"), whole_of(link, "LinkLag"), whole_of(link, "LagFormat")) == (3, 33_600, 7)
    assert whole_of(link, "PredecessorUID") == whole_of(tasks["SFT or PEFT model"], "UID")
    assert text_of(tasks["Baseline evaluation"], "Duration") == "PT56H0M0S"
    assert [text_of(task, "Summary") for task in tasks.values()].count("1") == 4
    uids = [whole_of(task, "UID") for task in tasks.values()]
    assert len(set(uids)) == len(uids) == 21


FOREIGN = f"""<?xml version="1.0"?><Project xmlns="{NAMESPACE}"><MinutesPerDay>480</MinutesPerDay><Tasks>
<Task><UID>0</UID><Name>The project</Name><OutlineLevel>0</OutlineLevel><Summary>1</Summary></Task>
<Task><UID>1</UID><Name>Design</Name><OutlineLevel>1</OutlineLevel><Summary>0</Summary>
<Start>2026-03-02T08:00:00</Start><Finish>2026-03-04T17:00:00</Finish><Work>PT24H0M0S</Work></Task>
<Task><UID>7</UID><Name>Design</Name><OutlineLevel>1</OutlineLevel><Summary>0</Summary>
<Start>2026-03-09T08:00:00</Start><Finish>2026-03-10T17:00:00</Finish>
<PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type><LinkLag>9600</LinkLag><LagFormat>7</LagFormat>
</PredecessorLink></Task></Tasks></Project>"""


def test_a_file_of_another_program_is_read() -> None:
    """8-hour days: 9,600 tenths of a minute are 2 days, 24 hours of work are 3 person-days."""
    found = read(FOREIGN.encode(), []).document
    first, second = found.milestones
    assert (first.key, second.key) == ("design", "design-7")
    assert (first.start, first.finish, first.effort_days) == (date(2026, 3, 2), date(2026, 3, 4), 3)
    assert [(link.before, link.after, link.lag_days) for link in found.links] == [("design", "design-7", 2)]
    assert found.phases[0].name == "Plan"


def test_a_task_in_parts_of_days_and_outside_of_a_plan_is_told() -> None:
    """Half of an 8-hour day is taken as none: what keeps a link in half days keeps it in whole ones."""
    found = read(FOREIGN.replace("<LinkLag>9600<", "<LinkLag>2400<").encode(), [])
    assert [link.lag_days for link in found.document.links] == [0]
    assert found.remarks == [("task Design", "a lag of 0.500 days is taken as 0")]
    outside = read(FOREIGN.replace("<PredecessorUID>1<", "<PredecessorUID>99<").encode(), [])
    assert not outside.document.links
    assert "left out" in outside.remarks[0][1]


def test_phases_that_a_file_does_not_name_keep_their_aims() -> None:
    found = read(FOREIGN.encode(), ["First", "Second"]).document
    assert [(phase.name, phase.aim) for phase in found.phases] == [("First", None), ("Second", None)]


def test_every_fault_of_a_project_is_told_by_its_task() -> None:
    broken = FOREIGN.replace("2026-03-02T", "someday").replace("PT24H", "PT1.2.3H").replace("<Type>1<", "<Type>2<")
    with pytest.raises(DocumentFaults) as faults:
        read(broken.replace("<Name>Design</Name>", "<Name>Sketch</Name>", 1).encode(), [])
    assert [place for place, _ in faults.value.faults] == ["task Sketch", "task Design"]
    with pytest.raises(DocumentFaults) as faults:
        read(FOREIGN.replace("<Name>Design", f"<Name>{'x' * 161}", 1).encode(), [])
    assert faults.value.faults[0][0] == f"task {'x' * 60}, name"


BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><Project>&c;</Project>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Project>&x;</Project>'
HEAD = "key,phase,name,start,finish"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        ("<Project/>", "no Microsoft Project XML"),
        ("<a><b></a>", "no XML"),
        ("<a>" * 100, "nested too deeply"),
        (f'<Project xmlns="{NAMESPACE}"><Tasks><Task><UID>1</UID><Name>A</Name></Task></Tasks></Project>', "no date"),
        (FOREIGN.replace("<Type>1</Type>", "<Type>0</Type>"), "only finish-to-start"),
        (FOREIGN.replace("<UID>1</UID>", "<UID>one</UID>"), "no number"),
        (FOREIGN.replace("PT24H", "PT2x"), "cannot be read"),
        ("", "empty"),
        ("{", "no JSON"),
        ("[1]", "plan"),
        ("[" * 100_000, "no JSON"),
        ('{"phases": [{"name": "A"}], "milestones": [], "evil": 1}', "evil"),
        ("name\nA", "key is missing"),
        (f"{HEAD},colour\n", "colour is not known"),
        (f"{HEAD},key\n", "stands there twice"),
        (f"{HEAD}\na,P,A,2026-13-01,2026-01-02", "milestones 1 start"),
        (f"{HEAD}\na,P,A,2026-01-03,2026-01-02", "finishes before it starts"),
        (f"{HEAD}\na,P,A,0001-01-01,2026-01-02", "between the years"),
        (f"{HEAD}\nA b,P,A,2026-01-01,2026-01-02", "milestones 1 key"),
        (f"{HEAD}\na,,A,2026-01-01,2026-01-02", "names no phase"),
        (f"{HEAD}\na,P,A,2026-01-01,2026-01-02\na,P,B,2026-01-01,2026-01-02", "given twice"),
        (f"{HEAD},depends_on\na,P,A,2026-01-01,2026-01-02,a FS", "circle"),
        (f"{HEAD},depends_on\na,P,A,2026-01-01,2026-01-02,b", "not in the plan"),
        (f"{HEAD},depends_on\na,P,A,2026-01-01,2026-01-02,b XX", "depends_on holds"),
        (f'{HEAD},criteria\na,P,A,2026-01-01,2026-01-02,"[{{""kind"": ""x""}}]"', "criteria"),
        (f"{HEAD},effort_days\na,P,A,2026-01-01,2026-01-02,many", "no number"),
        (f"{HEAD}\na,P,A\x00,2026-01-01,2026-01-02", "control characters"),
        (f'{HEAD}\na,P,"A', "no CSV"),
    ],
)
def test_what_cannot_be_read_is_answered(content: str, said: str) -> None:
    with pytest.raises(DocumentFaults) as faults:
        read(content.encode(), [])
    assert said in str(faults.value)


def test_files_that_are_too_large_or_no_text_are_answered() -> None:
    with pytest.raises(DocumentFaults, match="larger than"):
        read(b"a" * (MOST_BYTES + 1), [])
    with pytest.raises(DocumentFaults, match="UTF-8"):
        read(b"\xff\xfe<\x00P\x00", [])
    lines = "\n".join(f"m{n},P{n},A,2026-01-01,2026-01-02" for n in range(20_000))
    with pytest.raises(DocumentFaults, match="1000"):
        read(f"{HEAD}\n{lines}".encode(), [])
    with pytest.raises(DocumentFaults, match="1000"):
        read(f'<Project xmlns="{NAMESPACE}"><Tasks>{"<Task/>" * 20_000}</Tasks></Project>'.encode(), [])


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_plan_or_a_fault(content: bytes) -> None:
    for begin in (b"", b"<", b"{", b"key,phase,name,start,finish\n"):
        with contextlib.suppress(DocumentFaults):
            assert read(begin + content, []).document.phases


def test_a_calendar_has_an_event_a_milestone() -> None:
    plan = standard_plan().model_dump(mode="json")
    plan["milestones"][0] |= {"name": "Rows; agreed, in full\\", "description": "Line one\nline two " + "ü" * 60}
    text = FORMS["ics"].write(parse_document(plan), ABOUT).decode()
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 17
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:Rows\\; agreed\\, in full\\\\\r\n" in unfolded
    assert "Line one\\nline two " + "ü" * 60 in unfolded
    assert "UID:baseline.triage@uplift.example\r\n" in unfolded
    assert "DTSTART;VALUE=DATE:20000123\r\nDTEND;VALUE=DATE:20000124\r\n" in unfolded


def test_exported_json_is_the_document() -> None:
    raw = json.loads(FORMS["json"].write(standard_plan(), ABOUT))
    assert parse_document(raw) == standard_plan()
    assert from_mspdi(parsed(FORMS["mspdi"].write(standard_plan(), ABOUT))).document.links
