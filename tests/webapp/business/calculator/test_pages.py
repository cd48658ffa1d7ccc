"""The calculator's page and its parts, for anybody."""

import re

import pytest
from django.test import Client

import roi
from webapp.accounts.models import User

HTMX = {"HX-Request": "true"}
PRESETS = list(roi.PRESETS)


def typed(page: str, **changed: str) -> dict[str, str | list[str]]:
    """What a browser sends for the page's form, with some fields changed; `__` in a name stands for a point."""
    fields: dict[str, str | list[str]] = dict(re.findall(r'<input name="([^"]+)" value="([^"]*)"', page))
    fields |= {"option": re.findall(r'name="option" value="([^"]+)" checked', page), "last": ""}
    found = re.search(r'<option value="([^"]+)" selected>[A-Z]{3}:', page)
    fields |= {"locale": found[1] if found else "", "show": ""}
    return fields | {name.replace("__", "."): text for name, text in changed.items()}


@pytest.mark.parametrize("who", ["nobody", "member"])
def test_anybody_may_calculate(client: Client, db: None, who: str) -> None:
    if who == "member":
        client.force_login(User.objects.create_user("member@example.com"))
    assert client.get("/roi/").status_code == 200
    assert client.post("/roi/").status_code == 405


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("locale", ["en-US", "fr-FR"])
def test_first_page_is_light(client: Client, db: None, preset: str, locale: str) -> None:
    page = client.get(f"/roi/?preset={preset}&locale={locale}")
    assert len(page.content) < 60_000
    assert b'id="sentence"' in page.content


def test_nobody_costs_no_query(client: Client, db: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        client.get("/roi/?work.coverage=0.4")


def test_a_sent_form_leads_to_the_short_address(client: Client, db: None) -> None:
    page = client.get("/roi/").content.decode()
    answer = client.get("/roi/", typed(page, work__items_per_month="40,000"))
    assert answer.status_code == 302
    assert answer["Location"] == "/roi/?work.items_per_month=40000"


def test_a_part_brings_outcome_notes_and_address(client: Client, db: None) -> None:
    page = client.get("/roi/").content.decode()
    asked = typed(page, work__items_per_month="40,000")
    part = client.get("/roi/", asked, headers={**HTMX, "HX-Current-URL": "http://testserver/roi/"})
    html = part.content.decode()
    assert "<html" not in html
    assert html.count("hx-swap-oob") == 1
    assert "back to 20,000" in html
    assert part["HX-Push-Url"] == "/roi/?work.items_per_month=40000"
    again = client.get("/roi/", asked, headers={**HTMX, "Uplift-Gesture": "same"})
    assert "HX-Push-Url" not in again
    assert again["HX-Replace-Url"] == "/roi/?work.items_per_month=40000"
    assert "HX-Request" in part["Vary"]


def test_back_is_given_the_whole_page(client: Client, db: None) -> None:
    page = client.get("/roi/?work.coverage=0.4", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert b"<html" in page.content


def test_a_fault_keeps_what_was_typed_and_marks_the_last_outcome(client: Client, db: None) -> None:
    page = client.get("/roi/").content.decode()
    before = re.search(r'id="sentence">([^<]+)', page)
    answer = client.get("/roi/", typed(page, work__coverage="140", work__items_per_month="31,000"))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Must be at most 100%." in html
    assert 'name="work.coverage" value="140" aria-invalid="true" aria-describedby="x-work.coverage"' in html
    assert 'name="work.items_per_month" value="31,000"' in html
    assert "This is the last outcome that could be worked out." in html
    assert before is not None
    assert before[0] in html
    part = client.get("/roi/", typed(page, work__coverage="140"), headers=HTMX)
    assert "HX-Push-Url" not in part
    assert b"Must be at most 100%." in part.content


def test_what_people_write_into_an_address_is_never_markup(client: Client, db: None) -> None:
    page = client.get("/roi/", {"a.b": "<script>alert(1)</script>", "work.coverage": '"><img src=x>', "rate": "<b>"})
    assert page.status_code == 200
    assert b"<img" not in page.content
    assert b"<script>alert" not in page.content


def test_another_currency_says_that_nothing_was_converted(client: Client, db: None) -> None:
    page = client.get("/roi/?locale=ja-JP").content.decode()
    assert "Nothing was converted." in page
    assert "1 USD is worth" in page
    assert "Nothing was converted." not in client.get("/roi/?locale=ja-JP&rate=150").content.decode()
    assert "A rate must be more than 0" in client.get("/roi/?locale=ja-JP&rate=0").content.decode()
    assert "Nothing was converted." not in client.get("/roi/").content.decode()


def test_other_charts_and_the_working_come_when_asked(client: Client, db: None) -> None:
    first = client.get("/roi/").content.decode()
    assert first.count('<figure class="chart"') == 2
    charts = client.get("/roi/?charts=all", headers=HTMX).content.decode()
    assert charts.count('<figure class="chart"') == 6
    working = client.get("/roi/?working=all", headers=HTMX).content.decode()
    assert "pv_benefits - pv_costs" in working
    assert "<html" not in working
    whole = client.get("/roi/?charts=all&working=all").content.decode()
    assert whole.count('<figure class="chart"') == 6
    assert "pv_benefits - pv_costs" in whole


def test_an_options_own_figures_come_when_asked(client: Client, db: None) -> None:
    page = client.get("/roi/").content.decode()
    asked = typed(page, unfold="prompted")
    part = client.get("/roi/", asked, headers=HTMX).content.decode()
    assert 'name="prompted.work.success_rate"' in part
    assert 'name="prompted.work.success_rate"' in client.get("/roi/", asked).content.decode()


def test_downloads_and_saving_carry_the_calculation(client: Client, db: None) -> None:
    page = client.get("/roi/?work.coverage=0.4").content.decode()
    offered = {"xlsx": "XLSX", "pdf-letter": "PDF on Letter", "pdf-a4": "PDF on A4", "csv": "CSV", "json": "JSON"}
    for kind, label in offered.items():
        assert f'href="/roi/export/?work.coverage=0.4&amp;format={kind}" download>{label}</a>' in page
    assert "/roi/save/" not in page
    client.force_login(User.objects.create_user("member@example.com"))
    assert 'href="/roi/save/?work.coverage=0.4"' in client.get("/roi/?work.coverage=0.4").content.decode()


def test_an_option_can_be_put_in_front_or_left_out(client: Client, db: None) -> None:
    page = client.get("/roi/?show=hosted").content.decode()
    assert '<option value="hosted" selected>' in page
    page = client.get("/roi/?without=hosted").content.decode()
    assert 'name="option" value="hosted">' in page
    assert '<option value="hosted"' not in page


@pytest.mark.parametrize("preset", PRESETS)
def test_every_figure_shows_where_it_comes_from(client: Client, db: None, preset: str) -> None:
    page = client.get(f"/roi/?preset={preset}").content.decode()
    assert page.count('class="tip"') >= page.count('class="input"') - 3  # the three settings have no origin
    for url in re.findall(r'<a href="([^"]+)" rel="noopener">Source', page):
        assert url.startswith("https://")
