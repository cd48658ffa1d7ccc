"""A business case in a real browser: made, changed with the outcome following, overtaken, bound, compared; by axe."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

import roi
from tests.browser.conftest import WIDTHS, Axe, Shot, sideways
from tests.webapp import factories
from tests.webapp.business.scenarios.conftest import study
from webapp.accounts.models import User
from webapp.business.models import Scenario
from webapp.business.services import create_scenario, stored_case, update_scenario
from webapp.projects.models import Project

pytestmark = pytest.mark.browser


@pytest.fixture
def project(
    live_server: LiveServer, faults: list[str], sign_in: Callable[[User], None], settings: Settings, tmp_path: Path
) -> Project:
    """A project whose owner looks at it; a study of it has been measured."""
    settings.STATE = tmp_path
    owner = factories.user("owner@example.com", name="Ada Berg")
    sign_in(owner)
    made = factories.project(owner=owner, editor=factories.user("ed@example.com", name="Edmund"))
    study(made)
    return made


def test_a_business_case_from_preset_to_comparison(
    page: Page, live_server: LiveServer, project: Project, faults: list[str], axe: Axe, shot: Shot
) -> None:
    page.goto(f"{live_server.url}/projects/{project.code}/scenarios/")
    page.get_by_role("link", name="Make the first scenario").click()
    expect(page.get_by_role("button", name="Make the scenario")).to_be_visible()
    axe(page)
    page.get_by_label("Name").fill("Cautious")
    page.get_by_role("button", name="Make the scenario").click()

    # the outcome follows what is typed; nothing is stored by that
    wage = page.locator('[name="work.labour_cost_per_hour"]')
    before = page.locator("#outcome .tile-value").first.inner_text()
    wage.fill("60")
    expect(page.locator("#outcome .tile-value").first).not_to_have_text(before)
    # an option more, by keyboard: it is here at once with its figures, and what was typed is too
    page.get_by_label("What", exact=True).select_option("full")
    page.locator("#add-samples").fill("4")
    page.locator("#add-option").press("Enter")
    expect(page.locator("#name-full")).to_be_focused()
    expect(page.locator('[name="full.run.samples_per_item"]')).to_have_value("4")
    expect(page.locator("#show option", has_text="Full fine-tuning")).to_have_count(1)
    page.locator("#up-full").press("Enter")
    expect(page.locator("#up-full")).to_be_focused()
    expect(wage).to_have_value("60")
    axe(page)
    scenario = Scenario.objects.get()
    assert scenario.version == 1

    # somebody else is quicker: both changes stand in the form, and the second press stores them
    theirs = roi.replace(stored_case(scenario), {"work.coverage": 0.4})
    editor = User.objects.get(email="ed@example.com")
    update_scenario(by=editor, scenario=scenario, seen_version=1, case=theirs, note="Pilot teams only")
    page.get_by_role("button", name="Store as a new version").click()
    expect(page.get_by_role("heading", name="Somebody else changed this scenario")).to_be_visible()
    faults.clear()  # the browser logs the 409
    expect(page.get_by_text("Pilot teams only")).to_be_visible()
    expect(wage).to_have_value("60")
    page.get_by_role("button", name="Store as a new version").click()
    expect(page.get_by_role("heading", name="Cautious")).to_be_visible()
    stored = stored_case(Scenario.objects.get())
    assert (stored.work.coverage.mean, stored.work.labour_cost_per_hour.mean) == (0.4, pytest.approx(60))
    assert [option.key for option in stored.options][-2:] == ["full", "peft"]

    # a measurement takes the place of an assumption
    page.get_by_role("link", name="Bind to evidence").click()
    page.get_by_label("Figure").select_option(label="Success rate: Tuned small model (LoRA)")
    page.get_by_label("Stands on").select_option(
        label=page.get_by_label("Stands on").locator("option", has_text="LoRA, multiple choice").inner_text()
    )
    axe(page)
    page.get_by_role("button", name="Bind it").click()
    expect(page.get_by_text("88.9% (267 of 300)")).to_be_visible()

    page.get_by_role("button", name="Duplicate").click()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("columnheader", name="Cautious (copy)")).to_be_visible()
    axe(page)

    for path in ("", f"{scenario.code}/edit/", f"{scenario.code}/"):
        page.goto(f"{live_server.url}/projects/{project.code}/scenarios/{path}")
        for width in (360, WIDTHS["desktop"]):
            page.set_viewport_size({"width": width, "height": 900})
            assert sideways(page) <= 0, (path, width)
    axe(page)
    shot(page, "scenario")
    assert not faults, faults


def test_what_is_typed_before_the_scripts_came_is_followed(
    page: Page, live_server: LiveServer, project: Project, faults: list[str]
) -> None:
    owner = User.objects.get(email="owner@example.com")
    made = create_scenario(by=owner, project=project, case=roi.preset("support-desk"))

    def late(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    page.route("**/htmx*.js", late)
    page.goto(f"{live_server.url}/projects/{project.code}/scenarios/{made.code}/edit/", wait_until="commit")
    value = page.locator("#outcome .tile-value").first
    before = value.inner_text()
    page.locator('[name="work.labour_cost_per_hour"]').fill("60")
    expect(value).not_to_have_text(before)
    assert not faults, faults
