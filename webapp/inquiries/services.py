"""What can be done with inquiries."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from webapp.accounts.models import User

from . import tasks
from .forms import CONSENT
from .models import Inquiry

log = structlog.get_logger("uplift.inquiries")

HOUR = timedelta(hours=1)
MOST_AN_HOUR_FROM_ONE = 5
MOST_AN_HOUR = 100
MAIL_AGAIN_AFTER = timedelta(minutes=10)
MAIL_AT_MOST_AFTER = timedelta(days=7)


class TooMany(Exception):
    """More inquiries than a person sends; the message is for that person."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the inquiry's state since it was read."""


@transaction.atomic
def send_inquiry(
    *, name: str, email: str, organisation: str, wish: str, message: str, calculation: str, address: str
) -> Inquiry:
    """Keep an inquiry and have it mailed. `address` is where it came from; raises `TooMany`."""
    sender = salted_hmac("inquiries.sender", address).hexdigest()
    lately = Inquiry.objects.filter(created_at__gt=timezone.now() - HOUR)
    if lately.filter(sender=sender).count() >= MOST_AN_HOUR_FROM_ONE or lately.count() >= MOST_AN_HOUR:
        raise TooMany("Many messages came from your network within the hour. Please send yours in an hour.")
    inquiry = Inquiry.objects.create(
        name=name,
        email=email,
        organisation=organisation,
        wish=wish,
        message=message,
        calculation=calculation,
        consent=CONSENT,
        sender=sender,
    )
    transaction.on_commit(tasks.send)
    return inquiry


@transaction.atomic
def handle_inquiry(*, by: User, inquiry: Inquiry, seen: str, state: str, note: str) -> None:
    """Set state and note; raises `ChangedMeanwhile` if the state is no longer the one that was seen."""
    changed = Inquiry.objects.filter(pk=inquiry.pk, state=seen).update(
        state=state, note=note, handled_by=by, changed_at=timezone.now()
    )
    if not changed:
        raise ChangedMeanwhile


def delete_inquiry(*, inquiry: Inquiry) -> None:
    """Delete it with all that it says about a person."""
    code = inquiry.code
    inquiry.delete()
    log.info("inquiry deleted", code=code)


def mail_new() -> int:
    """Mail what was not mailed yet to the addresses in the settings; returns how many. Safe to run twice at once."""
    if not settings.INQUIRIES_TO:
        return 0
    now = timezone.now()
    free = Q(mail_claimed_at=None) | Q(mail_claimed_at__lt=now - MAIL_AGAIN_AFTER)
    waiting = Inquiry.objects.filter(free, mailed_at=None, created_at__gt=now - MAIL_AT_MOST_AFTER)
    sent = 0
    for inquiry in waiting.order_by("pk")[:50]:
        if not Inquiry.objects.filter(free, pk=inquiry.pk, mailed_at=None).update(mail_claimed_at=now):
            continue
        try:
            _letter(inquiry).send()
        except OSError as error:  # the mail server is away or refuses; tried again after a while
            log.warning("inquiry not mailed", code=inquiry.code, error=str(error))
            continue
        Inquiry.objects.filter(pk=inquiry.pk).update(mailed_at=timezone.now())
        sent += 1
    return sent


def _letter(inquiry: Inquiry) -> EmailMessage:
    """Plain text only, with the sender as the one to answer; a line break in a name cannot add a header."""
    lines = [
        f"{inquiry.name} <{inquiry.email}>",
        inquiry.organisation,
        inquiry.get_wish_display(),
        "",
        inquiry.message,
        "",
        f"In the inbox: {reverse('inquiries:inquiry', args=[inquiry.code])}",
    ]
    subject = " ".join(f"Uplift: {inquiry.get_wish_display()} ({inquiry})".split())
    return EmailMessage(subject, "\n".join(lines), to=settings.INQUIRIES_TO, reply_to=[inquiry.email])
