"""The public site as a search engine, an executive and an attacker meet it."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urldefrag, urljoin
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.webapp.factories import PEOPLE
from webapp.accounts.models import User
from webapp.jobs.models import Study
from webapp.projects.models import Project
from webapp.topics.addresses import public_addresses
from webapp.topics.services import publish_study

pytestmark = pytest.mark.django_db
MOST_BYTES = 60_000
NOT_FOLLOWED = {"/healthz", "/roi/export/"}
"""What says that no broker answers, as there is none in a test; files, made from the query, with tests of their own."""


class Page(HTMLParser):
    """The links, anchors, headings and head of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.headings: list[int] = []
        self.heads: dict[str, str] = {}
        self.scripts: list[str] = []
        self.folds = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "html":
            self.heads["lang"] = given.get("lang", "")
        elif tag == "link" and given.get("rel") == "canonical":
            self.heads["canonical"] = given["href"]
        elif tag == "meta":
            self.heads[given.get("name") or given.get("property", "")] = given.get("content", "")
        elif tag == "script":
            self.scripts.append(given.get("src", ""))
        elif tag == "details":
            self.folds += 1
        elif re.fullmatch("h[1-6]", tag) and not self.folds:
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self.folds -= 1


_KEPT: dict[str, str] = {}


def html(client: Client, path: str) -> str:
    """A public page; it is the same for everybody who is not signed in, so it is made once for all tests."""
    if path not in _KEPT:
        answer = client.get(path)
        assert answer.status_code == 200, path
        _KEPT[path] = answer.content.decode()
    return _KEPT[path]


def test_every_link_and_anchor_of_the_site_leads_somewhere(client: Client) -> None:
    waiting, seen, pages = [("/", "the first page")], set(), {}
    wanted: list[tuple[str, str, str]] = []
    while waiting:
        path, source = waiting.pop()
        if path in seen or path in NOT_FOLLOWED:
            continue
        seen.add(path)
        answer = client.get(path)
        signs_in = answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/sign-in/")
        is_moved = answer.status_code == 302 and answer.headers["Location"] in public_addresses()
        assert answer.status_code == 200 or signs_in or is_moved, f"{path} from {source}: {answer.status_code}"
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        _KEPT[path] = answer.content.decode()
        pages[path] = Page(_KEPT[path])
        assert len(set(pages[path].anchors)) == len(pages[path].anchors), f"{path}: an id stands twice"
        for link in pages[path].links:
            address, anchor = urldefrag(urljoin(path, link))
            if link.startswith(("http:", "https:", "mailto:")):
                continue
            # a live part keeps what was typed in the query: the page is the same
            wanted.append((path, address, anchor))
            waiting.append((address.partition("?")[0], path))
    for path, address, anchor in wanted:
        target = pages.get(address.partition("?")[0])
        assert not anchor or (target and anchor in target.anchors), f"{path}: nothing called #{anchor} at {address}"
    assert set(public_addresses()) <= set(pages)


@pytest.mark.parametrize("path", [path for path in public_addresses() if not path.startswith(("/roi/", "/contact/"))])
def test_a_public_page_is_light_and_says_what_it_is(client: Client, path: str) -> None:
    page = Page(html(client, path))
    assert len(html(client, path).encode()) < MOST_BYTES
    assert page.heads["lang"] == "en"
    assert 40 <= len(page.heads["description"]) <= 260
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(page.headings)), page.headings
    assert "main" in page.anchors
    assert "/glossary/" in page.links
    assert not [source for source in page.scripts if "plotly" in source]
    assert page.heads["canonical"] == f"http://testserver{path}" == page.heads["og:url"]
    assert page.heads["og:title"]
    assert page.heads["og:description"] == page.heads["description"]


def test_titles_and_descriptions_differ(client: Client) -> None:
    pages = [html(client, path) for path in public_addresses() if not path.startswith("/topics/flows/")]
    titles = [re.search("<title>(.*?)</title>", page, re.DOTALL).group(1) for page in pages]  # type: ignore[union-attr]
    assert len(set(titles)) == len(titles)
    descriptions = [Page(page).heads["description"] for page in pages]
    assert len(set(descriptions)) == len(descriptions)


def test_the_site_map_lists_every_public_page(client: Client) -> None:
    answer = client.get("/sitemap.xml")
    assert answer.headers["Content-Type"].startswith("application/xml")
    found = [one.text for one in ElementTree.fromstring(answer.content).iter() if one.tag.endswith("loc")]
    assert found == [f"http://testserver{path}" for path in public_addresses()]
    robots = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in robots
    assert "Disallow: /projects/" in robots


@pytest.mark.parametrize("path", ["/topics/none/", "/topics/fine-tuning/rlhf/", "/topics/fine-tuning/none/", "/run/x/"])
def test_what_is_not_there_is_not_found(client: Client, people: dict[str, User], path: str) -> None:
    client.force_login(people["stranger"])
    assert client.get(path).status_code == 404


def test_the_first_page_shows_members_the_way_to_their_work(client: Client, people: dict[str, User]) -> None:
    assert b"Your projects" not in client.get("/").content
    client.force_login(people["stranger"])
    assert b"Your projects" in client.get("/").content


@pytest.mark.parametrize("who", [*PEOPLE, "nobody"])
def test_public_pages_are_for_everybody(client: Client, people: dict[str, User], who: str) -> None:
    if who != "nobody":
        client.force_login(people[who])
    for path in ("/", "/topics/", "/topics/fine-tuning/domain-adaptation/", "/path/", "/results/", "/topics/choose/"):
        assert client.get(path).status_code == 200, path


def test_a_page_asks_the_database_alike_however_many_studies_are_public(
    client: Client, project: Project, study: Study
) -> None:
    paths = ("/", "/results/", "/topics/fine-tuning/domain-adaptation/")
    publish_study(by=None, study=study)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            for path in paths:
                assert client.get(path).status_code == 200
        return len(captured)

    before = queries()
    for number in range(5):
        study.pk, study.code, study.launch_key = None, f"copy{number}", f"copy{number}"
        study._state.adding = True
        study.save()
        publish_study(by=None, study=study)
    assert queries() == before <= 2 * len(paths)
