"""The public calculator: one address gives the page, the figures of the outcome alone, or its pictures."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from webapp.business.exports.files import FORMATS
from webapp.ui.locales import in_locale

from .answer import outcome_context, page_context, part_context, working_context
from .session import Session, opened, sent

DOWNLOADS = ("xlsx", "pdf-letter", "pdf-a4", "csv", "json")
"""The formats beside the outcome; an export of a stored scenario has more."""


@login_not_required
@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """`/roi/`: what the address says, or what the form says on top of what the page showed before."""
    session = _session(request.GET)
    is_part = bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")
    if (
        session.form is not None
        and not is_part
        and not session.shown.faults
        and not {"open", "unfold"} & set(request.GET)
    ):
        return redirect(_address(session))
    with in_locale(session.shown.locale):
        response = _part(request, session) if is_part else _page(request, session)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def _session(query: QueryDict) -> Session:
    """An address, what the form says, or the state whose pictures the page has still to show."""
    if "last" not in query:
        return opened(query)
    return opened(QueryDict(query.get("last", ""))) if "charts" in query else sent(query)


def _address(session: Session) -> str:
    path = reverse("business:calculator")
    return f"{path}?{session.query}" if session.query else path


def _page(request: HttpRequest, session: Session) -> HttpResponse:
    """The whole page; it brings the first charts, and the others when it is there or when asked."""
    context = page_context(session) | _link(request, session) | {"charts_all": "charts" in request.GET}
    if "working" in request.GET:
        context |= working_context(session)
    return render(request, "business/calculator/page.html", context)


def _part(request: HttpRequest, session: Session) -> HttpResponse:
    """The figures with the notes that changed, which the pictures follow; or the whole calculator.

    That is the answer where every number on the page changed.
    """
    context = outcome_context(session) | _link(request, session) | {"charts_all": True}
    if "working" in request.GET and _shows_all(session):
        context |= working_context(session)
    if session.form is None and "charts" in request.GET:
        return render(request, "business/calculator/_pictures.html", context)
    if session.form is None and "working" in request.GET:
        return render(request, "business/calculator/_working.html", context)
    if _shows_all(session):
        response = render(request, "business/calculator/_calculator.html", context | page_context(session))
        response["HX-Retarget"] = "#calculator"
        response["HX-Reswap"] = "outerHTML"
    else:
        response = render(request, "business/calculator/_answer.html", context | part_context(session))
    _keep_in_history(request, response, session)
    return response


def _shows_all(session: Session) -> bool:
    """Whether every number is written anew: another preset, or another place."""
    return session.form is None or session.shown.locale != session.earlier.locale


def _keep_in_history(request: HttpRequest, response: HttpResponse, session: Session) -> None:
    """The state's address: a new entry when a gesture begins, in the place of the last one while it goes on."""
    address = _address(session)
    now = urlsplit(request.headers.get("HX-Current-URL", ""))
    if session.faults or address == (f"{now.path}?{now.query}" if now.query else now.path):
        return
    header = "HX-Replace-Url" if request.headers.get("Uplift-Gesture") == "same" else "HX-Push-Url"
    response[header] = address


def _link(request: HttpRequest, session: Session) -> dict[str, Any]:
    return {
        "link": request.build_absolute_uri(_address(session)),
        "formats": [(name, FORMATS[name]) for name in DOWNLOADS],
    }
