"""Sign-in, sign-out, the one-time link, and a person's own page."""

from typing import Any

import structlog
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from redis.exceptions import RedisError

from webapp.projects.audit import record

from . import tokens
from .forms import NameForm, SignInForm, TokenForm
from .links import LinkRefused, read_link, spend_link
from .models import User

log = structlog.get_logger("uplift.accounts")
_CLOSED = "Sign-in links cannot be checked just now, because the broker does not answer. Try again in a minute."


class SignIn(LoginView):
    """E-mail and password."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the session; POST only."""


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: GET shows one button, POST signs in and spends the link."""
    try:
        if request.method != "POST":
            return render(request, "accounts/link.html", {"person": read_link(token).user})
        user = spend_link(token)
    except LinkRefused as refused:
        return render(request, "accounts/link.html", {"refused": str(refused)}, status=410)
    except RedisError as error:
        log.error("sign-in link not checked", error=str(error))
        return render(request, "accounts/link.html", {"refused": _CLOSED}, status=503)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    record(user, "person.signed_in_by_link", user)
    return redirect("projects:list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """A person's own page; POST changes the name."""
    user = _person(request)
    if request.method != "POST":
        return _profile(request, user)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _profile(request, user, name_form=form)
    user.name = form.cleaned_data["name"]
    user.save(update_fields=["name"])
    messages.success(request, "Your name is changed.")
    return redirect("accounts:profile")


@sensitive_post_parameters()
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """Change the password, or set the first one."""
    user = _person(request)
    form = _password_form(user, request.POST)
    if not form.is_valid():
        return _profile(request, user, password_form=form)
    form.save()
    update_session_auth_hash(request, user)
    record(user, "person.password_changed", user)
    messages.success(request, "Your password is changed. Your other sessions are signed out.")
    return redirect("accounts:profile")


@never_cache
@require_POST
def create_token(request: HttpRequest) -> HttpResponse:
    """Issue a token; its secret is on this answer and nowhere else."""
    user = _person(request)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _profile(request, user, token_form=form)
    asked = form.cleaned_data
    secret = tokens.issue(user, asked["name"], asked["read_only"], asked["days"])
    record(user, "token.issued", user, name=asked["name"], read_only=asked["read_only"])
    return _profile(request, user, secret=secret, secret_name=asked["name"])


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own tokens at once."""
    user = _person(request)
    token = get_object_or_404(user.tokens, pk=pk)
    record(user, "token.revoked", user, name=token.name)
    token.delete()
    messages.success(request, f"The token “{token.name}” works no longer.")
    return redirect("accounts:profile")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the middleware lets nobody else in
    return request.user


def _password_form(user: User, data: Any = None) -> "SetPasswordForm[User]":
    if not user.has_usable_password():
        return SetPasswordForm(user, data)
    form = PasswordChangeForm(user, data)
    form.fields["old_password"].widget.attrs.pop("autofocus", None)  # the page begins with something else
    return form


def _profile(request: HttpRequest, user: User, **shown: Any) -> HttpResponse:
    shown.setdefault("name_form", NameForm(initial={"name": user.name}))
    shown.setdefault("password_form", _password_form(user))
    shown.setdefault("token_form", TokenForm())
    faulty = any(getattr(form, "errors", None) for form in shown.values())
    return render(
        request, "accounts/profile.html", {**shown, "tokens": user.tokens.all()}, status=422 if faulty else 200
    )


sign_in = method_decorator(login_not_required, name="dispatch")(SignIn).as_view()
sign_out = SignOut.as_view()
