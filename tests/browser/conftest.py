"""What browser tests share: Debian's or any installed Chromium, no outside addresses, axe, screenshots."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from django.test.utils import override_settings
from playwright.sync_api import Page, Request, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from webapp.accounts.models import User

# the sync API of playwright runs an event loop in the test's thread, where Django would refuse the database
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# a busy machine may take long to draw; a test that waits passes as soon as what it waits for is there
expect.set_options(timeout=30_000)

RESULTS = Path(__file__).parents[2] / "test-results"
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What of the rules a theme can break: the other theme has the same elements in the same places."""
HERE_ONLY = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
"""No other host has an address for the browser."""
WIDTHS = {"phone": 390, "tablet": 834, "desktop": 1440}
EVERY_WIDTH = (360, 390, 834, 1024, 1600, 1440)

Axe = Callable[..., None]
Shot = Callable[[Page, str], None]
Look = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def base_url() -> None:
    """Takes the place of the plugin's own fixture, whose form pytest warns about; each test has its live server."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium that is installed, quiet and without a sandbox of its own."""
    quiet = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --disable-dev-shm-usage"
    )
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return {
        **browser_type_launch_args,
        **({"executable_path": found} if found else {}),
        "args": [*quiet.split(), f"--host-resolver-rules={HERE_ONLY}"],
    }


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The site on a free port; it serves static files from their sources."""
    # WhiteNoise wants the folder of collected files to be there as it starts
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static")):
        server = LiveServer("localhost")
    yield server
    # an answer that is still under way would close its database connection after it is no longer shared
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=5)
    server.stop()


@pytest.fixture(autouse=True)
def _site(settings: Settings, tmp_path: Path, transactional_db: None) -> None:
    """The site as tests of pages have it: own cache, plain static files, fast passwords."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def faults(page: Page, live_server: LiveServer) -> Iterator[list[str]]:
    """Nothing loads from outside, and nothing is logged as an error; a test may clear what it expects."""
    found: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:")):
            found.append(f"outside address: {request.url}")

    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    # listened to and not routed: a route turns the browser's cache off. The browser itself reaches no other host
    page.on("request", asked)
    yield found
    assert not found, found


@pytest.fixture
def sign_in(page: Page, live_server: LiveServer, client: Any) -> Callable[[User], None]:
    """Signs a person in by giving the browser the session's cookie."""

    def signed_in(user: User) -> None:
        client.force_login(user)
        value = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])

    return signed_in


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Fails with each rule broken on the page as it stands."""

    def check(page: Page, rules: dict[str, Any] = RULES) -> None:
        page.emulate_media(reduced_motion="reduce")  # a colour on its way from one theme to the other is no fault
        page.evaluate(AXE)
        # what holds is not told node by node, which took more than half of the time
        found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)
        told = [
            f"{fault['id']} ({fault['impact']}): {node['target']} {node['failureSummary']}"
            for fault in found["violations"]
            for node in fault["nodes"][:5]
        ]
        assert not told, "\n".join(told)

    return check


@pytest.fixture(scope="session")
def shot() -> Shot:
    """Saves the whole page as `test-results/NAME.png` where `UPLIFT_SCREENSHOTS=1` asks for it: no test needs it."""

    def save(page: Page, name: str) -> None:
        if not os.environ.get("UPLIFT_SCREENSHOTS"):
            return
        RESULTS.mkdir(exist_ok=True)
        place = RESULTS / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"
        page.evaluate("scrollTo(0, 0)")
        # charts follow a new width one frame later
        page.wait_for_timeout(300)
        page.screenshot(path=place, full_page=True)

    return save


@pytest.fixture(scope="session")
def look(axe: Axe, shot: Shot) -> Look:
    """The page as it stands: no sideways scroll at any width, no rule of accessibility broken in either theme."""

    def over(page: Page, name: str) -> None:
        for width in EVERY_WIDTH:
            page.set_viewport_size({"width": width, "height": 900})
            assert sideways(page) <= 0, f"{name} at {width} px"
        for theme, rules in (("dark", COLOURS), ("light", RULES)):
            page.emulate_media(color_scheme=theme)
            axe(page, rules)
            for device in WIDTHS if os.environ.get("UPLIFT_SCREENSHOTS") else ():
                page.set_viewport_size({"width": WIDTHS[device], "height": 900})
                shot(page, f"{name}-{theme}-{device}")

    return over


def eventually(page: Page, expression: str, seconds: float = 30.0) -> None:
    """Waits until the expression is true; playwright's own way needs eval, which the site's policy forbids."""
    until = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < until, f"still false after {seconds} s: {expression}"
        page.wait_for_timeout(50)


def sideways(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
