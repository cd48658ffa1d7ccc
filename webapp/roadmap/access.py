"""The one way to get parts of a roadmap for a user: not visible is 404, visible but read-only is 403."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from webapp.accounts.models import User
from webapp.projects.access import get_project
from webapp.projects.models import Project, Role

from .models import (
    Attachment,
    Baseline,
    Dependency,
    Gate,
    GateCriterion,
    Mention,
    Milestone,
    Phase,
    PlanTemplate,
    Roadmap,
    Waiver,
)
from .services.templates import may_change


def find_roadmap(user: User, code: str, *, need: Role = Role.VIEWER) -> tuple[Project, Roadmap | None]:
    """The project and its roadmap, which is None before one was started."""
    project = get_project(user, code, need=need)
    roadmap = Roadmap.objects.filter(project=project).first()
    if roadmap is not None:
        roadmap.project = project  # keeps the role that was asked for
    return project, roadmap


def get_roadmap(user: User, code: str, *, need: Role = Role.VIEWER) -> Roadmap:
    """The project's roadmap; 404 before one was started."""
    _, roadmap = find_roadmap(user, code, need=need)
    if roadmap is None:
        raise Http404("This project has no roadmap yet")
    return roadmap


def get_milestone(user: User, code: str, key: str, *, edit: bool = False) -> Milestone:
    """The milestone with this key on the project's roadmap."""
    roadmap = get_roadmap(user, code, need=Role.EDITOR if edit else Role.VIEWER)
    found = roadmap.milestones.select_related("phase", "owner", "gate").filter(key=key).first()
    if found is None:
        raise Http404("There is no such milestone here")
    found.roadmap = roadmap
    return found


def get_phase(user: User, code: str, number: int, *, edit: bool = False) -> Phase:
    """The phase with this number on the project's roadmap."""
    roadmap = get_roadmap(user, code, need=Role.EDITOR if edit else Role.VIEWER)
    found = roadmap.phases.select_related("gate").filter(number=number).first()
    if found is None:
        raise Http404("There is no such phase here")
    found.roadmap = roadmap
    return found


def get_gate(user: User, code: str, pk: int, *, need: Role = Role.EDITOR) -> Gate:
    """The gate with this id, if it is of the project's roadmap."""
    roadmap = get_roadmap(user, code, need=need)
    found = Gate.objects.select_related("milestone__roadmap__project", "phase__roadmap__project").filter(pk=pk).first()
    if found is None or roadmap.pk != _roadmap_of(found):
        raise Http404("There is no such gate here")
    return found


def get_criterion(user: User, code: str, pk: int, *, need: Role = Role.EDITOR) -> GateCriterion:
    """The criterion with this id, if it is of a gate of the project's roadmap."""
    found = GateCriterion.objects.filter(pk=pk).first()
    gate = get_gate(user, code, found.gate_id if found else 0, need=need)
    if found is None:
        raise Http404("There is no such criterion here")
    found.gate = gate
    return found


def get_waiver(user: User, code: str, pk: int, *, need: Role = Role.OWNER) -> Waiver:
    """The waiver with this id, if it is of the project's roadmap."""
    found = Waiver.objects.filter(pk=pk).first()
    row = get_criterion(user, code, found.criterion_id if found else 0, need=need)
    if found is None:
        raise Http404("There is no such waiver here")
    found.criterion = row
    return found


def get_dependency(user: User, code: str, pk: int) -> Dependency:
    """The link with this id, if it is of the project's roadmap and the user may change it."""
    roadmap = get_roadmap(user, code, need=Role.EDITOR)
    rows = Dependency.objects.select_related("before", "after__roadmap__project")
    found = rows.filter(pk=pk, after__roadmap=roadmap).first()
    if found is None:
        raise Http404("There is no such link here")
    return found


def get_attachment(user: User, code: str, pk: int) -> Attachment:
    """The attachment with this id, if it is of the project's roadmap and the user may change it."""
    roadmap = get_roadmap(user, code, need=Role.EDITOR)
    rows = Attachment.objects.select_related("milestone__roadmap__project")
    found = rows.filter(pk=pk, milestone__roadmap=roadmap).first()
    if found is None:
        raise Http404("There is no such attachment here")
    return found


def get_baseline(user: User, code: str, pk: int, *, need: Role = Role.EDITOR) -> Baseline:
    """The baseline with this id, if it is of the project's roadmap."""
    roadmap = get_roadmap(user, code, need=need)
    found = roadmap.baselines.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such baseline here")
    found.roadmap = roadmap
    return found


def get_template(user: User, code: str, pk: int) -> PlanTemplate:
    """The template with this id, if the user may change it: editors of a project, what they saved themselves."""
    get_roadmap(user, code, need=Role.EDITOR)
    found = PlanTemplate.objects.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such template")
    if not may_change(user, found):
        raise PermissionDenied("Only the person who saved a template, or an administrator, renames or deletes it.")
    return found


def get_mention(user: User, pk: int) -> Mention:
    """The user's own mention with this id, while the user may see the project."""
    found = Mention.objects.for_reader(user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such mention of you")
    return found


def _roadmap_of(gate: Gate) -> int:
    owner = gate.milestone or gate.phase
    assert owner is not None  # the database's own rule
    return owner.roadmap_id
