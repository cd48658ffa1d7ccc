"""API tokens: shown once, kept as a digest, ended by time, by hand or with the account."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp import factories
from webapp.accounts import tokens
from webapp.accounts.models import ApiToken, User

pytestmark = pytest.mark.django_db


def test_the_secret_is_not_kept() -> None:
    secret = tokens.issue(factories.user("a@example.com"), "ci", read_only=True, days=30)
    kept = ApiToken.objects.values().get()
    assert secret not in map(str, kept.values())
    assert secret.startswith(kept["hint"])
    assert kept["read_only"]


def test_it_speaks_for_its_owner_and_notes_the_use() -> None:
    user = factories.user("a@example.com")
    secret = tokens.issue(user, "ci")
    assert tokens.user_for(secret) == user
    assert tokens.user_for(secret + "x") is None
    assert tokens.user_for("") is None
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    tokens.user_for(secret)
    assert ApiToken.objects.get().last_used_at == first, "one write a minute is enough"


def test_it_ends() -> None:
    user = factories.user("a@example.com")
    secret = tokens.issue(user, "ci", days=1)
    assert tokens.token_for(secret) is not None
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert tokens.token_for(secret) is None

    living = tokens.issue(user, "ci", days=None)
    User.objects.update(is_active=False)
    assert tokens.token_for(living) is None
