"""API tokens: shown once, kept as SHA-256 only."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from .models import ApiToken, User

PREFIX = "uplift_"
_HINT_CHARS = 12
_NOTE_USE_EVERY = timedelta(minutes=1)


def issue(user: User, name: str, read_only: bool = False, days: int | None = None) -> str:
    """A new token's secret, which is not kept and cannot be shown again. It ends after `days`, or never if None."""
    secret = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        name=name,
        digest=_digest(secret),
        hint=secret[:_HINT_CHARS],
        read_only=read_only,
        expires_at=timezone.now() + timedelta(days=days) if days is not None else None,
    )
    return secret


def token_for(secret: str) -> ApiToken | None:
    """The living token with this secret (`.user`, `.read_only`), of a person whose account is open; else None.

    Notes that it was used, at most once a minute, so that reading does not write on each call.
    """
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), digest=_digest(secret), user__is_active=True)
        .first()
    )
    if token is not None and (token.last_used_at is None or now - token.last_used_at > _NOTE_USE_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        token.last_used_at = now
    return token


def user_for(secret: str) -> User | None:
    """The person for whom the secret speaks, or None; see `token_for` for what it may do."""
    token = token_for(secret)
    return token.user if token else None


def _digest(secret: str) -> str:
    # a token has 256 random bits, so a fast digest is enough: there is nothing to guess
    return hashlib.sha256(secret.encode()).hexdigest()
