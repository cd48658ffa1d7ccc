"""The one way to get a scenario for a user: not visible is 404, visible but read-only is 403."""

from django.http import Http404
from django.utils import timezone

from webapp.accounts.models import User
from webapp.projects.access import get_project, require
from webapp.projects.models import Project, Role

from .models import DeletedScenario, Scenario, ScenarioVersion
from .services import KEPT

MOST_NUMBER = 2**31 - 1
"""The largest version number that the database can hold."""


def get_scenario(user: User, code: str, *, project: str | None = None, edit: bool = False) -> Scenario:
    """The scenario with this code; `project` also holds it to the project named in the address."""
    found = Scenario.objects.select_related("project", "study", "created_by").filter(code=code).first()
    if found is None or (project is not None and found.project.code != project):
        raise Http404("There is no such scenario here")
    require(user, found.project, Role.EDITOR if edit else Role.VIEWER)
    return found


def get_deleted(user: User, code: str, *, project: str, edit: bool = False) -> DeletedScenario | None:
    """What is left of a scenario of the project that was deleted lately; None where there was none of that code."""
    found = DeletedScenario.objects.select_related("project", "deleted_by").filter(
        project=get_project(user, project, need=Role.EDITOR if edit else Role.VIEWER),
        code=code,
        deleted_at__gte=timezone.now() - KEPT,
    )
    return found.first()


def get_version(scenario: Scenario, number: int) -> ScenarioVersion:
    """One version of a scenario that the user may see."""
    if number > MOST_NUMBER:
        raise Http404("There is no such version")
    found = scenario.versions.select_related("created_by").filter(number=number).first()
    if found is None:
        raise Http404("There is no such version")
    return found


def several(project: Project, codes: list[str]) -> list[Scenario]:
    """The project's scenarios with these codes, in the order of `codes`; unknown ones are left out."""
    found = {scenario.code: scenario for scenario in Scenario.objects.filter(project=project, code__in=codes)}
    return [found[code] for code in dict.fromkeys(codes) if code in found]
