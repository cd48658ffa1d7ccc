"""The API of the roadmap: who may call what, and that it does what the pages do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp import factories
from tests.webapp.roadmap import rows
from webapp.accounts.models import User
from webapp.jobs.models import Measurement
from webapp.projects.models import Project
from webapp.roadmap.models import Change, Roadmap

API = "/api/v1/projects"
Caller = Callable[..., Client]
JSON = "application/json"


@pytest.fixture
def roadmap(project: Project, people: dict[str, User]) -> Roadmap:
    return rows.started(project, people["owner"])


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("editor", 200), ("viewer", 200), ("stranger", 404)])
def test_who_may_read(role: str, status: int, caller: Caller, roadmap: Roadmap) -> None:
    client, base = caller(role), f"{API}/{roadmap.project.code}/roadmap"
    for path in ("", "/plan", "/milestones/served"):
        assert client.get(base + path).status_code == status


def bodies(roadmap: Roadmap) -> list[tuple[str, str, dict[str, Any], int]]:
    """(method, path, body, rank needed) of each call that changes something."""
    gate = rows.milestone(roadmap, "served").gate
    [row] = gate.criteria.all()
    until = timezone.localdate().isoformat()
    return [
        ("put", "/roadmap/plan", {"version": 1}, 2),
        ("post", "/roadmap/judge", {}, 2),
        ("patch", "/roadmap/milestones/served", {"version": 99}, 2),
        ("post", "/roadmap/milestones/served/comments", {"text": "Well"}, 2),
        ("post", f"/roadmap/gates/{gate.pk}/decisions", {"choice": "hold", "note": "Why"}, 3),
        ("post", f"/roadmap/criteria/{row.pk}/reviews", {"is_approved": False, "note": "No"}, 2),
        ("post", f"/roadmap/criteria/{row.pk}/waivers", {"reason": "Why", "until": until}, 3),
        ("post", "/measurements", {"metric": "x", "value": 1, "source": "S"}, 2),
    ]


@pytest.mark.parametrize(("role", "rank"), [("owner", 3), ("editor", 2), ("viewer", 1), ("stranger", 0)])
def test_who_may_change(role: str, rank: int, caller: Caller, roadmap: Roadmap) -> None:
    client = caller(role)
    for method, path, body, need in bodies(roadmap):
        before = Change.objects.count()
        status = getattr(client, method)(f"{API}/{roadmap.project.code}{path}", body, content_type=JSON).status_code
        if rank == 0:
            assert status == 404, path
        elif rank < need:
            assert status == 403, path
            assert Change.objects.count() == before
        else:
            assert status in (200, 201, 409, 422), (path, status)


def test_a_roadmap_is_started_and_read(caller: Caller, project: Project) -> None:
    client, address = caller("editor"), f"{API}/{project.code}/roadmap"
    assert client.get(address).status_code == 404
    assert client.post(address, {"starts": "soon"}, content_type=JSON).status_code == 422
    assert client.post(address, {"starts": "2026-09-07", "template": "None"}, content_type=JSON).status_code == 422
    made = client.post(address, {"starts": "2026-09-07"}, content_type=JSON)
    assert made.status_code == 201
    found = made.json()
    assert [phase["number"] for phase in found["phases"]] == [1, 2, 3]
    assert len(found["milestones"]) == 17
    assert found["milestones"][0]["start"] == "2026-09-07"
    assert {link["days_short"] for link in found["links"]} == {0}
    again = client.post(address, {"starts": "2026-09-07"}, content_type=JSON)
    assert (again.status_code, again.json()["faults"][0]["message"]) == (422, "This project has a roadmap already.")


def test_a_plan_goes_round_unchanged_and_faults_come_all_at_once(caller: Caller, roadmap: Roadmap) -> None:
    client, address = caller("editor"), f"{API}/{roadmap.project.code}/roadmap/plan"
    plan = client.get(address).json()
    assert set(client.put(address, plan, content_type=JSON).json().values()) == {0}
    plan["milestones"][0]["name"] = ""
    plan["milestones"][1]["start"] = "never"
    answer = client.put(address, plan, content_type=JSON)
    assert answer.status_code == 422
    assert [fault["path"] for fault in answer.json()["faults"]] == ["milestones 1 name", "milestones 2 start"]


def test_a_milestone_is_changed_if_it_is_as_it_was_seen(
    caller: Caller, roadmap: Roadmap, people: dict[str, User]
) -> None:
    client, address = caller("editor"), f"{API}/{roadmap.project.code}/roadmap/milestones/baseline"
    found = client.get(address).json()
    finish = rows.milestone(roadmap, "baseline").finish + timedelta(days=7)
    body = {"version": 1, "owner": "editor@example.com", "finish": finish.isoformat(), "push": True}
    changed = client.patch(address, body, content_type=JSON).json()
    assert (changed["owner"], changed["version"], changed["finish"]) == ("editor@example.com", 2, finish.isoformat())
    tuned = client.get(address.replace("baseline", "fine-tuned")).json()
    assert tuned["start"] == (finish + timedelta(days=1)).isoformat()
    late = client.patch(address, {"version": 1, "name": "Mine"}, content_type=JSON)
    assert (late.status_code, late.json()["version"]) == (409, 2)
    for wrong in ({"owner": "stranger@example.com"}, {"phase": 9}, {"finish": "1999-01-01"}, {"effort_days": -1}):
        assert client.patch(address, {"version": 2, **wrong}, content_type=JSON).status_code == 422
    assert client.patch(address, {"version": 2, "owner": None}, content_type=JSON).json()["owner"] is None
    assert found["name"] == "Baseline evaluation"


def test_external_evidence_opens_a_gate(caller: Caller, roadmap: Roadmap) -> None:
    client, base = caller("editor"), f"{API}/{roadmap.project.code}"
    body = {"metric": "pair_accuracy", "value": 0.8, "n": 400, "source": "Partner, May"}
    made = client.post(f"{base}/measurements", body, content_type=JSON)
    assert made.status_code == 201
    assert (made.json()["job"], made.json()["source"]) == (None, "Partner, May")
    bad = client.post(f"{base}/measurements", {**body, "value": 3}, content_type=JSON)
    assert bad.json()["faults"][0]["path"] == "value"
    assert Measurement.objects.count() == 1
    judged = client.post(f"{base}/roadmap/judge", {}, content_type=JSON).json()
    reward = next(one for one in judged["milestones"] if one["key"] == "reward-model")
    assert (reward["gate"]["state"], reward["gate"]["criteria"][0]["figure"]["source"]) == ("passed", "Partner, May")


def test_a_waiver_opens_a_gate_and_a_decision_follows(caller: Caller, roadmap: Roadmap) -> None:
    client, base = caller("owner"), f"{API}/{roadmap.project.code}/roadmap"
    gate = rows.milestone(roadmap, "served").gate
    [row] = gate.criteria.all()
    go = {"choice": "go"}
    refused = client.post(f"{base}/gates/{gate.pk}/decisions", go, content_type=JSON)
    assert (refused.status_code, refused.json()["faults"][0]["path"]) == (422, "choice")
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    waived = client.post(f"{base}/criteria/{row.pk}/waivers", {"reason": "Pilot", "until": until}, content_type=JSON)
    assert (waived.status_code, waived.json()["state"]) == (201, "passed")
    assert waived.json()["criteria"][0]["is_waived"]
    assert client.post(f"{base}/gates/{gate.pk}/decisions", go, content_type=JSON).status_code == 201


def test_gates_of_another_project_are_not_found(caller: Caller, roadmap: Roadmap, people: dict[str, User]) -> None:
    theirs = factories.project(owner=people["stranger"], name="Theirs")
    rows.started(theirs, people["stranger"])
    gate = rows.milestone(roadmap, "served").gate
    body = {"choice": "hold", "note": "x"}
    answer = caller("stranger").post(f"{API}/{theirs.code}/roadmap/gates/{gate.pk}/decisions", body, content_type=JSON)
    assert answer.status_code == 404
