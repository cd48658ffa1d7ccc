"""The ROI calculator in a real browser: type, slide, share, Back, no JavaScript, phone, keyboard, both themes."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from .conftest import WIDTHS, Axe, Shot, eventually, sideways

pytestmark = pytest.mark.browser

ANSWER_SECONDS = 2.0
"""Far above what an answer takes (some 0.05 s on an idle machine): tests share their cores with others."""


@pytest.fixture
def calculator(page: Page, live_server: LiveServer, faults: list[str]) -> Iterator[Page]:
    """The calculator with all its charts drawn."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}/roi/", wait_until="domcontentloaded")
    expect(page.locator(".js-plotly-plot")).to_have_count(6)
    yield page
    # an answer that is still under way would outlive the test's database
    eventually(page, "!document.querySelector('.htmx-request')")


def field(page: Page, name: str) -> Locator:
    return page.locator(f"#figures [name='{name}']")


def sentence(page: Page) -> Locator:
    return page.locator("#sentence")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_at_every_width(calculator: Page, axe: Axe, shot: Shot, theme: str) -> None:
    calculator.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    for name, width in WIDTHS.items():
        calculator.set_viewport_size({"width": width, "height": 900})
        assert sideways(calculator) <= 0, name
        shot(calculator, f"calculator-{theme}-{name}")
    axe(calculator)
    for width in (360, 1024, 1600):
        calculator.set_viewport_size({"width": width, "height": 900})
        assert sideways(calculator) <= 0, width


def test_the_outcome_follows_what_is_typed_and_back_undoes_it(calculator: Page) -> None:
    before = sentence(calculator).inner_text()
    drawn = "document.getElementById('npv-band-plot').data[2].y.at(-1)"
    value = calculator.evaluate(drawn)
    field(calculator, "work.items_per_month").fill("60,000")
    expect(calculator).to_have_url(re.compile(r"/roi/\?work\.items_per_month=60000$"))
    expect(sentence(calculator)).not_to_have_text(before)
    eventually(calculator, f"{drawn} > {value}")
    expect(field(calculator, "work.items_per_month")).to_be_focused()
    expect(calculator.locator("[data-figure='work.items_per_month'] .origin")).to_contain_text("yours")
    calculator.wait_for_timeout(2100)  # what comes later is a gesture of its own
    field(calculator, "work.coverage").fill("20")
    expect(calculator).to_have_url(re.compile(r"work\.coverage=0\.2"))
    calculator.go_back()
    expect(calculator).to_have_url(re.compile(r"/roi/\?work\.items_per_month=60000$"))
    expect(field(calculator, "work.coverage")).not_to_have_value("20")
    calculator.go_back()
    expect(sentence(calculator)).to_have_text(before)
    expect(field(calculator, "work.items_per_month")).to_have_value("20,000")


def test_a_slider_moves_its_number_and_a_shared_link_restores_all(
    calculator: Page, browser: Browser, live_server: LiveServer
) -> None:
    box = calculator.locator("[data-figure='work.items_per_month']")
    slider = box.locator("input[type=range]")
    slider.evaluate("slider => { slider.value = 180; slider.dispatchEvent(new Event('input', {bubbles: true})) }")
    expect(field(calculator, "work.items_per_month")).to_have_value("50,000")
    assert slider.get_attribute("aria-valuetext") == "50,000 items/month"
    calculator.get_by_label("Hosted API", exact=True).uncheck()
    expect(calculator).to_have_url(re.compile(r"without=hosted"))
    calculator.locator("#locale").select_option("de-DE")
    expect(calculator).to_have_url(re.compile(r"locale=de-DE"))
    link = calculator.locator("[data-copy]").get_attribute("data-copy")
    assert link == calculator.url
    context = browser.new_context()
    other = context.new_page()
    other.goto(link)
    expect(sentence(other)).to_have_text(sentence(calculator).inner_text())
    expect(field(other, "work.items_per_month")).to_have_value("50.000")
    expect(other.get_by_label("Hosted API", exact=True)).not_to_be_checked()
    context.close()


def test_faults_stand_beside_their_fields_and_the_last_outcome_is_marked(calculator: Page, axe: Axe) -> None:
    before = sentence(calculator).inner_text()
    for typed, says in (("140", "Must be at most 100%."), ("-1", "Must be at least 0%."), ("1e308", "Must be at most")):
        field(calculator, "work.coverage").fill(typed)
        expect(calculator.locator("[data-figure='work.coverage'] .field-error")).to_contain_text(says)
    expect(field(calculator, "work.coverage")).to_have_attribute("aria-invalid", "true")
    field(calculator, "work.items_per_month").fill("lots")
    expect(calculator.locator("[data-figure='work.items_per_month'] .field-error")).to_be_visible()
    expect(calculator.locator(".calc-stale")).to_contain_text("last outcome that could be worked out")
    expect(sentence(calculator)).to_have_text(before)
    expect(field(calculator, "work.coverage")).to_have_value("1e308")
    axe(calculator)
    field(calculator, "work.coverage").fill("40")
    field(calculator, "work.items_per_month").fill("30 000")
    expect(calculator.locator(".calc-stale")).to_have_count(0)
    expect(calculator.locator(".field-error")).to_have_count(0)
    expect(calculator).to_have_url(re.compile(r"work\.coverage=0\.4&work\.items_per_month=30000"))


def test_a_figure_is_given_a_range_and_put_back(calculator: Page, axe: Axe) -> None:
    box = calculator.locator("[data-figure='work.checked_share']")
    box.get_by_role("button", name="+ range").click()
    kind = box.get_by_label("Share checked: how it is stated")
    kind.select_option("triangular")
    expect(box.locator("label.part:visible")).to_have_count(3)
    field(calculator, "work.checked_share.high").fill("12")
    expect(calculator).to_have_url(re.compile(r"work\.checked_share=0\.04\.\.0\.05\.\.0\.12"))
    axe(calculator)
    box.get_by_role("button", name="back to 5").click()
    expect(field(calculator, "work.checked_share")).to_have_value("5")
    expect(calculator).to_have_url(re.compile(r"/roi/$"))


def test_changing_the_currency_converts_nothing_without_a_rate(calculator: Page) -> None:
    cost = field(calculator, "work.labour_cost_per_hour")
    dollars = cost.input_value()
    calculator.locator("#locale").select_option("en-GB")
    expect(calculator.locator("#currency")).to_contain_text("Nothing was converted.")
    expect(cost).to_have_value(dollars)
    calculator.get_by_label("1 USD is worth").fill("0.5")
    calculator.get_by_role("button", name="Convert the example").click()
    expect(calculator).to_have_url(re.compile(r"locale=en-GB&rate=0\.5"))
    expect(cost).to_have_value(f"{float(dollars) / 2:g}")
    expect(calculator.locator(".tile-value").first).to_contain_text("£")


def test_by_keyboard_alone(calculator: Page) -> None:
    calculator.locator("#fold-work summary").focus()
    calculator.keyboard.press("Tab")
    expect(field(calculator, "work.items_per_month")).to_be_focused()
    calculator.keyboard.type("35000")
    expect(calculator).to_have_url(re.compile("35000"))
    for _ in range(2):
        calculator.keyboard.press("Tab")
    tip = calculator.locator("[data-figure='work.items_per_month'] .tip")
    expect(calculator.locator("[data-figure='work.items_per_month'] .origin button")).to_be_focused()
    expect(tip).to_be_visible()
    calculator.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    calculator.locator("#fold-run summary").focus()
    calculator.keyboard.press("Enter")
    expect(field(calculator, "run.tokens_in_per_item")).to_be_visible()
    field(calculator, "run.tokens_in_per_item").fill("9000")
    calculator.keyboard.press("Enter")
    expect(calculator).to_have_url(re.compile("run.tokens_in_per_item=9000"))


def test_reads_and_works_without_javascript(browser: Browser, live_server: LiveServer, shot: Shot) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{live_server.url}/roi/")
    before = sentence(page).inner_text()
    field(page, "work.items_per_month").fill("80,000")
    page.get_by_role("button", name="Work it out").first.click()
    expect(page).to_have_url(re.compile(r"/roi/\?work\.items_per_month=80000$"))
    expect(sentence(page)).not_to_have_text(before)
    field(page, "work.coverage").fill("140")
    page.get_by_role("button", name="Work it out").first.click()
    expect(page.locator(".field-error")).to_have_text("Must be at most 100%.")
    expect(field(page, "work.coverage")).to_have_value("140")
    expect(page.locator(".calc-stale")).to_be_visible()
    page.goto(f"{live_server.url}/roi/")
    page.get_by_role("link", name="All charts' figures as tables").click()
    expect(page.locator("figure.chart")).to_have_count(6)
    context.close()


def test_answers_come_at_once(calculator: Page, capsys: pytest.CaptureFixture[str]) -> None:
    calculator.evaluate(
        """() => {
          window.took = [];
          let typed = 0;
          document.addEventListener("input", () => { typed = performance.now(); });
          document.addEventListener("htmx:afterSwap", (event) => {
            if (event.detail.target.id === "outcome") window.took.push(performance.now() - typed);
          });
        }"""
    )
    for number in range(5):
        field(calculator, "work.items_per_month").fill(str(21_000 + 1_000 * number))
        expect(calculator.locator("#outcome [name=last]")).to_have_value(re.compile(str(21_000 + 1_000 * number)))
        calculator.wait_for_timeout(300)
    took = sorted(calculator.evaluate("window.took"))
    with capsys.disabled():
        print(
            f"\ncalculator: from a key to its outcome on the page {took[len(took) // 2]:.0f} ms (median of {len(took)})"
        )
    assert took[len(took) // 2] < 1000 * ANSWER_SECONDS
