"""A real browser: from an empty roadmap to a passed phase, until the data are replaced; moved bars; axe and widths."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Look, eventually
from tests.webapp import factories
from tests.webapp.roadmap import rows
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.projects.models import Project
from webapp.roadmap.models import Milestone, Roadmap
from webapp.roadmap.services import talk

pytestmark = pytest.mark.browser


@pytest.fixture
def owner(sign_in: Callable[[User], None], settings: Settings, tmp_path: Path, faults: list[str]) -> User:
    """Somebody who looks at their project, with a state folder of its own."""
    settings.STATE = tmp_path
    found = factories.user("owner@example.com", name="Ada Berg")
    sign_in(found)
    return found


@pytest.fixture
def project(owner: User) -> Project:
    return factories.project(owner=owner)


def brought(page: Page, base: str, metric: str, value: str, n: str, unit: str = "fraction") -> None:
    """Evidence from elsewhere, by the form."""
    page.goto(f"{base}/evidence/?metric={metric}")
    page.get_by_label("Value").fill(value)
    page.get_by_label("Items").fill(n)
    page.get_by_label("Unit").select_option(unit)
    page.get_by_label("Source").fill("Report of June, page 4")
    page.get_by_role("button", name="Store the figure").click()
    expect(page.get_by_text("stored as external evidence")).to_be_visible()


def signed(page: Page, base: str, key: str) -> None:
    """The one review of a milestone, signed."""
    page.goto(f"{base}/milestones/{key}/")
    page.get_by_role("link", name="Sign or refuse").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Signed by Ada Berg")).to_be_visible()


def test_a_phase_is_passed_by_evidence_and_opens_again_with_other_data(
    page: Page, live_server: LiveServer, project: Project, owner: User
) -> None:
    base = f"{live_server.url}/projects/{project.code}/roadmap"
    page.goto(f"{base}/")
    page.get_by_role("button", name="Start the roadmap").click()
    phase = page.get_by_role("region", name="Foundation & alignment")
    expect(phase.get_by_text("0 of 6 milestones done")).to_be_visible()

    version = factories.dataset_version(project)
    DatasetVersion.objects.update(splits={"train": 40, "test": 300}, manifest={"overlap": {"rows": 0}})
    rows.evaluated(project, version, right=150, name="Evaluate base")
    rows.evaluated(project, version, right=240, of=rows.trained(project, version), name="Evaluate LoRA")
    page.get_by_role("button", name="Judge the gates now").click()
    expect(phase.get_by_text("2 of 6 milestones done")).to_be_visible()

    for metric, value, n, unit in (
        ("ratings", "240", "240", "items"),
        ("rater_agreement", "0.72", "240", "score"),
        ("pair_accuracy", "0.8", "400", "fraction"),
        ("unsafe_rate", "0.002", "2000", "fraction"),
    ):
        brought(page, base, metric, value, n, unit)
    signed(page, base, "data-agreed")
    signed(page, base, "ethics")
    page.goto(f"{base}/phases/1/")
    expect(page.locator("#gate").get_by_text("What it asks for is shown.")).to_be_visible()

    rows.newer_version(version)
    page.goto(f"{base}/")
    page.get_by_role("button", name="Judge the gates now").click()
    expect(page.get_by_text("The gate of Baseline evaluation is open again.")).to_be_visible()
    expect(phase.get_by_text("re-opened").first).to_be_visible()
    page.goto(f"{base}/milestones/baseline/")
    expect(page.locator("#gate").get_by_text("version 2 has taken its place").first).to_be_visible()


def test_a_bar_is_moved_and_what_breaks_is_said_first(
    page: Page, live_server: LiveServer, project: Project, owner: User
) -> None:
    roadmap = rows.started(project, owner)
    found = rows.milestone(roadmap, "baseline")
    page.goto(f"{live_server.url}/projects/{project.code}/roadmap/timeline/")
    bar = page.get_by_role("slider", name="Move Baseline evaluation")
    bar.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("This breaks 2 links")).to_be_visible()
    assert rows.fresh(found).version == 1, "nothing is stored yet"
    page.get_by_role("link", name="Leave it as it is").click()

    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 1.5, box["y"] + 4, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Move them all").click()
    expect(page.get_by_text("Baseline evaluation is moved.")).to_be_visible()
    before = found.start
    assert (rows.fresh(found).start - before).days == 7, "a bar's width is its seven days"
    assert not Milestone.objects.filter(key="fine-tuned", start__lte=found.finish).exists()


def test_the_pages_stand_up_to_axe_and_every_width(
    page: Page, live_server: LiveServer, project: Project, owner: User, look: Look
) -> None:
    roadmap = rows.started(project, owner)
    rows.evaluated(project, factories.dataset_version(project), right=267)
    assert Roadmap.objects.get() == roadmap
    base = f"{live_server.url}/projects/{project.code}/roadmap"
    gate = rows.milestone(roadmap, "fine-tuned").gate.pk
    places = ("", "timeline/", "calendar/", "blockers/", "files/", "milestones/fine-tuned/", "phases/1/")
    talk.comment(by=owner, milestone=rows.milestone(roadmap, "baseline"), text="@Ada Berg look at the interval")
    for place in (*places, "../../../mentions/?show=all", f"gates/{gate}/criteria/measurement/"):
        page.goto(f"{base}/{place}")
        if place == "timeline/":
            eventually(page, "document.querySelector('.plot .main-svg')")
        look(page, f"roadmap-{place}")
