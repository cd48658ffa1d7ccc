"""The caller of an authenticated call, typed."""

from django.http import HttpRequest

from webapp.accounts.models import User


def caller(request: HttpRequest) -> User:
    """Whom the token speaks for."""
    assert isinstance(request.user, User)  # the API has no anonymous call
    return request.user
