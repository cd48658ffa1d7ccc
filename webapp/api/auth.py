"""Who calls: a bearer token, checked on every call."""

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from webapp.accounts import tokens
from webapp.accounts.models import User

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class TokenAuth(HttpBearer):
    """`Authorization: Bearer <token>`; a read-only token may only read."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        found = tokens.token_for(token)
        if found is None:
            return None
        if found.read_only and request.method not in READING:
            raise HttpError(403, "This token may only read.")
        request.user = found.user
        return found.user
