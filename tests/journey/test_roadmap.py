"""A project from empty to a passed phase gate, in a real browser, by real jobs; then other data re-open the gate."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Axe, Shot

from .conftest import Coding
from .product import Product

pytestmark = [pytest.mark.browser, pytest.mark.training, pytest.mark.alone]

JOB_SECONDS = 600
JUDGED_SECONDS = 60
PHASE = "Foundation & alignment"
ELSEWHERE = (
    # metric, unit, figures
    ("ratings", "Count", {"Value": "240"}),
    ("rater_agreement", "Score", {"Value": "0.71", "Items": "240"}),
    ("pair_accuracy", "Share of items, 0 to 1", {"Value": "0.74", "Items": "400"}),
    ("unsafe_rate", "Share of items, 0 to 1", {"Value": "0.002", "Items": "1000"}),
)
"""What this product has no job for yet, or what only people bring: entered with its source."""


def test_evidence_opens_a_phase_gate_and_other_data_close_it(
    page: Page, product: Product, coding: Coding, axe: Axe, shot: Shot
) -> None:
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.set_default_timeout(30_000)
    page.set_viewport_size({"width": 1440, "height": 900})

    sign_in(page, product)
    new_project(page)
    upload(page, coding("agreed", {"train": 240, "test": 220}), "Departments")
    start_roadmap(page)
    sign(page, "Training data and held-out set agreed", "Rows seen, they stand for the task")
    measure_the_base_model(page)
    train_and_measure_an_adapter(page)
    for metric, unit, figures in ELSEWHERE:
        bring_evidence(page, metric, unit, figures)
    phase = gate_of_phase_one(page)
    expect(gate(page)).to_contain_text("Not shown yet: Ethical guidelines and safety evaluation.")
    sign(page, "Ethical guidelines and safety evaluation", "Adopted on 2 November")
    judged(page, phase, "Passed")
    axe(page)
    shot(page, "journey roadmap phase passed")

    replace_the_data(page, coding("replaced", {"train": 200, "test": 230}))
    gate_of_phase_one(page)
    judged(page, phase, "Re-opened")
    axe(page)
    shot(page, "journey roadmap phase reopened")
    told_why(page)
    assert found == []


def sign_in(page: Page, product: Product) -> None:
    """By a link of one's own: that of the start is another journey's."""
    page.goto(product.manage("sign_in_link", "--base-url", product.url).split()[-1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def new_project(page: Page) -> None:
    page.get_by_role("link", name="Projects").first.click()
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Name").fill("Gated triage")
    page.get_by_label("Task").fill("Send a diagnosis to its department.")
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("heading", name="Gated triage", level=1)).to_be_visible()


def upload(page: Page, files: dict[str, Path], name: str) -> None:
    rail(page, "Data")
    page.get_by_role("link", name="Upload a dataset").click()
    page.get_by_label("Name").fill(name)
    send(page, files)


def send(page: Page, files: dict[str, Path]) -> None:
    """Check the files and store what was found as a version."""
    page.locator("input[type=file]").set_input_files(list(files.values()))
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="Store it")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name=re.compile("^Store .*rows$")).click()
    expect(page.get_by_role("heading", name="Departments version")).to_be_visible(timeout=60_000)


def rail(page: Page, section: str) -> None:
    page.get_by_role("navigation", name="Project").get_by_role("link", name=section, exact=True).click()


def start_roadmap(page: Page) -> None:
    """The standard plan; its first gate is judged at once and asks for what is missing."""
    rail(page, "Roadmap")
    page.get_by_role("button", name="Start the roadmap").click()
    expect(page.get_by_role("heading", name=PHASE)).to_be_visible()


def to_milestone(page: Page, name: str) -> None:
    rail(page, "Roadmap")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def gate(page: Page) -> Locator:
    return page.get_by_role("region", name="Gate")


def criterion(page: Page, name: str) -> Locator:
    return gate(page).get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))


def sign(page: Page, milestone: str, note: str) -> None:
    """A person's own work: the milestone's review, signed with a note."""
    to_milestone(page, milestone)
    gate(page).get_by_role("link", name="Sign or refuse").click()
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(gate(page)).to_contain_text(f"“{note}”")


def measure_the_base_model(page: Page) -> None:
    """From the open criterion's button to a figure at the gate that nobody typed."""
    to_milestone(page, "Baseline evaluation")
    milestone = page.url
    expect(gate(page)).to_contain_text("Nothing is measured yet.")
    gate(page).get_by_role("link", name="Evaluate the base model").click()
    evaluate(page)
    judged(page, milestone, "Passed")
    expect(criterion(page, "The base model is measured")).to_contain_text("n=32")


def train_and_measure_an_adapter(page: Page) -> None:
    """The milestone's button launches the training, the training's page the evaluation, and the gate compares."""
    to_milestone(page, "SFT or PEFT model")
    milestone = page.url
    gate(page).get_by_role("link", name="Launch: Fine-tune").click()
    page.get_by_label("Training rows").select_option(label=offered(page, "Training rows", "train"))
    page.get_by_label(re.compile("^Steps")).fill("8")
    page.get_by_label("Batch size").fill("8")
    launch(page)
    page.get_by_text("Use this model").click()
    page.get_by_role("link", name="Evaluate it").click()
    evaluate(page)
    judged(page, milestone, "Passed")
    expect(criterion(page, "The adapted model beats the base model")).to_contain_text("The whole interval is more than")


def evaluate(page: Page) -> None:
    """The model that the form was filled in with, on the first held-out rows."""
    page.get_by_label("Held-out rows").select_option(label=offered(page, "Held-out rows", "test"))
    page.get_by_role("checkbox", name="Exact match").uncheck()
    page.get_by_role("checkbox", name="Multiple choice").check()
    page.locator("summary").filter(has_text="Data").click()
    page.get_by_label("Use at most").fill("32")
    launch(page)


def offered(page: Page, field: str, split: str) -> str:
    """The whole label of the first choice of a field that is this split."""
    option = page.get_by_label(field).locator("option", has_text=split).first
    expect(option).to_be_attached()
    return option.inner_text().strip()


def launch(page: Page) -> None:
    """One press, and to the end of the job on its own page."""
    page.get_by_role("button", name=re.compile("^Run ")).click()
    expect(page.locator(".job-now .badge")).to_be_visible(timeout=30_000)
    expect(page.locator(".job-now .badge")).to_have_text(re.compile("done", re.IGNORECASE), timeout=JOB_SECONDS * 1000)


def bring_evidence(page: Page, metric: str, unit: str, figures: dict[str, str]) -> None:
    rail(page, "Roadmap")
    page.goto(f"{page.url}evidence/?metric={metric}")
    expect(page.get_by_label("Metric")).to_have_value(metric)
    page.get_by_label("Unit").select_option(unit)
    for label, value in figures.items():
        page.get_by_label(re.compile(f"^{label}")).fill(value)
    page.get_by_label("Source").fill("Ratings of the pilot ward, report of 2 November")
    page.get_by_role("button", name="Store the figure").click()
    expect(page.get_by_text(f"external evidence for {metric}")).to_be_visible()


def gate_of_phase_one(page: Page) -> str:
    rail(page, "Roadmap")
    page.get_by_role("link", name=PHASE).click()
    expect(page.get_by_role("heading", name=PHASE, level=1)).to_be_visible()
    return page.url


def judged(page: Page, address: str, state: str) -> None:
    """Gates are judged in the background: the page says so without anybody asking for it."""
    deadline = time.monotonic() + JUDGED_SECONDS
    page.goto(address)
    while gate(page).locator(".gate-head .badge").inner_text().strip().casefold() != state.casefold():
        assert time.monotonic() < deadline, gate(page).inner_text()
        page.wait_for_timeout(500)
        page.reload()


def replace_the_data(page: Page, files: dict[str, Path]) -> None:
    """Another version of the dataset that everything was measured on."""
    rail(page, "Data")
    page.get_by_role("link", name="Departments", exact=True).click()
    page.get_by_role("link", name="Upload a new version").click()
    send(page, files)
    expect(page.get_by_role("heading", name="version 2")).to_be_visible()


def told_why(page: Page) -> None:
    """The phase names what is open, each milestone says which version it was measured on, the history keeps both."""
    expect(gate(page)).to_contain_text(
        "Not shown yet: Training data and held-out set agreed, Baseline evaluation, SFT or PEFT model."
    )
    to_milestone(page, "SFT or PEFT model")
    expect(gate(page).locator(".gate-why")).to_contain_text(
        "measured on version 1 of Departments; version 2 has taken its place"
    )
    rail(page, "Roadmap")
    page.get_by_role("link", name="What blocks us").click()
    expect(page.get_by_role("main")).to_contain_text("version 2 has taken its place")
    page.get_by_role("link", name="History", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Gate of Foundation & alignment").first
    expect(row).to_contain_text(re.compile("passed.*re-opened", re.IGNORECASE))
