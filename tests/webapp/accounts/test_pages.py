"""Signing in, signing out, and a person's own page."""

import re

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from tests.webapp import factories
from webapp.accounts import tokens
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/sign-in/"


@pytest.fixture
def user() -> User:
    return factories.user("ada@example.com", name="Ada")


def test_the_first_page_is_for_everybody_and_signing_in_leads_to_the_projects(client: Client, user: User) -> None:
    assert f'href="{SIGN_IN}"' in client.get("/").content.decode()
    typed = {"username": user.email, "password": factories.PASSWORD}
    assert client.post(SIGN_IN, typed).headers["Location"] == "/projects/"


def test_sign_in_whatever_the_capitals_and_go_on_where_one_wanted(client: Client, user: User) -> None:
    typed = {"username": "ADA@Example.com", "password": factories.PASSWORD, "next": "/accounts/profile/"}
    assert client.post(SIGN_IN, typed).headers["Location"] == "/accounts/profile/"
    assert get_user(client).is_authenticated  # type: ignore[arg-type]  # it only reads the session
    assert client.post("/accounts/sign-out/").status_code == 302
    assert not get_user(client).is_authenticated  # type: ignore[arg-type]


def test_nobody_is_sent_away_to_another_site(client: Client, user: User) -> None:
    typed = {"username": user.email, "password": factories.PASSWORD, "next": "https://evil.example/"}
    assert client.post(SIGN_IN, typed).headers["Location"] == "/projects/"


def test_guessing_is_stopped(client: Client, user: User) -> None:
    for _ in range(8):
        answer = client.post(SIGN_IN, {"username": user.email, "password": "wrong"})
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()
    right = client.post(SIGN_IN, {"username": user.email, "password": factories.PASSWORD})
    assert right.status_code == 429


def test_name_and_password_change(client: Client, user: User) -> None:
    client.force_login(user)
    client.post("/accounts/profile/", {"name": "Ada Berg"})
    new = "another long passphrase"
    weak = client.post(
        "/accounts/password/", {"old_password": factories.PASSWORD, "new_password1": "1234", "new_password2": "1234"}
    )
    assert weak.status_code == 422
    changed = {"old_password": factories.PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/accounts/password/", changed).status_code == 302
    assert client.get("/accounts/profile/").status_code == 200, "this session goes on"
    user.refresh_from_db()
    assert user.name == "Ada Berg"
    assert user.check_password(new)


def test_who_came_by_link_sets_a_first_password(client: Client) -> None:
    owner = User.objects.create_user("owner@localhost")
    client.force_login(owner)
    assert "You have no password yet" in client.get("/accounts/profile/").content.decode()
    new = {"new_password1": "another long passphrase", "new_password2": "another long passphrase"}
    assert client.post("/accounts/password/", new).status_code == 302


def test_a_token_is_shown_once(client: Client, user: User) -> None:
    client.force_login(user)
    page = client.post(reverse("accounts:create-token"), {"name": "nightly", "days": "0", "read_only": "on"})
    assert "no-store" in page.headers["Cache-Control"]
    secret = re.search(r"uplift_[\w-]{40,}", page.content.decode())
    assert secret is not None
    token = tokens.token_for(secret[0])
    assert token is not None
    assert (token.user, token.read_only, token.expires_at) == (user, True, None)
    assert secret[0] not in client.get("/accounts/profile/").content.decode()


def test_admin_pages_of_people(admin_client: Client, user: User) -> None:
    tokens.issue(user, "ci")
    for place in ("user/", f"user/{user.pk}/change/", "user/add/", "apitoken/"):
        assert admin_client.get(f"/admin/accounts/{place}").status_code == 200
    made = admin_client.post(
        "/admin/accounts/user/add/", {"email": "new@example.com", "name": "New", "usable_password": "false"}
    )
    assert made.status_code == 302
    assert not User.objects.get(email="new@example.com").has_usable_password()
