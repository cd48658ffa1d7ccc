"""The ROI calculator in a real browser: type, slide, share, Back, no JavaScript, phone, keyboard, both themes."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Axe, Look, Shot, eventually

pytestmark = pytest.mark.browser

ANSWER_SECONDS = 2.0
"""Far above what an answer takes (benchmarks/calculator_answer.py says): tests share their cores with others."""


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


def test_both_themes_at_every_width(calculator: Page, look: Look) -> None:
    look(calculator, "calculator")


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


def test_the_outcome_moves_along_with_a_slider(calculator: Page) -> None:
    """It does not wait for the hand to rest; steps that come faster than answers are left out, the last one never."""
    calculator.evaluate(
        """() => {
          window.seen = [];
          const state = () => document.querySelector("#outcome [name=last]").value;
          document.addEventListener("htmx:afterSwap", () => window.seen.push(state()));
          const slider = document.querySelector("[data-figure='work.items_per_month'] input[type=range]");
          let step = 0;
          const move = () => {
            slider.value = 20 + step;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            if ((step += 1) <= 120) setTimeout(move, 8);
          };
          move();
        }"""
    )
    end = field(calculator, "work.items_per_month")
    eventually(
        calculator, "document.querySelector(\"[data-figure='work.items_per_month'] input[type=range]\").value == 140"
    )
    number = end.input_value().replace(",", "")
    expect(calculator).to_have_url(re.compile(rf"work\.items_per_month={number}$"))
    seen = calculator.evaluate("[...new Set(window.seen)]")
    assert 1 < len(seen) < 120
    assert seen[-1] == f"work.items_per_month={number}"


def test_a_number_is_sent_when_it_can_be_read_or_the_field_is_left(calculator: Page) -> None:
    """On the way to 60,000 there are no faults."""
    sent: list[str] = []
    calculator.on("request", lambda request: sent.append(request.url) if "last=" in request.url else None)
    calculator.evaluate(
        """() => {
          window.faults = 0;
          new MutationObserver(() => { window.faults += document.querySelectorAll(".field-error").length; })
            .observe(document.body, { childList: true, subtree: true });
        }"""
    )
    items = field(calculator, "work.items_per_month")
    # typed by timers of the page: they keep their order with those that it waits by, however busy the machine is
    items.evaluate(
        """field => {
          const steps = ["", "6", "60", "60,", "60,0", "60,00", "60,000"];
          const type = () => {
            field.value = steps.shift();
            field.dispatchEvent(new Event("input", { bubbles: true }));
            if (steps.length) setTimeout(type, 60);
          };
          type();
        }"""
    )
    expect(calculator).to_have_url(re.compile(r"work\.items_per_month=60000$"))
    assert calculator.evaluate("window.faults") == 0
    assert not any("items_per_month=&" in url or "items_per_month=60%2C&" in url for url in sent)
    items.fill("lots")
    calculator.keyboard.press("Tab")
    expect(calculator.locator("[data-figure='work.items_per_month'] .field-error")).to_be_visible()


def held_back(page: Page, pattern: str) -> tuple[list[Route], Callable[[Route], None]]:
    """Requests whose address holds the pattern wait until they are let go on."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if pattern in route.request.url:
            waiting.append(route)
        else:
            route.fallback()

    page.route("**/*", hold)
    return waiting, hold


def test_an_answer_that_comes_too_late_is_dropped(calculator: Page) -> None:
    """What was typed for the old preset answers after the new preset is there: nothing of it may show."""
    waiting, hold = held_back(calculator, "items_per_month=70")
    field(calculator, "work.items_per_month").fill("70000")
    eventually(calculator, "document.querySelector('#figures.htmx-request')")
    calculator.get_by_role("link", name="Claims team").click()
    expect(calculator).to_have_url(re.compile(r"\?preset=claims-team$"))
    after = sentence(calculator).inner_text()
    assert len(waiting) == 1
    waiting[0].fallback()
    calculator.unroute("**/*", hold)
    calculator.wait_for_timeout(500)
    expect(calculator).to_have_url(re.compile(r"\?preset=claims-team$"))
    expect(sentence(calculator)).to_have_text(after)
    expect(calculator.locator("[data-figure='work.items_per_month'] .origin")).not_to_contain_text("yours")


def test_figures_wait_for_no_picture_and_the_newest_pictures_stay(calculator: Page) -> None:
    """The charts of the first page are late: what is typed is answered, and its own charts are the last to come."""
    waterfall = "document.getElementById('waterfall-data')?.textContent"
    waiting, hold = held_back(calculator, "charts=all")
    calculator.reload(wait_until="domcontentloaded")
    expect(calculator.locator(".js-plotly-plot")).to_have_count(2)
    eventually(calculator, "document.querySelector('.htmx-request')")
    before = calculator.evaluate(waterfall)
    field(calculator, "work.items_per_month").fill("44000")
    expect(calculator).to_have_url(re.compile(r"items_per_month=44000$"))
    expect(calculator.locator("#pictures")).to_have_attribute("aria-busy", "true")
    assert calculator.evaluate(waterfall) == before
    calculator.unroute("**/*", hold)
    waiting[0].fallback()
    expect(calculator.locator(".js-plotly-plot")).to_have_count(6)
    eventually(calculator, "!document.querySelector('#pictures[aria-busy]')")
    shown = calculator.evaluate(waterfall)
    assert shown != before
    calculator.reload(wait_until="domcontentloaded")
    assert calculator.evaluate(waterfall) == shown


def test_what_was_unfolded_stays_so(calculator: Page) -> None:
    """The table of a chart and the working follow the figures too."""
    table = calculator.locator("#waterfall details")
    table.locator("summary").click()
    calculator.get_by_role("link", name="Show the working").click()
    expect(calculator.locator("#working table")).to_be_visible()
    worth = calculator.locator("#working td.num").first.inner_text()
    field(calculator, "work.items_per_month").fill("33,000")
    expect(calculator).to_have_url(re.compile(r"items_per_month=33000$"))
    expect(calculator.locator("#working td.num").first).not_to_have_text(worth)
    expect(table).to_have_attribute("open", "")


def test_answers_come_at_once(calculator: Page, capsys: pytest.CaptureFixture[str]) -> None:
    calculator.evaluate(
        """() => {
          window.took = [];
          let typed = 0;
          document.addEventListener("input", () => { typed = performance.now(); });
          document.addEventListener("htmx:afterSwap", (event) => {
            if (event.detail.target.id === "summary") window.took.push(performance.now() - typed);
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
