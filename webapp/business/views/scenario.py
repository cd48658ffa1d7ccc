"""One scenario: what it says, the pictures, the outcome with its working, and every figure with where it comes from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.projects.pages import frame, person
from webapp.ui.locales import in_locale

from ..access import get_scenario
from ..bindings import bindings
from ..calculator.outcome import Outcome, outcome
from ..editing import locale_of
from ..exports.files import FORMATS
from ..models import Scenario
from ..pages.assumptions import mix, renewals, sections
from ..pages.working import working
from ..services import stored_case
from .gone import tells_what_is_gone

MOST_COMPARED = 3


@require_safe
@tells_what_is_gone
def scenario(request: HttpRequest, code: str, scenario: str) -> HttpResponse:
    """The scenario as it stands, with the option that the address names in front, or the best one."""
    found = get_scenario(person(request), scenario, project=code)
    case = stored_case(found)
    bound = bindings(found.project, case)
    others = Scenario.objects.filter(project=found.project).exclude(pk=found.pk).values_list("code", flat=True)
    with in_locale(locale_of(case)):
        said = outcome(case, request.GET.get("option", ""))
        parts = sections(found.project, case, bound)
        context = {
            **frame(request, found.project, "business"),
            "scenario": found,
            "outcome": said,
            "option_tabs": _tabs(said),
            "working": working(case, said.key),
            "sections": parts,
            "defaults": [row for part in parts for row in part.defaults],
            "newer": renewals(case, bound),
            "mix": mix(case),
            "others": list(others[:MOST_COMPARED]),
            "formats": [each for each in FORMATS.items() if each[0] != "pdf"],  # each size stands beside it
        }
        return render(request, "business/scenarios/scenario.html", context)


def _tabs(said: Outcome) -> list[dict[str, object]]:
    """A link to each option; the first is most often the best."""
    return [
        {"label": name, "href": "?" if number == 0 else f"?option={key}", "current": key == said.key}
        for number, (key, name) in enumerate(said.options)
    ]
