"""Downloads: of what the public calculator shows, and of a project's scenario. `?format=` names the file."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from webapp.projects.pages import person
from webapp.ui.locales import in_locale

from ..access import get_scenario
from ..calculator.session import opened
from ..editing import locale_of
from ..services import stored_case
from .files import FORMATS, Format, download


@login_not_required
@require_safe
def calculator_export(request: HttpRequest) -> HttpResponse:
    """What the calculator shows for the same query, as a file."""
    chosen = _format(request)
    session = opened(request.GET)
    with in_locale(session.shown.locale):
        return download(session.scenario, chosen, show=session.state.show, on=timezone.localdate())


@require_safe
def export(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """A stored scenario as a file; who may see it may have it."""
    found = get_scenario(person(request), scenario, project=code)
    chosen = _format(request)
    case = stored_case(found)
    with in_locale(locale_of(case)):
        return download(case, chosen, show=request.GET.get("option", ""), on=timezone.localdate())


def _format(request: HttpRequest) -> Format:
    chosen = FORMATS.get(request.GET.get("format", ""))
    if chosen is None:
        raise Http404(f"There are these formats: {', '.join(FORMATS)}")
    return chosen
