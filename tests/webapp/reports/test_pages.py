"""Issuing, sharing and reading reports through their pages: who may, what stays, what ends, what is escaped."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta

import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.projects.models import AuditEntry, Project
from webapp.reports.models import Report, ShareLink
from webapp.reports.services import issue_report, revoke_link, share_report
from webapp.reports.urls import urlpatterns

from . import rows

VISIT, CHANGE = 1, 2
NEEDS = {
    "GET": {"report", "draft-pdf", "issued", "issued-pdf", "issued-json", "since"},
    "POST": {"issue", "share", "revoke"},
}
RANK = {"owner": 3, "editor": 2, "viewer": 1, "stranger": 0}


@pytest.fixture
def report(project: Project, people: dict[str, User]) -> Report:
    """A full project's report, issued, with a link."""
    rows.filled(project, people["owner"])
    return issue_report(by=people["owner"], project=project, note="For the board")


@pytest.fixture
def key(report: Report, people: dict[str, User]) -> str:
    return share_report(by=people["owner"], report=report, days=7, label="Auditors")


def shared(key: str) -> Iterator[str]:
    yield from (reverse(f"reports:{name}", args=[key]) for name in ("shared", "shared-pdf"))


def statuses(key: str) -> set[int]:
    return {Client().get(address).status_code for address in shared(key)}


def test_every_address_stands_in_this_test() -> None:
    names = {each.name for each in urlpatterns}
    assert names == {*NEEDS["GET"], *NEEDS["POST"], "shared", "shared-pdf"}


@pytest.mark.parametrize("role", ["owner", "editor", "viewer", "stranger", "nobody"])
def test_who_may(role: str, people: dict[str, User], project: Project, report: Report, key: str) -> None:
    client = Client()
    if role != "nobody":
        client.force_login(people[role])
    link = ShareLink.objects.get()
    for method, names in NEEDS.items():
        for name in sorted(names):
            given = (1, link.pk) if name == "revoke" else rows.ADDRESSES[name]
            data = {"days": "7"} if name == "share" else {}
            status = client.generic(
                method,
                rows.address(project, name, *given),
                "&".join(f"{k}={v}" for k, v in data.items()),
                content_type="application/x-www-form-urlencoded",
            ).status_code
            need = VISIT if method == "GET" else CHANGE
            if role == "nobody":
                assert status == 302, name
            elif RANK[role] == 0:
                assert status == 404, name
            else:
                assert status == (403 if RANK[role] < need else 200 if name in NEEDS["GET"] | {"share"} else 302), name


def test_a_viewer_is_offered_nothing_to_change(people: dict[str, User], project: Project, report: Report) -> None:
    client = Client()
    client.force_login(people["viewer"])
    for name in ("report", "issued"):
        text = client.get(rows.address(project, name)).content.decode()
        assert 'method="post" action="/projects/' not in text, name


@pytest.mark.parametrize("fill", ["empty", "half_filled", "filled"])
def test_each_kind_of_project_has_its_page_and_can_be_issued(
    fill: str, people: dict[str, User], project: Project
) -> None:
    if fill != "empty":
        getattr(rows, fill)(project, people["owner"])
    client = Client()
    client.force_login(people["editor"])
    draft = client.get(rows.address(project, "report"))
    assert draft.status_code == 200
    assert draft.content.count(b'<svg class="vector"') == (0 if fill == "empty" else 4)
    assert b"data-chart" not in draft.content
    answer = client.post(rows.address(project, "issue"), {"note": "For <b>us</b>"}, follow=True)
    assert answer.redirect_chain[-1][0] == rows.address(project, "issued")
    assert b"For &lt;b&gt;us&lt;/b&gt;" in answer.content
    assert client.get(rows.address(project, "draft-pdf")).content.startswith(b"%PDF")


def test_paper_is_a4_or_letter_by_choice_and_by_the_currency(
    people: dict[str, User], project: Project, report: Report, key: str
) -> None:
    client = Client()
    client.force_login(people["viewer"])
    page = client.get(rows.address(project, "issued")).content.decode()
    assert page.index("PDF, Letter") < page.index("PDF, A4")  # money is in US dollars
    for address in (rows.address(project, "issued-pdf"), [*shared(key)][1]):
        sizes = [_size(client.get(f"{address}{query}").content) for query in ("", "?paper=a4", "?paper=../../x")]
        assert sizes == [(612, 792), (595, 842), (612, 792)]


def _size(content: bytes) -> tuple[int, int]:
    width, height = pypdfium2.PdfDocument(content).get_page_size(0)
    return round(width), round(height)


def test_a_note_that_is_too_long_issues_nothing(people: dict[str, User], project: Project) -> None:
    client = Client()
    client.force_login(people["owner"])
    answer = client.post(rows.address(project, "issue"), {"note": "x" * 301})
    assert answer.status_code == 422
    assert b"x" * 301 in answer.content
    assert not Report.objects.exists()


def test_an_issued_report_stays_as_it_was_and_tells_what_differs(
    people: dict[str, User], project: Project, report: Report
) -> None:
    client = Client()
    client.force_login(people["viewer"])
    page, since = rows.address(project, "issued"), rows.address(project, "since")
    before = client.get(page).content.decode()
    assert "Today’s data give the same report" in client.get(since).content.decode()
    project.scenarios.all().delete()
    assert _article(client.get(page).content.decode()) == _article(before)
    told = client.get(since).content.decode()
    assert "Net present value" in told
    assert "<html" in told
    part = client.get(since, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert re.search(r"<summary>Today’s data say \d+ things differently</summary>", part)
    with pytest.raises(TypeError):
        report.save()


def _article(text: str) -> str:
    return text[text.index('<article class="report">') : text.index("</article>")]


def test_what_was_tampered_with_is_seen(people: dict[str, User], project: Project, report: Report, key: str) -> None:
    client = Client()
    client.force_login(people["owner"])
    assert "content as issued" in client.get(rows.address(project, "issued")).content.decode()
    assert _sha256(client, project) == report.digest
    changed = {**report.document, "choice": "go", "recommendation": "Go on at once."}
    Report.objects.filter(pk=report.pk).update(document=changed)
    for address in (rows.address(project, "issued"), next(shared(key))):
        assert "The content is not what was issued" in client.get(address).content.decode(), address
    assert _sha256(client, project) != report.digest
    Report.objects.filter(pk=report.pk).update(document={"choice": "maybe"})
    assert "cannot be shown" in client.get(rows.address(project, "issued")).content.decode()
    assert client.get(rows.address(project, "issued-pdf")).status_code == 404
    assert statuses(key) == {404}


def _sha256(client: Client, project: Project) -> str:
    """What `sha256sum` says of the report's JSON."""
    return hashlib.sha256(client.get(rows.address(project, "issued-json")).content).hexdigest()


def test_a_link_is_shown_once_and_only_its_digest_is_kept(
    people: dict[str, User], project: Project, report: Report
) -> None:
    client = Client()
    client.force_login(people["editor"])
    answer = client.post(rows.address(project, "share"), {"label": "Auditors", "days": "30"}).content.decode()
    found = re.search(r"http://testserver(/shared/([^/]+)/)", answer)
    assert found
    address, key = found.groups()
    assert address not in client.get(rows.address(project, "issued")).content.decode()
    link = ShareLink.objects.get()
    assert key not in (link.key_digest, link.label)
    assert link.is_open
    assert timedelta(days=29) < link.expires_at - timezone.now() <= timedelta(days=30)
    assert statuses(key) == {200}


def test_closed_ended_and_unknown_links_answer_alike(people: dict[str, User], project: Project, key: str) -> None:
    link = ShareLink.objects.get()
    assert statuses(key) == {200}
    revoke_link(by=people["owner"], link=link)
    assert statuses(key) == statuses("never-made") == {404}
    gone = _refused(key)
    ShareLink.objects.update(revoked_at=None, expires_at=timezone.now() - timedelta(seconds=1))
    assert statuses(key) == {404}
    assert gone == _refused(key) == _refused("never-made")
    assert "This link opens no report" in gone
    assert "Your projects" not in gone  # who reads it has none
    assert not ShareLink.objects.open().exists()


def _refused(key: str) -> str:
    """What the page says, without the token that is new in each answer."""
    return re.sub(r'"X-CSRFToken": "\w+"', "", Client().get(next(shared(key))).content.decode())


@pytest.mark.parametrize("data", [{}, {"days": "99999"}, {"days": "7", "label": "x" * 121}])
def test_a_bad_share_form_makes_no_link(
    data: dict[str, str], people: dict[str, User], project: Project, report: Report
) -> None:
    client = Client()
    client.force_login(people["owner"])
    answer = client.post(rows.address(project, "share"), data)
    assert answer.status_code == 422
    assert b"field-error" in answer.content
    assert not ShareLink.objects.exists()


def test_a_shared_report_leads_nowhere_into_the_project(project: Project, key: str) -> None:
    for address in shared(key):
        answer = Client().get(address)
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "private, no-store"
        assert b"/projects/" not in answer.content.replace(b'href="/projects/"', b"")
        assert project.code.encode() not in answer.content
        assert b"@example.com" not in answer.content


def test_a_link_of_another_report_is_not_closed_through_this_one(
    people: dict[str, User], project: Project, key: str
) -> None:
    other = factories.project(owner=people["stranger"], name="Elsewhere")
    issue_report(by=people["stranger"], project=other)
    client = Client()
    client.force_login(people["stranger"])
    answer = client.post(rows.address(other, "revoke", 1, ShareLink.objects.get().pk))
    assert answer.status_code == 404
    assert statuses(key) == {200}


def test_names_are_escaped_wherever_they_come_from(people: dict[str, User]) -> None:
    evil = '<script>alert("1")</script>{{ 1 }}'
    project = factories.project(owner=people["owner"], name=evil)
    study = rows.studied(project)
    study.question = evil
    study.save()
    factories.job(project, name=evil)
    report = issue_report(by=people["owner"], project=project, note=evil)
    key = share_report(by=people["owner"], report=report, days=7, label=evil)
    client = Client()
    client.force_login(people["owner"])
    for address in (*(rows.address(project, name) for name in ("report", "issued", "since")), next(shared(key))):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text, address
        assert "{{ 1 }}" in text or address.endswith("since/")
    assert client.get(rows.address(project, "issued-pdf")).status_code == 200


def test_what_is_done_is_noted(people: dict[str, User], project: Project, report: Report, key: str) -> None:
    link = ShareLink.objects.get()
    revoke_link(by=people["owner"], link=link)
    link.refresh_from_db()
    revoke_link(by=people["owner"], link=link)
    actions = list(AuditEntry.objects.filter(verb__startswith="report.").order_by("pk").values_list("verb", "details"))
    assert [verb for verb, _ in actions] == ["report.issued", "report.shared", "report.link_revoked"]
    assert key not in str(actions)
    assert actions[0][1]["digest"] == report.digest


def test_queries_do_not_grow_with_reports_and_links(people: dict[str, User], project: Project, report: Report) -> None:
    client = Client()
    client.force_login(people["owner"])
    pages = [rows.address(project, name) for name in ("report", "issued")]
    before = [_queries(client, page) for page in pages]
    for number in range(4):
        issue_report(by=people["editor"], project=project)
        share_report(by=people["editor"], report=report, days=7, label=str(number))
    assert [_queries(client, page) for page in pages] == before
    assert max(before) < 40


def _queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return len(asked)


def test_numbers_are_given_in_turn_to_each_project(people: dict[str, User], project: Project) -> None:
    other = factories.project(owner=people["owner"], name="Other")
    made = [issue_report(by=people["owner"], project=each).number for each in (project, project, other)]
    assert made == [1, 2, 1]
