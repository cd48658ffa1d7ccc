"""Who is not signed in is asked to sign in, on a page as in a part of one."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase
from django_htmx.http import HttpResponseClientRefresh


class SignInRequired(LoginRequiredMiddleware):
    """As Django's; but a part that an open page asks for, once its session is over, reloads that page.

    The sign-in page would else be put into the middle of it.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """The redirect to the sign-in page, a reload for htmx, or nothing for who may pass."""
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        return HttpResponseClientRefresh() if refused is not None and getattr(request, "htmx", False) else refused
