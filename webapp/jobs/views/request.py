"""The request as every jobs view gets it: signed in, and known to htmx."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from webapp.accounts.models import User


class SignedInRequest(HttpRequest):
    """`SignInRequired` and `HtmxMiddleware` have seen to both."""

    user: User
    htmx: HtmxDetails
