"""A report in a real browser: issued, shared, read by somebody outside on a phone and on paper, closed; by axe."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import COLOURS, RULES, WIDTHS, Axe, Shot, sideways
from tests.webapp import factories
from tests.webapp.reports import rows
from webapp.accounts.models import User
from webapp.projects.models import Project

pytestmark = pytest.mark.browser


@pytest.fixture
def project(
    live_server: LiveServer, faults: list[str], sign_in: Callable[[User], None], settings: Settings, tmp_path: Path
) -> Project:
    """A project with a study, a business case and a roadmap, whose owner looks at it."""
    settings.STATE = tmp_path
    owner = factories.user("owner@example.com", name="Ada Berg")
    sign_in(owner)
    made = factories.project(owner=owner, name="Letters of the support desk")
    rows.filled(made, owner)
    return made


def test_a_report_from_issue_to_a_closed_link(
    page: Page, browser: Browser, live_server: LiveServer, project: Project, faults: list[str], axe: Axe, shot: Shot
) -> None:
    page.goto(live_server.url + rows.address(project, "report"))
    expect(page.locator(".rail [aria-current]")).to_have_text("Report")
    _in_both_themes(page, axe)
    page.get_by_label("What for").fill("Board of May")
    page.get_by_role("button", name="Issue this report").click()

    # frozen, whole, and the same as today's data: the part that compares comes by itself
    expect(page.get_by_text("content as issued")).to_be_visible()
    expect(page.get_by_text("Today’s data give the same report.")).to_be_visible()
    page.get_by_label("Whom it is for").fill("Auditors")
    page.get_by_label("Open for").select_option("7")
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("#new-link").inner_text()
    _in_both_themes(page, axe)
    for width in (360, WIDTHS["desktop"]):
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) <= 0, width
    shot(page, "report-issued")

    # somebody without an account reads it, and nothing else
    outside = browser.new_context(viewport={"width": 390, "height": 844})
    theirs = outside.new_page()
    theirs.goto(address)
    expect(theirs.get_by_role("heading", name="Letters of the support desk: report 1")).to_be_visible()
    expect(theirs.locator(".rail")).to_have_count(0)
    expect(theirs.locator("svg.vector")).to_have_count(4)
    assert sideways(theirs) <= 0
    _in_both_themes(theirs, axe)
    shot(theirs, "report-shared-phone")
    theirs.emulate_media(media="print")
    theirs.set_viewport_size({"width": 794, "height": 1123})
    expect(theirs.get_by_role("link", name="PDF")).to_be_hidden()
    shot(theirs, "report-print")
    for size in ("A4", "Letter"):
        first, second, *_ = pypdfium2.PdfDocument(theirs.pdf(format=size))
        assert "What to do next" in first.get_textpage().get_text_range(), size
        assert second.get_textpage().get_text_range().startswith("Appendix for the auditor"), size

    page.get_by_role("button", name="Close the link for Auditors").click()
    expect(page.get_by_text("The link is closed.")).to_be_visible()
    expect(page.locator("#sharing").get_by_text("closed", exact=True)).to_be_visible()
    answer = theirs.goto(address)
    assert answer is not None
    assert answer.status == 404
    expect(theirs.get_by_role("heading", name="This link opens no report")).to_be_visible()
    axe(theirs)
    outside.close()
    assert not faults, faults


def _in_both_themes(page: Page, axe: Axe) -> None:
    for theme, rules in (("dark", COLOURS), ("light", RULES)):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(200)  # buttons pass over to the other colours
        axe(page, rules)
