"""Every page of accounts, projects and data, as owner, editor, viewer, stranger and nobody."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.webapp import factories
from webapp.accounts import tokens
from webapp.accounts.models import ApiToken, User
from webapp.datasets.models import Upload
from webapp.projects.models import Membership, Project, Role

VISIT, CHANGE, OWN = "visit", "change", "own"
"""What a page needs: a member, an editor, an owner."""

PROJECT_PAGES = {
    "projects:overview": (VISIT, None),
    "projects:settings": (VISIT, CHANGE),
    "projects:members": (VISIT, OWN),
    "projects:change-role": (None, OWN),
    "projects:remove-member": (None, OWN),
    "projects:prices": (VISIT, CHANGE),
    "projects:audit": (VISIT, None),
    "datasets:list": (VISIT, None),
    "datasets:new": (CHANGE, CHANGE),
    "datasets:upload": (VISIT, None),
    "datasets:check-again": (None, CHANGE),
    "datasets:store": (None, CHANGE),
    "datasets:discard": (None, CHANGE),
    "datasets:dataset": (VISIT, None),
    "datasets:new-version": (CHANGE, CHANGE),
    "datasets:version": (VISIT, None),
    "datasets:rows": (VISIT, None),
    "datasets:delete": (None, CHANGE),
    "datasets:download": (VISIT, None),
}
OTHER_PAGES = {
    "projects:list",
    "projects:new",
    "accounts:sign-in",
    "accounts:sign-out",
    "accounts:link",
    "accounts:profile",
    "accounts:password",
    "accounts:create-token",
    "accounts:revoke-token",
}
RANK = {"owner": 3, "editor": 2, "viewer": 1, "stranger": 0}
NEEDS = {VISIT: 1, CHANGE: 2, OWN: 3}


@pytest.fixture
def addresses(project: Project, people: dict[str, User]) -> dict[str, str]:
    """The address of each project page, on real things."""
    version = factories.stored_version(project, people["owner"])
    upload = factories.upload(project, people["owner"], '{"a": 1}\n')
    member = Membership.objects.create(project=project, user=factories.user("guest@example.com"), role=Role.VIEWER)
    of_version = {"dataset": version.dataset.code, "number": version.number}
    given = {
        "projects:change-role": {"pk": member.pk},
        "projects:remove-member": {"pk": member.pk},
        "datasets:dataset": {"dataset": version.dataset.code},
        "datasets:new-version": {"dataset": version.dataset.code},
        "datasets:version": of_version,
        "datasets:rows": of_version,
        "datasets:delete": of_version,
        "datasets:download": {**of_version, "split": "train"},
    }
    of_upload = {"upload": upload.code}
    return {
        name: reverse(
            name,
            kwargs={
                "code": project.code,
                **given.get(name, of_upload if name in _UPLOAD_PAGES else {}),
            },
        )
        for name in PROJECT_PAGES
    }


_UPLOAD_PAGES = {"datasets:upload", "datasets:check-again", "datasets:store", "datasets:discard"}


def test_every_address_stands_in_this_test() -> None:
    def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from names(each.url_patterns, f"{each.namespace}:" if each.namespace else prefix)
            elif each.name:
                yield prefix + each.name

    found = {
        name
        for name in names(get_resolver().url_patterns)
        if name.split(":")[0] in ("accounts", "projects", "datasets")
    }
    assert found == set(PROJECT_PAGES) | OTHER_PAGES


@pytest.mark.parametrize("who", ["owner", "editor", "viewer", "stranger", "nobody"])
def test_project_pages(who: str, people: dict[str, User], addresses: dict[str, str]) -> None:
    client = Client()
    if who != "nobody":
        client.force_login(people[who])
    wrong = []
    for name, needs in PROJECT_PAGES.items():
        for method, need in zip(("get", "post"), needs, strict=True):
            # an empty POST changes nothing: it comes back with its faults, or is refused
            answer = getattr(client, method)(addresses[name])
            b"".join(answer) if answer.streaming else answer.content  # a download ends when it is read
            if not _is_right(answer.status_code, who, need):
                wrong.append(f"{method.upper()} {name} as {who}: {answer.status_code}")
    assert not wrong


def _is_right(status: int, who: str, need: str | None) -> bool:
    if who == "nobody":
        return status == 302
    if need is None:
        return status in (405, 404, 403)
    if RANK[who] == 0:
        return status == 404
    if RANK[who] < NEEDS[need]:
        return status == 403
    return status in (200, 302, 409, 422)


def test_pages_answer_head_as_they_answer_get(people: dict[str, User], addresses: dict[str, str]) -> None:
    client = Client()
    client.force_login(people["viewer"])
    for name in ("projects:overview", "projects:settings", "projects:members", "datasets:version", "datasets:rows"):
        assert client.head(addresses[name]).status_code == 200
    assert client.head("/accounts/profile/").status_code == 200


def test_nobody_is_sent_to_sign_in_and_back(client: Client, project: Project) -> None:
    page = client.get(reverse("projects:overview", args=[project.code]))
    assert page.headers["Location"] == f"/accounts/sign-in/?next=/projects/{project.code}/"


def test_own_pages(people: dict[str, User], client: Client) -> None:
    tokens.issue(people["owner"], "ci")
    token = ApiToken.objects.get()
    revoke = reverse("accounts:revoke-token", args=[token.pk])
    for name in ("projects:list", "projects:new", "accounts:profile"):
        assert client.get(reverse(name)).status_code == 302
    for name in ("accounts:password", "accounts:create-token"):
        assert client.post(reverse(name)).status_code == 302
    assert client.post(revoke).status_code == 302

    client.force_login(people["stranger"])
    for name in ("projects:list", "projects:new", "accounts:profile"):
        assert client.get(reverse(name)).status_code == 200
    for name in ("accounts:profile", "accounts:password", "accounts:create-token", "projects:new"):
        assert client.post(reverse(name)).status_code == 422
    assert client.post(revoke).status_code == 404, "another person's token"
    assert ApiToken.objects.exists()

    client.force_login(people["owner"])
    assert client.post(revoke).status_code == 302
    assert not ApiToken.objects.exists()


def test_things_of_another_project_are_not_found(people: dict[str, User], project: Project, client: Client) -> None:
    """A member of one project cannot reach another's data by naming their own project in the address."""
    theirs = factories.project(owner=people["stranger"], name="Theirs")
    version = factories.stored_version(project, people["owner"])
    upload = Upload.objects.get()
    client.force_login(people["stranger"])
    place = [theirs.code, version.dataset.code, version.number]
    assert client.get(reverse("datasets:version", args=place)).status_code == 404
    assert client.get(reverse("datasets:upload", args=[theirs.code, upload.code])).status_code == 404
    member = project.members.first()
    assert member is not None
    assert client.post(reverse("projects:remove-member", args=[theirs.code, member.pk])).status_code == 404
