"""From a study's result to a business case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

import roi
from webapp.jobs.access import get_study
from webapp.jobs.models import Study
from webapp.projects.pages import frame, person

from ..access import get_scenario
from ..forms import NEW, StudyForm
from ..from_study import NotUsable, StudyOption, new_case, study_options, updated_case
from ..models import Scenario
from ..pages.study import brought
from ..presets import preset_case
from ..services import NAME_CHARS, EditConflict, create_scenario, stored_case, update_scenario


@require_http_methods(["GET", "HEAD", "POST"])
def from_study(request: HttpRequest, code: str, study: str) -> HttpResponse:
    """What the study brings, and the choice of where it goes."""
    user = person(request)
    found = get_study(user, study, project=code, edit=True)
    scenarios = list(Scenario.objects.filter(project=found.project).defer("document"))
    form = StudyForm(request.POST if request.method == "POST" else None, scenarios=scenarios, study_id=found.pk)
    refused, options = "", list[StudyOption]()
    try:
        options = study_options(found)
        if request.method == "POST" and form.is_valid():
            made = _store(request, found, form.cleaned_data["target"], form.cleaned_data["preset"])
            messages.success(request, f"“{made.name}” now stands on what the study measured.")
            return redirect("business:scenario", code, made.code)
    except NotUsable as error:
        refused = str(error)
    except EditConflict as error:
        refused = str(error)
    except roi.ScenarioFaults as error:
        refused = "The scenario cannot take these figures: " + "; ".join(map(str, error.faults))
    context = {
        **frame(request, found.project, "business"),
        "study": found,
        "form": form,
        "options": [brought(option) for option in options],
        "refused": refused,
    }
    status = 422 if refused or form.errors else 200
    return render(request, "business/scenarios/from_study.html", context, status=status)


def _store(request: HttpRequest, study: Study, target: str, preset: str) -> Scenario:
    user, note = person(request), f"From the study “{study.question}”"
    if target == NEW:
        case = new_case(study, preset_case(preset), name=study.question[:NAME_CHARS])
        return create_scenario(by=user, project=study.project, case=case, note=note, study=study)
    scenario = get_scenario(user, target, project=study.project.code, edit=True)
    case = updated_case(study, stored_case(scenario))
    return update_scenario(by=user, scenario=scenario, seen_version=scenario.version, case=case, note=note, study=study)
