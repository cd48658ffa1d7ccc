"""From the sign-in link to a measured comparison, in a real browser, on real text, with real training."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COLOURS, RULES, Axe, Shot

from .product import Product

pytestmark = [pytest.mark.browser, pytest.mark.training, pytest.mark.alone]

STUDY_SECONDS = 900


def test_upload_launch_watch_and_compare(
    page: Page, product: Product, coding_files: dict[str, Path], axe: Axe, shot: Shot
) -> None:
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.set_default_timeout(30_000)

    sign_in(page, product)
    page.get_by_role("link", name="Medical coding").first.click()
    upload(page, coding_files)
    shot(page, "journey dataset")
    launch(page)
    shot(page, "journey study running")
    watch(page)
    for width, name in ((390, "phone"), (1440, "desktop")):
        for theme, rules in (("dark", COLOURS), ("light", RULES)):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            axe(page, rules)
            shot(page, f"journey result {name} {theme}")
    told(page)
    assert found == []


def sign_in(page: Page, product: Product) -> None:
    page.goto(product.link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def upload(page: Page, files: dict[str, Path]) -> None:
    """Three CSV files, one a split; the form is recognised, the rows are shown, the version is stored."""
    page.get_by_role("link", name="Data", exact=True).click()
    page.get_by_role("link", name="Upload a dataset").click()
    page.get_by_label("Name").fill("Departments")
    page.locator("input[type=file]").set_input_files(list(files.values()))
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="Store it")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name=re.compile("^Store .* rows$")).click()
    expect(page.get_by_role("heading", name="Departments")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("rowheader", name="validation")).to_be_visible(timeout=60_000)


def launch(page: Page) -> None:
    """One form, one press: the readiness card follows, the button says what it will do."""
    page.get_by_role("link", name="Studies & jobs").click()
    page.locator("a[href$='/jobs/launch/']").first.click()
    page.get_by_role("link", name=re.compile("Is fine-tuning worth it")).click()
    page.get_by_label("Data").select_option(label=_option(page, "Departments"))
    page.locator("summary").filter(has_text="steps, batch").click()
    page.get_by_label("Steps").fill("10")
    page.get_by_label("Batch size").fill("8")
    button = page.get_by_role("button", name=re.compile(r"^Run 5 jobs, about .*\$"))
    expect(button).to_be_visible(timeout=30_000)
    button.click()
    expect(page.get_by_text(re.compile("of 5 jobs done"))).to_be_visible()


def _option(page: Page, text: str) -> str:
    """The whole label of the first option that has this text."""
    option = page.get_by_label("Data").locator("option", has_text=text).first
    expect(option).to_be_attached()
    return option.inner_text().strip()


def watch(page: Page) -> None:
    """A job's own page moves by itself; the study's page ends on its result without a reload."""
    study = page.url
    page.get_by_role("link", name="Train LoRA").click()
    expect(page.get_by_role("heading", name="Train LoRA")).to_be_visible()
    expect(page.get_by_text(re.compile("done", re.IGNORECASE)).first).to_be_visible(timeout=STUDY_SECONDS * 1000)
    page.goto(study)
    expect(page.get_by_role("heading", name="What can be said")).to_be_visible(timeout=STUDY_SECONDS * 1000)


def told(page: Page) -> None:
    """LoRA's gain over the base model is real, and every claim has a verdict."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("LoRA gains")
    row = page.get_by_role("row", name=re.compile("^LoRA"))
    low = re.search(r"\+[\d.]+ pts\s+\[([+−-]?[\d.]+)", row.inner_text())
    assert low is not None, row.inner_text()
    assert float(low[1].replace("−", "-").replace("+", "")) > 0
    claims = page.locator(".verdicts li").filter(has_text="claimed")
    expect(claims).to_have_count(3)
