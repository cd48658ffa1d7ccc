"""Explorers, flows and choosers in a real browser: by keyboard, by what is read out, in both themes, and plain."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Look, eventually

pytestmark = pytest.mark.browser

PAGES = {
    "lora": "/topics/explorers/lora/",
    "dpo": "/topics/explorers/dpo/",
    "ppo": "/topics/explorers/ppo/",
    "grpo": "/topics/explorers/grpo/",
    "voting": "/topics/explorers/self-consistency/",
    "flow": "/topics/flows/rlhf/ppo/",
    "methods": "/topics/methods/",
    "choose": "/topics/choose/",
    "walk": "/topics/walk/?walk=1-2-0",
}


def without_aborted(logged: list[str]) -> list[str]:
    """What was logged, less the requests that a later key replaced: htmx logs their end, then that they were aborted.

    A request that failed logs its end too, but then another word than `sendAbort`, and both stay.
    """
    left: list[str] = []
    for line in logged:
        if line.startswith("htmx:sendAbort") and left and left[-1].startswith("htmx:afterRequest"):
            left.pop()
        else:
            left.append(line)
    return left


@pytest.mark.parametrize("name", PAGES)
def test_both_themes_and_all_widths(
    page: Page, live_server: LiveServer, faults: list[str], look: Look, name: str
) -> None:
    page.goto(live_server.url + PAGES[name], wait_until="domcontentloaded")
    look(page, f"topics-{name}")


def test_an_explorer_follows_the_keyboard_and_says_so(page: Page, live_server: LiveServer, faults: list[str]) -> None:
    answered: list[int] = []
    page.on("response", lambda response: answered.append(response.status))
    page.goto(f"{live_server.url}/topics/explorers/lora/", wait_until="domcontentloaded")
    told = page.get_by_role("status").filter(has_text="LoRA trains")
    expect(told).to_contain_text("460,800")
    rank = page.get_by_role("spinbutton", name="Rank")
    rank.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("16")
    expect(told).to_contain_text("921,600")
    expect(rank).to_be_focused()
    expect(page).to_have_url(re.compile(r"[?&]rank=16(&|$)"))
    page.get_by_role("slider", name="Rank, slider").focus()
    page.keyboard.press("ArrowRight")
    expect(rank).to_have_value("17")
    expect(told).to_contain_text("979,200")
    page.get_by_role("checkbox", name="key", exact=True).focus()
    page.keyboard.press("Space")
    expect(told).to_contain_text("1,370,880")
    page.reload()
    expect(rank).to_have_value("17")
    expect(told).to_contain_text("1,370,880")
    faults[:] = without_aborted(faults)
    assert [answer for answer in answered if answer >= 400] == []


def test_a_fault_is_told_beside_its_field(page: Page, live_server: LiveServer, faults: list[str]) -> None:
    page.goto(f"{live_server.url}/topics/explorers/grpo/", wait_until="domcontentloaded")
    rewards = page.get_by_label("Rewards of the answers to one prompt")
    rewards.fill("1, zero")
    expect(page.locator("#grpo_rewards_error")).to_contain_text("“zero” is no number")
    expect(rewards).to_have_attribute("aria-invalid", "true")
    expect(rewards).to_have_accessible_description(re.compile("no number"))
    expect(rewards).to_be_focused()
    rewards.fill("1, 0")
    expect(page.locator("#grpo_rewards_error")).to_be_hidden()
    expect(rewards).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("status").filter(has_text="above the group")).to_be_visible()


def test_a_flow_by_keyboard(page: Page, live_server: LiveServer, faults: list[str]) -> None:
    page.goto(f"{live_server.url}/topics/flows/rlhf/", wait_until="domcontentloaded")
    stations = page.get_by_role("navigation", name="How RLHF works, station by station")
    first = stations.get_by_role("link", name=re.compile("^Demonstrations"))
    expect(first).to_have_attribute("aria-current", "true")
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    preferences = stations.get_by_role("link", name=re.compile("^Preference collection"))
    expect(preferences).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="The chosen station")
    expect(panel).to_contain_text("Station 3 of 7")
    expect(preferences).to_have_attribute("aria-current", "true")
    expect(preferences).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Open: Preference collection")).to_have_count(1)
    expect(page).to_have_url(f"{live_server.url}/topics/flows/rlhf/preferences/")
    assert page.locator("path.on").count() == 2  # the line of work and the way back
    page.keyboard.press("End")
    expect(stations.get_by_role("link", name=re.compile("^Feedback from use"))).to_be_focused()
    page.keyboard.press("Home")
    expect(first).to_be_focused()


def test_a_flow_inside_a_topic_opens_in_place(page: Page, live_server: LiveServer, faults: list[str]) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    topic = f"{live_server.url}/topics/reinforcement-learning/rlhf/"
    page.goto(topic, wait_until="domcontentloaded")
    page.locator("#stop-rlhf-reward-model").click()
    panel = page.get_by_role("region", name="The chosen station")
    expect(panel).to_contain_text("Station 4 of 7")
    expect(page).to_have_url(f"{topic}?station=reward-model")
    eventually(page, "document.querySelector('.flow-panel').getBoundingClientRect().top < innerHeight")
    page.reload()
    expect(panel).to_contain_text("Station 4 of 7")


def test_the_table_the_ranking_and_the_walk_follow(page: Page, live_server: LiveServer, faults: list[str]) -> None:
    page.goto(f"{live_server.url}/topics/methods/", wait_until="domcontentloaded")
    page.get_by_role("link", name="Compute").click()
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    page.get_by_label("Learns from").select_option("checker")
    expect(page.get_by_role("status").filter(has_text="3 of 8 methods")).to_be_visible()
    page.locator("summary", has_text="GRPO:").click()
    expect(page.get_by_role("link", name=re.compile("DeepSeekMath"))).to_be_visible()

    page.goto(f"{live_server.url}/topics/choose/", wait_until="domcontentloaded")
    advised = page.get_by_role("status").filter(has_text="best")
    page.get_by_role("radio", name="Yes").focus()
    page.keyboard.press("Space")
    page.get_by_role("radio", name="Whatever pays").check()
    expect(advised).to_contain_text("GRPO and RLOO fit best")

    page.goto(f"{live_server.url}/topics/walk/", wait_until="domcontentloaded")
    page.get_by_role("link", name=re.compile("short and equal")).press("Enter")
    expect(page.get_by_role("heading", name="Is the time for one question bounded tightly?")).to_be_focused()
    page.get_by_role("link", name=re.compile("Rounds may follow")).press("Enter")
    page.get_by_role("link", name=re.compile("most are easy")).press("Enter")
    expect(page.get_by_role("heading", name="Adaptive consistency")).to_be_focused()
    expect(page).to_have_url(re.compile(r"walk=1-2-0$"))
    page.get_by_role("link", name=re.compile("Change the answer to: Is the time")).press("Enter")
    expect(page.get_by_role("heading", name="Is the time for one question bounded tightly?")).to_be_focused()

    page.locator("#decision-checkable").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#decision-beam-search")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Beam search over steps")).to_be_focused()
    expect(page.locator("#decision-beam-search")).to_have_attribute("aria-current", "true")


def test_everything_works_without_javascript(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{live_server.url}/topics/explorers/dpo/")
    plain.get_by_role("spinbutton", name="Margin").fill("10")
    plain.get_by_role("button", name="Compute").click()
    expect(plain.locator("#dpo-finding")).to_contain_text("0.313 nats")
    plain.goto(f"{live_server.url}/topics/flows/rlhf/")
    plain.locator("#stop-rlhf-ppo").click()
    expect(plain).to_have_url(f"{live_server.url}/topics/flows/rlhf/ppo/")
    plain.goto(f"{live_server.url}/topics/choose/")
    plain.get_by_role("radio", name="Yes").check()
    plain.get_by_role("radio", name="Whatever pays").check()
    plain.get_by_role("button", name="Rank the methods").click()
    expect(plain.locator("#choose-ranking")).to_contain_text("GRPO and RLOO fit best")
    plain.goto(f"{live_server.url}/topics/walk/")
    plain.get_by_role("link", name=re.compile("a program accepts")).click()
    expect(plain.locator("#walk-now")).to_contain_text("Search against a checker")
    context.close()
