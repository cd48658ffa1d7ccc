"""Every scenario page and call, as owner, editor, viewer, stranger and nobody."""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

import roi
from tests.webapp import factories
from webapp.accounts import tokens
from webapp.accounts.models import User
from webapp.business.models import DeletedScenario, Scenario
from webapp.business.services import stored_case
from webapp.projects.models import Project

from .conftest import study

VISIT, CHANGE = "visit", "change"

PAGES = {
    "list": (VISIT, None),
    "new": (CHANGE, CHANGE),
    "upload": (CHANGE, CHANGE),
    "compare": (VISIT, None),
    "from-study": (CHANGE, CHANGE),
    "scenario": (VISIT, None),
    "edit": (CHANGE, CHANGE),
    "history": (VISIT, None),
    "restore": (None, CHANGE),
    "bind": (CHANGE, CHANGE),
    "renew": (None, CHANGE),
    "duplicate": (None, CHANGE),
    "main": (None, CHANGE),
    "delete": (None, CHANGE),
    "bring-back": (None, CHANGE),
}
OF_PROJECT = {"list", "new", "upload", "compare"}
RANK = {"owner": 3, "editor": 2, "viewer": 1, "stranger": 0}


@pytest.fixture
def addresses(project: Project, scenario: Scenario) -> dict[str, str]:
    """The address of each page, on real things."""
    made = study(project)
    given: dict[str, dict[str, object]] = {"from-study": {"study": made.code}, "restore": {"number": 1}}
    gone = DeletedScenario.objects.create(
        project=project, code="gone", name="Gone", document=scenario.document, deleted_at=timezone.now()
    )
    given["bring-back"] = {"scenario": gone.code}
    return {
        name: reverse(
            f"business:{name}",
            kwargs={
                "code": project.code,
                **({} if name in OF_PROJECT or name == "from-study" else {"scenario": scenario.code}),
                **given.get(name, {}),
            },
        )
        for name in PAGES
    }


def test_every_address_stands_in_this_test() -> None:
    found = next(each for each in get_resolver().url_patterns if getattr(each, "namespace", "") == "business")
    names = {
        each.name for each in found.url_patterns if isinstance(each, URLPattern) and "scenarios/" in str(each.pattern)
    }
    assert {name for name in names if name not in EXPORTS} == set(PAGES)


EXPORTS = {"export"}
"""Held by the tests of exports."""


@pytest.mark.parametrize("who", [*RANK, "nobody"])
def test_pages(who: str, people: dict[str, User], addresses: dict[str, str]) -> None:
    client = Client()
    if who != "nobody":
        client.force_login(people[who])
    wrong = []
    for name, needs in PAGES.items():
        for method, need in zip(("get", "post"), needs, strict=True):
            answer = getattr(client, method)(addresses[name])
            if not _is_right(answer.status_code, who, need):
                wrong.append(f"{method.upper()} {name} as {who}: {answer.status_code}")
    assert not wrong


def _is_right(status: int, who: str, need: str | None) -> bool:
    if who == "nobody":
        return status == 302
    if need is None:
        return status in (403, 404, 405)
    if not RANK[who]:
        return status == 404
    if RANK[who] < (2 if need == CHANGE else 1):
        return status == 403
    return status in (200, 302, 409, 410, 422)


def test_a_scenario_is_not_found_in_another_project(
    people: dict[str, User], scenario: Scenario, addresses: dict[str, str], client: Client
) -> None:
    theirs = factories.project(owner=people["stranger"], name="Theirs")
    client.force_login(people["stranger"])
    for name in ("scenario", "edit", "history", "bind"):
        assert client.get(reverse(f"business:{name}", args=[theirs.code, scenario.code])).status_code == 404
    page = client.get(reverse("business:compare", args=[theirs.code]), {"s": [scenario.code, "x"]})
    assert scenario.name not in page.content.decode()


def test_only_editors_projects_take_a_calculation(people: dict[str, User], project: Project, client: Client) -> None:
    address = reverse("business:save-calculation")
    assert client.get(address).status_code == 302
    sent = {"state": "work.coverage=0.4", "project": project.code, "name": "From the calculator"}
    for who in ("stranger", "viewer"):
        client.force_login(people[who])
        assert client.post(address, sent).status_code == 422
    assert not Scenario.objects.exists()
    client.force_login(people["editor"])
    assert client.get(address, {"work.coverage": "0.4"}).status_code == 200
    client.post(address, sent)
    made = Scenario.objects.get()
    assert (made.name, made.created_by) == ("From the calculator", people["editor"])
    assert stored_case(made).work.coverage.mean == pytest.approx(0.4)
    assert stored_case(made).work.coverage.provenance == roi.Assumed(by="Editor", why="Typed in the calculator.")


API = "/api/v1"
ALLOWED = {"owner": 200, "editor": 200, "viewer": 200, "stranger": 404}


def speak(user: User, **limits: bool) -> Client:
    """A client with the person's token."""
    return Client(headers={"authorization": f"Bearer {tokens.issue(user, 'test', **limits)}"})


@pytest.mark.parametrize("who", ALLOWED)
def test_calls(who: str, people: dict[str, User], project: Project, scenario: Scenario) -> None:
    client, case = speak(people[who]), scenario.document
    for path in (
        f"/projects/{project.code}/scenarios",
        *(f"/scenarios/{scenario.code}{rest}" for rest in ("", "/outcome?trials=100", "/versions")),
    ):
        assert client.get(API + path).status_code == ALLOWED[who], path
    change = {"owner": (201, 200), "editor": (201, 200), "viewer": (403, 403), "stranger": (404, 404)}[who]
    made = client.post(f"{API}/projects/{project.code}/scenarios", {"case": case}, content_type="application/json")
    body = {"case": case, "version": 1}
    put = client.put(f"{API}/scenarios/{scenario.code}", body, content_type="application/json")
    assert (made.status_code, put.status_code) == change
    assert client.post(f"{API}/scenarios/evaluate", case, content_type="application/json").status_code == 200


def test_nobody_calls(client: Client, scenario: Scenario) -> None:
    for method, path in (("get", f"/scenarios/{scenario.code}"), ("post", "/scenarios/evaluate")):
        assert getattr(client, method)(API + path).status_code == 401
