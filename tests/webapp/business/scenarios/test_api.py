"""The scenario calls do what the pages do: the engine's figures, every fault at once, and nothing overwritten."""

import pytest
from django.test import Client

import roi
from webapp.accounts.models import User
from webapp.business.models import Scenario
from webapp.business.services import figures, stored_case
from webapp.projects.models import Project

from .test_who_may import API, speak

JSON = "application/json"


@pytest.fixture
def caller(people: dict[str, User]) -> Client:
    return speak(people["editor"])


def test_the_outcome_is_the_stored_one(caller: Client, scenario: Scenario) -> None:
    told = caller.get(f"{API}/scenarios/{scenario.code}/outcome").json()
    best = figures(scenario)
    by_key = {option["key"]: option for option in told["outcome"]["options"]}
    assert by_key[best["option"]]["npv"]["value"] == pytest.approx(best["npv"])
    risks = {option["key"]: option for option in told["simulation"]["options"]}
    assert risks[best["option"]]["chance_positive"] == pytest.approx(best["p_npv_positive"])


def test_every_fault_is_told_with_its_path(caller: Client, project: Project, scenario: Scenario) -> None:
    case = dict(scenario.document)
    case["work"] = {**case["work"], "minutes_per_item": -1, "success_rate": 1.4}
    case["time"] = {**case["time"], "horizon_months": 10_000}
    for answer in (
        caller.post(f"{API}/projects/{project.code}/scenarios", {"case": case}, content_type=JSON),
        caller.post(f"{API}/scenarios/evaluate", case, content_type=JSON),
        caller.put(f"{API}/scenarios/{scenario.code}", {"case": case, "version": 1}, content_type=JSON),
    ):
        assert answer.status_code == 422
        paths = {fault["path"] for fault in answer.json()["faults"]}
        assert {"time.horizon_months", "work.success_rate"} <= {path.removesuffix(".value") for path in paths}
    assert Scenario.objects.count() == 1


def test_the_later_of_two_writers_is_told(caller: Client, scenario: Scenario) -> None:
    one = roi.replace(stored_case(scenario), {"work.coverage": 0.4}).data()
    body = {"case": one, "version": 1, "note": "By a program"}
    assert caller.put(f"{API}/scenarios/{scenario.code}", body, content_type=JSON).json()["version"] == 2
    late = caller.put(f"{API}/scenarios/{scenario.code}", body, content_type=JSON)
    assert (late.status_code, late.json()["version"]) == (409, 2)
    versions = caller.get(f"{API}/scenarios/{scenario.code}/versions").json()
    assert [version["number"] for version in versions] == [2, 1]
    assert versions[0]["changes"][0]["path"] == "work.coverage"


def test_a_text_that_no_database_holds_is_a_fault(caller: Client, project: Project, scenario: Scenario) -> None:
    case = {**scenario.document, "name": "a\x00b"}
    for answer in (
        caller.post(f"{API}/projects/{project.code}/scenarios", {"case": case}, content_type=JSON),
        caller.put(f"{API}/scenarios/{scenario.code}", {"case": case, "version": 1}, content_type=JSON),
    ):
        assert (answer.status_code, "NUL" in answer.json()["faults"][0]["message"]) == (422, True)


def test_a_list_tells_outcomes_and_no_figures(caller: Client, project: Project, scenario: Scenario) -> None:
    listed = caller.get(f"{API}/projects/{project.code}/scenarios").json()
    assert [each["code"] for each in listed] == [scenario.code]
    assert listed[0]["outcome"] == scenario.latest_outcome
    assert "case" not in listed[0]


def test_a_read_only_token_stores_nothing(people: dict[str, User], scenario: Scenario) -> None:
    client = speak(people["owner"], read_only=True)
    body = {"case": scenario.document, "version": 1}
    assert client.put(f"{API}/scenarios/{scenario.code}", body, content_type=JSON).status_code == 403
