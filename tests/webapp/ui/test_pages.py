"""The style guide and the error pages."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from pytest_django import Settings

from webapp.accounts.models import User


@pytest.mark.parametrize(("who", "status"), [("nobody", 404), ("plain", 404), ("staff", 200)])
def test_style_guide_is_for_staff(client: Client, db: None, who: str, status: int) -> None:
    if who != "nobody":
        client.force_login(User.objects.create_user(f"{who}@example.com", is_staff=who == "staff"))
    assert client.get("/styleguide/").status_code == status


def test_style_guide_is_open_while_developing(client: Client, db: None, settings: Settings) -> None:
    settings.DEBUG = True
    page = client.get("/styleguide/")
    assert page.status_code == 200
    assert len(page.content) < 60_000
    part = client.get("/styleguide/?step=60", headers={"HX-Request": "true"})
    assert b"<html" not in part.content


def test_upload_without_rows_is_answered_in_place(client: Client, db: None, settings: Settings) -> None:
    settings.DEBUG = True
    page = client.post("/styleguide/upload/")
    assert page.status_code == 422
    assert b"The file is empty" in page.content


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_stand_without_a_database(code: str) -> None:
    request = RequestFactory().get("/")
    html = render_to_string(
        f"{code}.html", {"exception": "You are a viewer."}, request=None if code == "500" else request
    )
    assert "<h1>" in html
    assert code.split("_")[0] in html
    assert ("You are a viewer." in html) == (code == "403")


def test_header_shows_projects_only_to_those_who_are_signed_in(client: Client, db: None, settings: Settings) -> None:
    settings.DEBUG = True
    link = b'<a href="/projects/"'
    assert link not in client.get("/styleguide/").content
    client.force_login(User.objects.create_user("member@example.com"))
    assert link in client.get("/styleguide/").content
