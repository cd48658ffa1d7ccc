"""Who may read inquiries: the installation's staff. For everybody else there is no inbox."""

from django.core import signing
from django.db.models import QuerySet
from django.http import Http404

from webapp.accounts.models import User

from .models import Inquiry

_SALT = "inquiries.own"


def inbox(user: User) -> QuerySet[Inquiry]:
    """All inquiries, for staff; `Http404` for others."""
    if not user.is_staff:
        raise Http404("No such page")
    return Inquiry.objects.select_related("handled_by")


def get_inquiry(user: User, code: str) -> Inquiry:
    """One inquiry, for staff."""
    found = inbox(user).filter(code=code).first()
    if found is None:
        raise Http404("No such inquiry")
    return found


def own_key(inquiry: Inquiry) -> str:
    """What lets the person who sent it find it again without an account, to have it deleted."""
    return signing.dumps(inquiry.code, salt=_SALT)


def get_own(key: str) -> Inquiry | None:
    """The inquiry of this key; None if it was deleted. `Http404` for a key that this site did not give."""
    try:
        code = signing.loads(key, salt=_SALT)
    except signing.BadSignature:
        raise Http404("No such inquiry") from None
    return Inquiry.objects.filter(code=code).first()
