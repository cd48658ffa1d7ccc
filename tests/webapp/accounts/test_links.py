"""Sign-in links: once, in time, and not spent by a look."""

import re
import subprocess
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.webapp import factories
from webapp.accounts import links
from webapp.accounts.models import User
from webapp.launcher.plan import broker_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock of signed addresses forward by seconds."""

    def move(seconds: float) -> None:
        now = datetime.now().timestamp() + seconds
        monkeypatch.setattr(signing.time, "time", lambda: now)

    return move


def _path(link: str) -> str:
    return link.removeprefix("http://host")


def test_first_run_makes_the_owner_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLIFT_OWNER_EMAIL", "lead@example.com")
    links.first_run_link("http://host")
    links.first_run_link("http://host")
    owner = User.objects.get()
    assert (owner.name, owner.email, owner.is_superuser, owner.has_usable_password()) == (
        "Owner",
        "lead@example.com",
        True,
        False,
    )


def test_first_run_link_is_for_the_administrator() -> None:
    factories.user("a@example.com")
    admin = factories.user("b@example.com", is_superuser=True)
    assert links.first_user() == admin


def test_a_look_does_not_spend_and_a_post_signs_in_once(client: Client) -> None:
    path = _path(links.first_run_link("http://host/"))
    for _ in range(3):
        page = client.get(path)
        assert page.status_code == 200
        assert "_auth_user_id" not in client.session
    entered = client.post(path)
    assert entered.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)

    second = Client()
    assert second.post(path).status_code == 410
    assert second.get(path).status_code == 410
    assert "_auth_user_id" not in second.session


def test_ten_minutes(client: Client, later: Callable[[float], None]) -> None:
    path = _path(links.first_run_link("http://host"))
    later(599)
    assert client.get(path).status_code == 200
    later(601)
    page = client.post(path)
    assert page.status_code == 410
    assert "older than ten minutes" in page.content.decode()


def test_a_changed_link_is_refused(client: Client) -> None:
    path = _path(links.first_run_link("http://host"))
    assert client.post(path[:-3] + "xx/").status_code == 410


def test_a_closed_account_is_refused(client: Client) -> None:
    user = factories.user("gone@example.com")
    path = _path(links.sign_in_link(user, "http://host"))
    User.objects.update(is_active=False)
    assert client.post(path).status_code == 410


def test_an_invitation_works_until_the_first_sign_in(client: Client) -> None:
    user = factories.user("new@example.com")
    path = _path(links.invitation_link(user, "http://host"))
    assert client.get(path).status_code == 200
    User.objects.filter(pk=user.pk).update(last_login=timezone.now() - timedelta(days=1))
    assert client.post(path).status_code == 410


def test_a_silent_broker_is_told(client: Client, settings: Settings) -> None:
    path = _path(links.first_run_link("http://host"))
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere/socket"}
    }
    assert client.post(path).status_code == 503


def test_the_command_prints_a_link_for_one_person() -> None:
    factories.user("a@example.com")
    out = StringIO()
    call_command("sign_in_link", "A@example.com", "--base-url", "https://uplift.example.com", stdout=out)
    assert re.fullmatch(r"https://uplift\.example\.com/accounts/link/\S+/\n", out.getvalue())
    with pytest.raises(CommandError):
        call_command("sign_in_link", "nobody@example.com")


def test_of_two_at_once_one_gets_in_through_the_shared_broker(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> None:
    state = tmp_path_factory.mktemp("b")
    (state / "broker").mkdir()
    socket = state / "s"
    broker = subprocess.Popen(broker_command(socket, state), stdout=subprocess.DEVNULL)
    try:
        settings.CACHES = {
            "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"unix://{socket}"}
        }
        until = time.monotonic() + 10
        while not socket.exists() and time.monotonic() < until:
            time.sleep(0.02)
        token = _path(links.first_run_link("http://host")).split("/")[-2]
        # both have looked before either has spent it
        first, second = links.read_link(token), links.read_link(token)
        assert first.user == second.user
        assert links.spend_link(token) == first.user
        assert not cache.add(second.spent_key, True)
        with pytest.raises(links.LinkRefused, match="used already"):
            links.spend_link(token)
        cache.close()
    finally:
        broker.terminate()
        broker.wait(timeout=10)
