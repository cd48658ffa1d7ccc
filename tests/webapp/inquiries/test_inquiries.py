"""The contact page and the inbox: what is kept, what is refused, who reads it, how it goes away."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.inquiries import access, services
from webapp.inquiries.forms import CONSENT
from webapp.inquiries.models import Inquiry, State

pytestmark = pytest.mark.django_db

TYPED = {
    "name": "Ada Byron",
    "email": "ada@example.com",
    "organisation": "Analytical Engines",
    "wish": "pilot",
    "message": "We sort 40,000 letters a month.\nCan a small model do it?",
    "consent": "on",
}


def sent(client: Client, **changes: str) -> Inquiry:
    """An inquiry, sent through the page."""
    answer = client.post(reverse("inquiries:contact"), {**TYPED, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return Inquiry.objects.latest("pk")


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    client.force_login(factories.user("staff@example.com", is_staff=True))
    return client


class TestContact:
    def test_what_was_typed_is_kept_with_the_consent(self, client: Client) -> None:
        found = sent(client)
        assert (found.name, found.email, found.wish, found.state) == ("Ada Byron", "ada@example.com", "pilot", "new")
        assert found.message == "We sort 40,000 letters a month.\nCan a small model do it?"
        assert found.consent == CONSENT
        assert "127.0.0.1" not in found.sender

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("name", "", "required"),
            ("email", "ada at example", "valid email"),
            ("message", "   ", "required"),
            ("message", "x" * 4001, "at most 4000"),
            ("message", "a\x00b", "Null characters"),
            ("wish", "free money", "not one of"),
            ("consent", "", "may not keep"),
            ("calculation", "https://example.com/elsewhere/", "not a link of the calculator"),
            ("calculation", "javascript:alert(1)", "not a link of the calculator"),
            ("calculation", "http://[", "not a link of the calculator"),
        ],
    )
    def test_a_fault_is_told_beside_its_field_and_nothing_is_lost(
        self, client: Client, field: str, value: str, said: str
    ) -> None:
        answer = client.post(reverse("inquiries:contact"), {**TYPED, field: value})
        assert answer.status_code == 422
        assert said in " ".join(answer.context["form"].errors[field])
        assert "Analytical Engines" in answer.content.decode()
        assert not Inquiry.objects.exists()

    def test_of_a_calculation_only_the_calculators_own_address_is_kept(self, client: Client) -> None:
        assert sent(client, calculation="https://evil.example/roi/?items=400").calculation == "/roi/?items=400"

    def test_a_link_from_the_calculator_fills_it_in(self, client: Client) -> None:
        answer = client.get(reverse("inquiries:contact"), {"calculation": "/roi/?items=400"})
        assert 'value="/roi/?items=400"' in answer.content.decode()

    def test_a_robot_is_thanked_and_nothing_is_kept(self, client: Client) -> None:
        answer = client.post(reverse("inquiries:contact"), {**TYPED, "website": "http://spam.example"}, follow=True)
        assert "Thank you" in answer.content.decode()
        assert not Inquiry.objects.exists()

    def test_the_sixth_message_within_an_hour_is_refused_and_stays_in_the_form(self, client: Client) -> None:
        for _ in range(services.MOST_AN_HOUR_FROM_ONE):
            sent(client)
        answer = client.post(reverse("inquiries:contact"), TYPED)
        assert answer.status_code == 429
        assert "Can a small model do it?" in answer.content.decode()
        assert client.post(reverse("inquiries:contact"), TYPED, REMOTE_ADDR="10.0.0.9").status_code == 302
        Inquiry.objects.update(created_at=timezone.now() - timedelta(hours=2))
        assert client.post(reverse("inquiries:contact"), TYPED).status_code == 302


class TestOwn:
    def test_who_sent_it_can_have_it_deleted_without_an_account(self, client: Client) -> None:
        key = access.own_key(sent(client))
        assert "Delete my message" in client.get(reverse("inquiries:sent", args=[key])).content.decode()
        answer = client.post(reverse("inquiries:delete-own", args=[key]), follow=True)
        assert "Your message is deleted" in answer.content.decode()
        assert not Inquiry.objects.exists()
        assert client.post(reverse("inquiries:delete-own", args=[key])).status_code == 302

    def test_nobody_else_can(self, client: Client) -> None:
        found = sent(client)
        for key in (found.code, access.own_key(found)[:-1], "nonsense"):
            assert client.post(reverse("inquiries:delete-own", args=[key])).status_code == 404
        assert Inquiry.objects.exists()


class TestInbox:
    def test_there_is_none_for_those_who_are_not_staff(self, client: Client, people: dict[str, User]) -> None:
        code = sent(client).code
        pages = [reverse("inquiries:inbox"), reverse("inquiries:inquiry", args=[code])]
        for page in pages:
            assert client.get(page).status_code == 302
        client.force_login(people["owner"])
        for page in pages:
            assert client.get(page).status_code == 404
        for page in (pages[1], reverse("inquiries:delete", args=[code])):
            assert client.post(page, {"confirm": "Ada Byron"}).status_code == 404
        assert Inquiry.objects.get().state == "new"

    def test_states_move_and_filter(self, staff: Client) -> None:
        found = sent(staff)
        page = reverse("inquiries:inquiry", args=[found.code])
        staff.post(page, {"seen": "new", "state": "talking", "note": "called"})
        found.refresh_from_db()
        assert (found.state, found.note, str(found.handled_by)) == ("talking", "called", "staff@example.com")
        assert "Ada Byron" in staff.get(reverse("inquiries:inbox"), {"state": "talking"}).content.decode()
        assert "None in this state" in staff.get(reverse("inquiries:inbox"), {"state": "closed"}).content.decode()

    def test_the_second_of_two_is_told_and_keeps_what_they_typed(self, staff: Client) -> None:
        found = sent(staff)
        Inquiry.objects.update(state=State.CLOSED)
        page = reverse("inquiries:inquiry", args=[found.code])
        answer = staff.post(page, {"seen": "new", "state": "talking", "note": "mine"})
        assert answer.status_code == 409
        assert "mine" in answer.content.decode()
        assert Inquiry.objects.get().state == "closed"
        assert staff.post(page, {"seen": "closed", "state": "talking", "note": "mine"}).status_code == 302

    def test_deleting_asks_for_the_name(self, staff: Client) -> None:
        page = reverse("inquiries:delete", args=[sent(staff).code])
        staff.post(page, {"confirm": "Ada"})
        assert Inquiry.objects.exists()
        staff.post(page, {"confirm": "Ada Byron"})
        assert not Inquiry.objects.exists()

    def test_a_hostile_text_is_only_text(self, staff: Client) -> None:
        found = sent(staff, message="<script>alert(1)</script>", name="<b>x</b>")
        shown = staff.get(reverse("inquiries:inquiry", args=[found.code])).content.decode()
        assert "<script>alert" not in shown
        assert "<b>x</b>" not in shown

    def test_asks_the_database_as_often_for_many_as_for_few(
        self, staff: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        user = User.objects.get()
        for number in range(20):
            Inquiry.objects.create(name=f"N{number}", email="a@b.de", message="x", sender="s", handled_by=user)
        with django_assert_max_num_queries(6):
            staff.get(reverse("inquiries:inbox"))


class TestMail:
    def test_each_is_mailed_once_as_plain_text_to_answer_to_its_sender(
        self, client: Client, settings: Settings
    ) -> None:
        settings.INQUIRIES_TO = ["desk@example.com"]
        sent(client, name="Ada\r\nBcc: all@example.com")
        assert services.mail_new() == 1
        assert services.mail_new() == 0
        (letter,) = mail.outbox
        assert (letter.to, letter.reply_to, letter.bcc) == (["desk@example.com"], ["ada@example.com"], [])
        assert "Can a small model do it?" in letter.body
        assert "\n" not in letter.subject

    def test_without_an_address_nothing_is_mailed(self, client: Client) -> None:
        sent(client)
        assert services.mail_new() == 0

    def test_a_server_that_is_away_is_asked_again_later(self, client: Client, settings: Settings) -> None:
        settings.INQUIRIES_TO = ["desk@example.com"]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nothing listens there
        sent(client)
        assert services.mail_new() == 0
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert services.mail_new() == 0
        Inquiry.objects.update(mail_claimed_at=timezone.now() - services.MAIL_AGAIN_AFTER * 2)
        assert services.mail_new() == 1
