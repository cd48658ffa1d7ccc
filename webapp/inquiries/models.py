"""What people asked for on the contact page."""

import secrets

from django.db import models

from webapp.accounts.models import User


def new_code() -> str:
    """A name for the inbox's addresses: 72 bits, not to be guessed."""
    return secrets.token_urlsafe(9)


class Wish(models.TextChoices):
    """What a person wants to talk about."""

    CHOOSE = "choose", "Which method fits our use case"
    PILOT = "pilot", "A pilot on our own data"
    NUMBERS = "numbers", "A business case that our finance team can check"
    SCALE = "scale", "Running and watching models in production"
    OTHER = "other", "Something else"


class State(models.TextChoices):
    """How far an inquiry is."""

    NEW = "new", "New"
    TALKING = "talking", "In conversation"
    CLOSED = "closed", "Closed"


class Inquiry(models.Model):
    """One message with what is needed to answer it.

    sender: a keyed hash of the address that it was sent from, for the rate limit alone. consent: the text that the
    person agreed to. mail_claimed_at: when a worker last took it to mail it; mailed_at: when the mail was handed over.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    organisation = models.CharField(max_length=160, blank=True)
    wish = models.CharField(max_length=20, choices=Wish.choices, default=Wish.CHOOSE)
    message = models.TextField(max_length=4000)
    calculation = models.CharField(
        max_length=4000, blank=True, help_text="Path and query of a calculation, from /roi/."
    )
    consent = models.TextField()
    sender = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    note = models.TextField(max_length=4000, blank=True)
    handled_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    mail_claimed_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=["sender", "-created_at"]), models.Index(fields=["state", "-created_at"]))
        verbose_name_plural = "inquiries"

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation})" if self.organisation else self.name
