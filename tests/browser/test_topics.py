"""The public site in a real browser: axe on every kind of page in both themes, widths, keyboard, no JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Look
from tests.webapp import factories
from tests.webapp.topics import evidence
from webapp.topics.services import publish_study

pytestmark = pytest.mark.browser

KINDS_OF_PAGE = {
    "home": "/",
    "topics": "/topics/",
    "branch": "/topics/reinforcement-learning/",
    "module": "/topics/fine-tuning/supervised/",
    "module-case": "/topics/fine-tuning/domain-adaptation/",
    "module-explorer": "/topics/fine-tuning/peft/",
    "module-flow": "/topics/reinforcement-learning/rlhf/",
    "module-methods": "/topics/reinforcement-learning/preference-methods/",
    "module-strategies": "/topics/test-time-scaling/strategies/",
    "path": "/path/",
    "results": "/results/",
    "benchmarks": "/benchmarks/",
    "glossary": "/glossary/",
    "not-found": "/nothing-here/",
}


@pytest.fixture
def site(page: Page, live_server: LiveServer, faults: list[str]) -> Page:
    """The public site with a public study behind it."""
    publish_study(by=None, study=evidence.study(factories.project(owner=factories.user("owner@example.com"))))
    page.goto(live_server.url, wait_until="domcontentloaded")
    return page


def test_every_kind_of_page_in_both_themes_and_at_every_width(
    site: Page, live_server: LiveServer, look: Look, faults: list[str]
) -> None:
    for name, path in KINDS_OF_PAGE.items():
        site.goto(f"{live_server.url}{path}", wait_until="domcontentloaded")
        if name == "not-found":
            # the browser logs the answer 404 itself
            faults.clear()
        look(site, name)


def test_a_reader_goes_by_keyboard_from_the_first_page_to_a_term(site: Page) -> None:
    site.keyboard.press("Tab")
    expect(site.get_by_role("link", name="Skip to content")).to_be_focused()
    site.keyboard.press("Enter")
    expect(site.locator("#main")).to_be_focused()
    site.keyboard.press("Tab")
    expect(site.get_by_role("link", name="Choose a topic")).to_be_focused()
    site.keyboard.press("Enter")
    expect(site.get_by_role("heading", level=1)).to_have_text("Topics")
    site.get_by_role("link", name="Domain-specific adaptation with PEFT").focus()
    site.keyboard.press("Enter")
    expect(site.get_by_role("heading", level=1)).to_have_text("Domain-specific adaptation with PEFT")
    expect(site.get_by_text("Not settled: measured 90.0% [86.1, 92.9]")).to_be_visible()
    site.get_by_role("link", name="Minimum effect").focus()
    site.keyboard.press("Enter")
    expect(site.locator("#minimum-effect")).to_be_in_viewport()
    crumbs = site.get_by_role("navigation", name="Letters")
    crumbs.get_by_role("link", name="W").focus()
    site.keyboard.press("Enter")
    expect(site.locator("#wilson-interval")).to_be_in_viewport()


def test_run_this_on_your_data_asks_to_sign_in_and_leads_to_the_form(site: Page, live_server: LiveServer) -> None:
    site.goto(f"{live_server.url}/topics/fine-tuning/domain-adaptation/")
    site.get_by_role("link", name="Run this on your data").click()
    site.get_by_label("E-mail").fill("owner@example.com")
    site.get_by_label("Password").fill(factories.PASSWORD)
    site.get_by_role("button", name="Sign in").click()
    expect(site).to_have_url(f"{live_server.url}/projects/triage/jobs/launch/study/")


def test_the_site_reads_without_javascript(browser: Browser, site: Page, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(live_server.url)
    plain.get_by_role("link", name="The RLHF process, stage by stage").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("RLHF")
    plain.get_by_role("contentinfo").get_by_role("link", name="Glossary").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Glossary")
    context.close()


def test_nothing_moves_while_the_first_page_loads(page: Page, live_server: LiveServer, faults: list[str]) -> None:
    page.add_init_script(
        "window.shifted = 0; new PerformanceObserver(list => { for (const entry of list.getEntries()) "
        "if (!entry.hadRecentInput) window.shifted += entry.value }).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(live_server.url)
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifted") < 0.01
