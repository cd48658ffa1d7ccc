"""The design system in a real browser: both themes, three widths, keyboard, charts, uploads, no JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Look, Shot, eventually, sideways
from webapp.accounts.models import User

pytestmark = pytest.mark.browser


@pytest.fixture
def guide(page: Page, live_server: LiveServer, faults: list[str], sign_in: Callable[[User], None]) -> Page:
    """The style guide, open."""
    sign_in(User.objects.create_user("designer@example.com", is_staff=True, name="Dee Signer"))
    page.goto(f"{live_server.url}/styleguide/", wait_until="domcontentloaded")
    return page


@pytest.fixture
def charts(guide: Page) -> Page:
    """The style guide with its charts drawn."""
    expect(guide.locator(".js-plotly-plot")).to_have_count(2)
    return guide


def test_every_part_in_both_themes_and_at_every_width(charts: Page, look: Look) -> None:
    look(charts, "styleguide")
    for width in (640, 768, 1280):
        charts.set_viewport_size({"width": width, "height": 900})
        assert sideways(charts) <= 0, width


def test_theme_switch_is_kept_and_there_before_the_first_paint(guide: Page) -> None:
    guide.emulate_media(color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = guide.evaluate(background)
    guide.get_by_role("button", name="Switch between light and dark").click()
    dark = guide.evaluate(background)
    assert dark != light
    guide.reload(wait_until="domcontentloaded")
    assert guide.evaluate("document.documentElement.dataset.theme") == "dark"
    assert guide.evaluate(background) == dark
    guide.get_by_role("button", name="Switch between light and dark").click()
    assert guide.evaluate("localStorage.getItem('theme')") is None


def test_chart_keeps_its_zoom_when_its_fragment_is_swapped(charts: Page) -> None:
    ranges = "document.getElementById('loss-plot')._fullLayout.xaxis.range.map(Math.round)"
    points = "document.getElementById('loss-plot').data.at(-2).x.length"
    charts.evaluate("Plotly.relayout('loss-plot', {'xaxis.range': [10, 30]})")
    before = charts.evaluate(points)
    charts.get_by_role("button", name="Go on by 20 steps").click()
    eventually(charts, f"{points} > {before}")
    assert charts.evaluate(ranges) == [10, 30]


def test_charts_follow_the_theme(charts: Page) -> None:
    colour = "document.getElementById('loss-plot').data.at(-2).line.color"
    charts.emulate_media(color_scheme="light")
    light = charts.evaluate(colour)
    charts.emulate_media(color_scheme="dark")
    eventually(charts, f"{colour} !== '{light}'")


def test_charts_follow_their_box(charts: Page) -> None:
    charts.set_viewport_size({"width": 390, "height": 900})
    eventually(charts, "document.getElementById('loss-plot')._fullLayout.width < 390")
    charts.set_viewport_size({"width": 1440, "height": 900})
    eventually(charts, "document.getElementById('loss-plot')._fullLayout.width > 500")


def test_charts_shift_nothing(page: Page, live_server: LiveServer, sign_in: Callable[[User], None]) -> None:
    sign_in(User.objects.create_user("designer@example.com", is_staff=True))
    page.add_init_script(
        "window.shifted = 0; new PerformanceObserver(list => { for (const entry of list.getEntries()) "
        "if (!entry.hadRecentInput) window.shifted += entry.value }).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{live_server.url}/styleguide/")
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    assert page.evaluate("window.shifted") < 0.01


def test_skip_link_menu_and_folds_by_keyboard(guide: Page) -> None:
    guide.keyboard.press("Tab")
    expect(guide.get_by_role("link", name="Skip to content")).to_be_focused()
    guide.keyboard.press("Enter")
    expect(guide.locator("#main")).to_be_focused()
    menu = guide.locator("details.user-menu")
    menu.locator("summary").focus()
    guide.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    guide.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_deleting_asks_for_the_name(guide: Page) -> None:
    guide.locator(".danger summary").click()
    button = guide.get_by_role("button", name="Delete dataset", exact=True)
    expect(button).to_be_disabled()
    guide.get_by_label("To go on, type icd-2026").fill("icd-202")
    expect(button).to_be_disabled()
    guide.get_by_label("To go on, type icd-2026").fill("icd-2026")
    expect(button).to_be_enabled()


def test_slider_and_number_follow_each_other(guide: Page) -> None:
    number, slider = guide.get_by_label("Budget", exact=True), guide.get_by_label("Budget, slider")
    number.fill("7.5")
    expect(slider).to_have_value("7.5")
    slider.fill("4")
    expect(number).to_have_value("4")


def test_typed_values_survive_a_reload(guide: Page) -> None:
    guide.get_by_label("Notes (optional)").fill("half-written thought")
    guide.reload()
    expect(guide.get_by_label("Notes (optional)")).to_have_value("half-written thought")


def test_upload_shows_the_answer_and_the_fault_in_place(guide: Page, tmp_path: Path, faults: list[str]) -> None:
    empty, whole = tmp_path / "empty.jsonl", tmp_path / "whole.jsonl"
    empty.touch()
    whole.write_text('{"prompt": "a", "completion": "b"}\n' * 1000)
    guide.get_by_label("Drop a file here").set_input_files(empty)
    guide.get_by_role("button", name="Upload and check").click()
    expect(guide.locator(".drop .field-error")).to_contain_text("The file is empty")
    # the browser logs the answer 422 itself
    assert len(faults) == 1
    assert "422" in faults.pop()
    guide.get_by_label("Drop a file here").set_input_files(whole)
    guide.get_by_role("button", name="Upload and check").click()
    expect(guide.locator("#toasts .toast")).to_contain_text("Received 35.0 kB")
    expect(guide).to_have_url(re.compile(r"/styleguide/$"))


def test_an_upload_over_the_limit_is_not_sent(guide: Page, tmp_path: Path) -> None:
    guide.evaluate("document.querySelector('[data-upload]').dataset.limitBytes = 10")
    large = tmp_path / "large.csv"
    large.write_text("a,b\n" * 100)
    guide.get_by_label("Drop a file here").set_input_files(large)
    guide.get_by_role("button", name="Upload and check").click()
    expect(guide.locator(".drop .field-error")).to_contain_text("the limit is")


def test_reads_and_works_without_javascript(
    browser: Browser, live_server: LiveServer, sign_in: Callable[[User], None], page: Page, shot: Shot
) -> None:
    sign_in(User.objects.create_user("designer@example.com", is_staff=True))
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{live_server.url}/styleguide/")
    expect(plain.get_by_role("button", name="Switch between light and dark")).to_be_hidden()
    expect(plain.locator("#loss-plot")).to_be_hidden()
    plain.locator("#loss summary").click()
    expect(plain.locator("#loss table")).to_be_visible()
    plain.set_input_files("#id_file", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"})
    plain.get_by_role("button", name="Upload and check").click()
    expect(plain.locator("#toasts .toast")).to_contain_text("Received 8 B")
    context.close()


def test_charts_print_in_light_colours(charts: Page) -> None:
    colour = "document.getElementById('loss-plot').data.at(-2).line.color"
    charts.emulate_media(color_scheme="light")
    light = charts.evaluate(colour)
    charts.emulate_media(color_scheme="dark")
    eventually(charts, f"{colour} !== '{light}'")
    charts.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert charts.evaluate(colour) == light
    charts.evaluate("dispatchEvent(new Event('afterprint'))")
    assert charts.evaluate(colour) != light


def test_print_sheet_leaves_out_what_cannot_be_pressed(guide: Page) -> None:
    guide.emulate_media(media="print", color_scheme="dark")
    for selector in (".site-head", ".btn >> nth=0", ".tabs"):
        expect(guide.locator(selector).first).to_be_hidden()
    assert guide.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
