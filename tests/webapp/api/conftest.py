"""Clients that speak with a token, one a role."""

from collections.abc import Callable

import pytest
from django.test import Client

from webapp.accounts import tokens
from webapp.accounts.models import User


@pytest.fixture
def caller(people: dict[str, User]) -> Callable[..., Client]:
    """`caller("editor")` is a client with that person's token; `read_only` makes the token so."""

    def client(role: str, *, read_only: bool = False) -> Client:
        secret = tokens.issue(people[role], "test", read_only=read_only)
        return Client(headers={"authorization": f"Bearer {secret}"})

    return client
