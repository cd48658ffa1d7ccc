"""Who may see and do what on every address of the roadmap."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.roadmap.models import Attachment, Baseline, Change, Dependency, Milestone, PlanTemplate, Roadmap, Waiver

from . import rows

VISIT, CHANGE, OWN = 1, 2, 3
PAGES: dict[str, tuple[int | None, int | None]] = {
    "board": (VISIT, None),
    "start": (None, CHANGE),
    "judge": (None, CHANGE),
    "timeline": (VISIT, None),
    "calendar": (VISIT, None),
    "blockers": (VISIT, None),
    "history": (VISIT, None),
    "files": (VISIT, None),
    "import": (None, CHANGE),
    "baseline": (None, CHANGE),
    "template": (None, CHANGE),
    "kept-baseline": (CHANGE, CHANGE),
    "drop-baseline": (None, OWN),
    "kept-template": (OWN, OWN),
    "drop-template": (None, OWN),
    "export": (VISIT, None),
    "evidence": (CHANGE, CHANGE),
    "phase": (VISIT, None),
    "edit-phase": (None, CHANGE),
    "new": (CHANGE, CHANGE),
    "milestone": (VISIT, None),
    "edit": (CHANGE, CHANGE),
    "dates": (CHANGE, CHANGE),
    "remove": (None, CHANGE),
    "link": (None, CHANGE),
    "unlink": (None, CHANGE),
    "comment": (None, CHANGE),
    "attach": (None, CHANGE),
    "detach": (None, CHANGE),
    "decide": (OWN, OWN),
    "should": (None, CHANGE),
    "add-criterion": (CHANGE, CHANGE),
    "criterion": (CHANGE, CHANGE),
    "remove-criterion": (None, CHANGE),
    "sign": (CHANGE, CHANGE),
    "waive": (OWN, OWN),
    "withdraw": (None, OWN),
}
OF_A_PROJECT = {
    *("unlink", "detach", "kept-baseline", "drop-baseline", "decide", "should", "add-criterion"),
    *("criterion", "sign", "waive", "withdraw"),
}
"""Known by a number, as another project's things are, too."""
OWN_LIST = {"mentions", "read-mentions", "mark-mention"}
"""Everybody's own, in no project: `test_mentions.py`."""
RANK = {"owner": 3, "editor": 2, "viewer": 1, "stranger": 0}


@pytest.fixture
def roadmap(project: Project, people: dict[str, User]) -> Roadmap:
    return rows.started(project, people["owner"])


def addresses(roadmap: Roadmap, by: User) -> dict[str, str]:
    """The address of each page, on real things."""
    found = rows.milestone(roadmap, "served")
    [row] = found.gate.criteria.all()
    waiver = Waiver.objects.create(criterion=row, by=by, reason="Pilot", until=timezone.localdate())
    link = Dependency.objects.filter(after=found).first()
    attached = Attachment.objects.create(milestone=found, ref="job:gone", by=by)
    template = PlanTemplate.objects.create(name="Ours", document={}, created_by=by)
    kept = Baseline.objects.create(roadmap=roadmap, name="Kept", dates={}, created_by=by)
    assert link is not None
    given: dict[str, list[Any]] = {
        "kept-baseline": [kept.pk],
        "drop-baseline": [kept.pk],
        "kept-template": [template.pk],
        "drop-template": [template.pk],
        "export": ["csv"],
        "phase": [1],
        "edit-phase": [1],
        "unlink": [link.pk],
        "detach": [attached.pk],
        "decide": [found.gate.pk],
        "should": [found.gate.pk],
        "add-criterion": [found.gate.pk, "measurement"],
        "withdraw": [waiver.pk],
    }
    of_row = {name: [row.pk] for name in ("criterion", "remove-criterion", "sign", "waive")}
    of_key = {name: [found.key] for name in ("milestone", "edit", "dates", "remove", "link", "comment", "attach")}
    more = {**given, **of_row, **of_key}
    return {name: reverse(f"roadmap:{name}", args=[roadmap.project.code, *more.get(name, [])]) for name in PAGES}


def test_every_address_stands_in_this_test() -> None:
    def names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from names(each.url_patterns, each.namespace or space)
            elif space == "roadmap" and each.name:
                yield each.name

    assert set(names(get_resolver().url_patterns)) - OWN_LIST == set(PAGES)


@pytest.mark.parametrize("who", ["owner", "editor", "viewer", "stranger", "nobody"])
def test_who_may_see_and_do_what(who: str, roadmap: Roadmap, people: dict[str, User]) -> None:
    client = Client()
    if who != "nobody":
        client.force_login(people[who])
    wrong = []
    for name, address in addresses(roadmap, people["owner"]).items():
        for method, need in zip(("get", "post"), PAGES[name], strict=True):
            before = (Change.objects.count(), Milestone.objects.count())
            status = getattr(client, method)(address).status_code
            if not _is_right(status, who, need):
                wrong.append(f"{method.upper()} {name}: {status}")
            if who in ("viewer", "stranger", "nobody"):
                assert (Change.objects.count(), Milestone.objects.count()) == before
    assert not wrong


def _is_right(status: int, who: str, need: int | None) -> bool:
    if who == "nobody":
        return status == 302
    if need is None:
        return status in (405, 404, 403)
    if RANK[who] == 0:
        return status == 404
    if RANK[who] < need:
        return status == 403
    # what an earlier act of this walk removed is not found any more
    return status in (200, 302, 409, 422, 404) if who in ("owner", "editor") else status == 200


def test_things_of_another_project_are_not_found(roadmap: Roadmap, people: dict[str, User], client: Client) -> None:
    theirs = factories.project(owner=people["stranger"], name="Theirs")
    rows.started(theirs, people["stranger"])
    client.force_login(people["stranger"])
    for name, address in addresses(roadmap, people["owner"]).items():
        if name in OF_A_PROJECT:
            answer = client.post(address.replace(roadmap.project.code, theirs.code, 1))
            assert answer.status_code == 404, name


def test_a_viewer_sees_no_button_that_would_be_refused(
    roadmap: Roadmap, people: dict[str, User], client: Client
) -> None:
    client.force_login(people["viewer"])
    for name in ("board", "timeline", "calendar", "blockers", "history", "files"):
        page = client.get(reverse(f"roadmap:{name}", args=[roadmap.project.code])).content.decode()
        assert 'method="post" action="/projects/' not in page, name
        assert "data-move" not in page
    page = client.get(reverse("roadmap:milestone", args=[roadmap.project.code, "served"])).content.decode()
    assert "/sign/" not in page
    assert "/waive/" not in page
    assert "/edit/" not in page
