"""The way of a file in a real browser: sent by the form, its mapping changed, stored, browsed; by eye and by axe."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Axe, Look, Shot, eventually
from tests.webapp import factories
from webapp.accounts.models import User
from webapp.datasets.models import WORKING, DatasetVersion, Upload
from webapp.datasets.working import work_on
from webapp.projects.models import Project

pytestmark = pytest.mark.browser


@pytest.fixture
def project(
    live_server: LiveServer,
    faults: list[str],
    sign_in: Callable[[User], None],
    settings: Settings,
    tmp_path: Path,
) -> Project:
    """A project whose owner looks at it, with a state folder of its own."""
    settings.STATE, settings.UPLOAD_FOLDER = tmp_path, tmp_path / "uploads"
    owner = factories.user("owner@example.com", name="Ada Berg")
    sign_in(owner)
    return factories.project(owner=owner)


@pytest.fixture
def worker(page: Page) -> None:
    """A worker that gets its turn between two questions of the page: they share one connection to the database."""

    def turn(route: Route) -> None:
        if route.request.headers.get("hx-request"):
            for pk in list(Upload.objects.filter(state__in=WORKING).values_list("pk", flat=True)):
                work_on(pk)
        route.fallback()

    page.route("**/data/uploads/**", turn)


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """60 letters in a CSV file whose columns no known form has, one of them without an answer."""
    lines = [f"My parcel {number} is late,{'delivery' if number % 2 else 'refund'},{number}" for number in range(60)]
    path = tmp_path / "letters.csv"
    path.write_text("\n".join(["letter,team,weight", *lines, "Where is it?,,7"]) + "\n")
    return path


def test_a_choice_made_before_the_scripts_came_takes_effect(
    page: Page, live_server: LiveServer, project: Project, worker: None, tickets: Path
) -> None:
    page.goto(f"{live_server.url}/projects/{project.code}/data/new/")
    page.get_by_label("Name", exact=False).first.fill("Letters")
    page.get_by_label("Drop a file here", exact=False).set_input_files(tickets)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("These rows cannot be stored as they are")).to_be_visible()

    def late(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    page.route("**/htmx*.js", late)
    page.goto(page.url, wait_until="commit")
    page.get_by_label("Form of the rows").select_option(label="Text with label")
    expect(page.get_by_label("Label", exact=True)).to_be_visible()


def test_from_a_file_to_its_rows(
    page: Page, live_server: LiveServer, project: Project, worker: None, tickets: Path, axe: Axe, shot: Shot
) -> None:
    page.goto(f"{live_server.url}/projects/{project.code}/data/")
    page.get_by_role("link", name="Upload a dataset").click()
    page.get_by_label("Name", exact=False).first.fill("Letters")
    page.get_by_label("Drop a file here", exact=False).set_input_files(tickets)
    page.get_by_role("button", name="Upload and check").click()

    expect(page.get_by_text("These rows cannot be stored as they are")).to_be_visible()
    page.get_by_label("Form of the rows").select_option(label="Text with label")
    expect(page.get_by_label("Label", exact=True)).to_be_visible()
    page.get_by_label("Text", exact=True).select_option("letter")
    page.get_by_label("Label", exact=True).select_option("team")
    expect(page.locator("#previews").get_by_text("refund").nth(1)).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Check again with these columns").click()

    expect(page.get_by_text("60 of 61 rows can be stored, read as Text with label.")).to_be_visible()
    expect(page.locator("#faults").get_by_text("is empty")).to_be_visible()
    axe(page)
    shot(page, "datasets-decision")
    page.get_by_label("Store without the 1 faulty row").check()
    page.get_by_role("spinbutton", name="Train").fill("60")
    page.get_by_role("spinbutton", name="Validation").fill("20")
    page.get_by_role("spinbutton", name="Test").fill("20")
    page.get_by_role("button", name="Store 60 rows").click()

    expect(page.get_by_role("heading", name="Letters version 1")).to_be_visible()
    assert DatasetVersion.objects.get().splits == {"train": 36, "validation": 12, "test": 12}
    expect(page.get_by_text("The 2 labels are about equally frequent.")).to_be_visible()
    eventually(page, "document.querySelectorAll('.plot svg.main-svg').length >= 2")
    axe(page)
    shot(page, "datasets-version")

    page.get_by_role("link", name="Rows 60").click()
    page.get_by_label("Search in the rows").fill("parcel 1")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("mark").first).to_have_text("parcel 1")
    axe(page)


def test_without_javascript_the_way_is_the_same(
    page: Page, browser: Browser, live_server: LiveServer, project: Project, tickets: Path
) -> None:
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # what one gives the other takes
    quiet = plain.new_page()
    quiet.goto(f"{live_server.url}/projects/{project.code}/data/new/")
    quiet.get_by_label("Drop a file here", exact=False).set_input_files(tickets)
    quiet.get_by_role("button", name="Upload and check").click()
    expect(quiet.get_by_text("Waiting for a worker")).to_be_visible()
    work_on(Upload.objects.get().pk)
    quiet.goto(quiet.url)
    quiet.get_by_label("Form of the rows").select_option(label="Text with label")
    quiet.get_by_role("button", name="Show its columns").click()
    quiet.get_by_label("Text", exact=True).select_option("letter")
    quiet.get_by_label("Label", exact=True).select_option("team")
    quiet.get_by_role("button", name="Check again with these columns").click()
    expect(quiet.get_by_text("Waiting for a worker")).to_be_visible()
    plain.close()


def test_pages_hold_on_every_width_in_both_themes(
    page: Page, live_server: LiveServer, project: Project, look: Look
) -> None:
    owner = User.objects.get()
    version = factories.stored_version(project, owner)
    upload = factories.upload(project, owner, '{"prompt": "call 555-010-4477", "completion": "b"}\n{"prompt": ""}\n')
    base = f"{live_server.url}/projects/{project.code}"
    pages = {
        "projects": f"{live_server.url}/projects/",
        "profile": f"{live_server.url}/accounts/profile/",
        "overview": f"{base}/",
        "settings": f"{base}/settings/",
        "members": f"{base}/settings/members/",
        "prices": f"{base}/settings/prices/",
        "audit": f"{base}/settings/audit/",
        "data": f"{base}/data/",
        "new": f"{base}/data/new/",
        "upload": f"{base}/data/uploads/{upload.code}/",
        "version": f"{base}/data/{version.dataset.code}/1/",
        "rows": f"{base}/data/{version.dataset.code}/1/rows/",
    }
    for name, address in pages.items():
        page.goto(address)
        look(page, name)


def test_signing_in_by_password_and_by_link(
    page: Page, live_server: LiveServer, faults: list[str], axe: Axe, project: Project
) -> None:
    from webapp.accounts.links import sign_in_link

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/projects/{project.code}/")
    axe(page)
    page.get_by_label("E-mail").fill("OWNER@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You are not signed in")).to_be_visible()
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Triage", exact=True)).to_be_visible()

    page.context.clear_cookies()
    link = sign_in_link(User.objects.get(), live_server.url)
    page.goto(link)
    axe(page)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Projects", exact=True)).to_be_visible()
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_text("This link was used already")).to_be_visible()
    # the browser itself logs the refused link
    faults[:] = [fault for fault in faults if "410" not in fault]
