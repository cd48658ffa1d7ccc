"""The organisation's own templates."""

from django.db import IntegrityError, transaction

from webapp.accounts.models import User
from webapp.projects.audit import record

from ..exchange.collect import collect
from ..exchange.document import DocumentFaults, PlanDocument, parse_document
from ..models import PlanTemplate, Roadmap
from ..standard import DAY_ZERO, NAME, standard_plan
from .history import RoadmapRefused, note


@transaction.atomic
def save_template(*, by: User, roadmap: Roadmap, name: str, summary: str = "") -> PlanTemplate:
    """Keep the roadmap as a template that every project of this installation can start from: without its owners,
    dates counted from a common first day, and no criterion of this project's own studies, models or scenarios."""
    name = _free(name)
    plan = _without_particulars(collect(roadmap, with_owners=False))
    first = plan.first_day
    if first is not None:
        plan = plan.shifted((DAY_ZERO - first).days)
    document = plan.model_dump(mode="json")
    try:
        with transaction.atomic():
            made = PlanTemplate.objects.create(name=name, summary=summary, document=document, created_by=by)
    except IntegrityError:
        raise RoadmapRefused("There is a template of this name already.", "name") from None
    note(by, roadmap, "template", new=made.name)
    record(by, "template.saved", made, project=roadmap.project, name=made.name)
    return made


def may_change(user: User, template: PlanTemplate) -> bool:
    """Who saved a template renames and deletes it; an administrator any."""
    return template.created_by_id == user.pk or user.is_superuser


@transaction.atomic
def rename_template(*, by: User, template: PlanTemplate, name: str, summary: str) -> PlanTemplate:
    """Another name and summary; the plan in it stays, and roadmaps started from it remember the old name."""
    _refuse_others(by, template)
    old = template.name
    template.name, template.summary = _free(name), summary
    try:
        with transaction.atomic():
            template.save(update_fields=["name", "summary"])
    except IntegrityError:
        raise RoadmapRefused("There is a template of this name already.", "name") from None
    record(by, "template.renamed", template, name=[old, template.name])
    return template


@transaction.atomic
def delete_template(*, by: User, template: PlanTemplate) -> None:
    """Delete a template of one's own; an administrator any. Roadmaps that were started from it stay as they are."""
    _refuse_others(by, template)
    record(by, "template.deleted", template, name=template.name)
    template.delete()


def _refuse_others(by: User, template: PlanTemplate) -> None:
    if not may_change(by, template):
        raise RoadmapRefused("Only the person who saved a template, or an administrator, renames or deletes it.")


def _free(name: str) -> str:
    """The name, unless it is the product's own template's."""
    if name.strip().casefold() == NAME.casefold():
        raise RoadmapRefused("This is the name of the template that comes with the product.", "name")
    return name.strip()


def template_document(name: str) -> tuple[str, PlanDocument]:
    """The template of this name (the product's own if empty), and its document. Raises `RoadmapRefused`."""
    if name in ("", NAME):
        return NAME, standard_plan()
    found = PlanTemplate.objects.filter(name=name).first()
    if found is None:
        raise RoadmapRefused("There is no template of this name.", "template")
    try:
        return found.name, parse_document(found.document)
    except DocumentFaults as faults:
        raise RoadmapRefused(f"The template can no longer be read: {faults}.", "template") from faults


def _without_particulars(plan: PlanDocument) -> PlanDocument:
    """Criteria that name a study, a model or a scenario of one project ask for any instead."""
    document = plan.model_dump(mode="json")
    for part in [*document["phases"], *document["milestones"]]:
        for criterion in (part["gate"] or {}).get("criteria", []):
            if str(criterion.get("subject", "")).startswith(("study:", "model:")):
                criterion["subject"] = "any"
            if str(criterion.get("baseline") or "").startswith("model:"):
                criterion["baseline"] = "base"
            if criterion.get("scenario"):
                criterion["scenario"] = ""
    return parse_document(document)
