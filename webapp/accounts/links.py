"""Sign-in links: a signed address that lets one person in once, and invitations for people who were never here.

A link is spent when it signs someone in (on POST), not when it is looked at, so that a preview of the address in a
chat or mail program does not use it up. That it is spent is kept in the shared cache, for as long as it would live.
"""

import hashlib
import os
from dataclasses import dataclass

from django.core import signing
from django.core.cache import cache
from django.urls import reverse

from .models import User

MAX_AGE_SECONDS = 600
INVITATION_DAYS = 7
_SALT = "webapp.accounts.links"
_INVITATION_SALT = "webapp.accounts.links.invitation"


class LinkRefused(Exception):
    """The link cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Link:
    """A link that is still good, and whom it lets in."""

    user: User
    spent_key: str
    is_invitation: bool


def first_run_link(base_url: str) -> str:
    """The whole address that signs the owner of this installation in once, within ten minutes.

    The owner is the first active administrator. Where there are no people yet, one is made, named "Owner", with the
    address in `UPLIFT_OWNER_EMAIL` or `owner@localhost`, and without a password. `base_url`: `http://host:port`.
    """
    return sign_in_link(first_user(), base_url)


def first_user() -> User:
    """The first active administrator, or the first active person; made if there is nobody at all."""
    found = User.objects.filter(is_active=True).order_by("-is_superuser", "pk").first()
    if found is not None:
        return found
    email = os.environ.get("UPLIFT_OWNER_EMAIL") or "owner@localhost"
    return User.objects.create_superuser(email, name="Owner")


def sign_in_link(user: User, base_url: str) -> str:
    """The whole address that signs `user` in once, within ten minutes."""
    token = signing.dumps({"user": user.pk, "once": os.urandom(9).hex()}, salt=_SALT)
    return base_url.rstrip("/") + reverse("accounts:link", args=[token])


def invitation_link(user: User, base_url: str) -> str:
    """The whole address that signs in a person who never signed in, once, within seven days."""
    token = signing.dumps({"user": user.pk, "once": os.urandom(9).hex()}, salt=_INVITATION_SALT)
    return base_url.rstrip("/") + reverse("accounts:link", args=[token])


def read_link(token: str) -> Link:
    """Whom the link lets in. Does not spend it. Raises `LinkRefused`."""
    payload, is_invitation = _payload(token)
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is None:
        raise LinkRefused("The account of this link is closed.")
    if is_invitation and user.last_login is not None:
        raise LinkRefused("This invitation was used already. Sign in with your password, or ask for a new link.")
    link = Link(user, "link-spent:" + hashlib.sha256(token.encode()).hexdigest(), is_invitation)
    if cache.get(link.spent_key):
        raise LinkRefused("This link was used already. Each link works once; ask for a new one.")
    return link


def spend_link(token: str) -> User:
    """Use the link up and give the person it lets in. Of two calls at once only one succeeds. Raises `LinkRefused`."""
    link = read_link(token)
    keep_seconds = INVITATION_DAYS * 86400 if link.is_invitation else MAX_AGE_SECONDS
    if not cache.add(link.spent_key, True, timeout=keep_seconds + 60):
        raise LinkRefused("This link was used already. Each link works once; ask for a new one.")
    return link.user


def _payload(token: str) -> tuple[dict[str, int], bool]:
    try:
        return signing.loads(token, salt=_SALT, max_age=MAX_AGE_SECONDS), False
    except signing.SignatureExpired:
        raise LinkRefused("This link is older than ten minutes. Ask for a new one.") from None
    except signing.BadSignature:
        pass
    try:
        return signing.loads(token, salt=_INVITATION_SALT, max_age=INVITATION_DAYS * 86400), True
    except signing.SignatureExpired:
        raise LinkRefused(f"This invitation is older than {INVITATION_DAYS} days. Ask for a new one.") from None
    except signing.BadSignature:
        raise LinkRefused("This link is not complete. Copy the whole address.") from None
