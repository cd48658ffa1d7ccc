"""What changes scenarios: atomic, noted in the audit log, versioned, knowing no request and no form."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.utils import timezone

import roi
from webapp.accounts.models import User
from webapp.jobs.models import Study
from webapp.projects.audit import record
from webapp.projects.models import Project

from .history import changes_between
from .models import DeletedScenario, Scenario, ScenarioVersion
from .outcomes import summary
from .signals import scenario_changed

NAME_CHARS = 120
NOTE_CHARS = 200
KEPT = timedelta(days=1)
"""How long the last figures of a deleted scenario can be brought back."""


class EditConflict(Exception):
    """Somebody else stored a version since the person opened the scenario. `current` is the scenario as it stands."""

    def __init__(self, current: Scenario) -> None:
        super().__init__("Somebody else changed this scenario while you edited it. Nothing of yours was stored.")
        self.current = current


class ScenarioGone(Http404):
    """Somebody deleted the scenario since the person opened it."""

    def __init__(self) -> None:
        super().__init__("This scenario was deleted meanwhile. Nothing of yours was stored.")


def storable(case: roi.Scenario) -> dict[str, Any]:
    """The case as the database takes it. Raises `roi.ScenarioFaults` for a text with NUL, which PostgreSQL refuses."""
    without_backslashes = case.model_dump_json().replace(r"\\", "")  # those of a text that only spells it out
    if r"\u0000" in without_backslashes:
        raise roi.ScenarioFaults([roi.Fault("scenario", "holds a text with the character NUL, which cannot be stored")])
    return case.model_dump(mode="json")


@transaction.atomic
def create_scenario(
    *, by: User, project: Project, case: roi.Scenario, note: str = "", study: Study | None = None
) -> Scenario:
    """Store a new scenario as version 1, named as the case is. The project's first one is its main one."""
    document, outcome = storable(case), summary(case)
    # one at a time may ask whether there is a main scenario
    Project.objects.select_for_update().get(pk=project.pk)
    scenario = Scenario.objects.create(
        project=project,
        name=case.name[:NAME_CHARS],
        document=document,
        latest_outcome=outcome,
        is_main=not Scenario.objects.filter(project=project, is_main=True).exists(),
        study=study,
        created_by=by,
        changed_at=timezone.now(),
    )
    ScenarioVersion.objects.create(
        scenario=scenario, number=1, document=document, outcome=outcome, note=note[:NOTE_CHARS], created_by=by
    )
    record(by, "scenario.created", scenario, name=scenario.name, note=note)
    _announce(scenario)
    return scenario


@transaction.atomic
def update_scenario(
    *, by: User, scenario: Scenario, seen_version: int, case: roi.Scenario, note: str = "", study: Study | None = None
) -> Scenario:
    """Store the case as the next version if the scenario is still as the person saw it; else raise `EditConflict`.

    A case that is the same as the stored one makes no version. Raises `ScenarioGone` where there is none any more.
    """
    before = Scenario.objects.select_related("project").filter(pk=scenario.pk).first()
    if before is None:
        raise ScenarioGone
    if before.version != seen_version:
        raise EditConflict(before)
    document = storable(case)
    if document == before.document:
        return before
    outcome = summary(case)
    changes = changes_between(stored_case(before), case)
    fields: dict[str, Any] = {"document": document, "latest_outcome": outcome, "name": case.name[:NAME_CHARS]}
    if study is not None:
        fields["study"] = study
    won = Scenario.objects.filter(pk=before.pk, version=seen_version).update(
        **fields, version=F("version") + 1, changed_at=timezone.now()
    )
    current = Scenario.objects.select_related("project").filter(pk=before.pk).first()
    if current is None:
        raise ScenarioGone
    if not won:
        raise EditConflict(current)
    ScenarioVersion.objects.create(
        scenario=current,
        number=current.version,
        document=document,
        outcome=outcome,
        changes=[change.to_json() for change in changes],
        note=note[:NOTE_CHARS],
        created_by=by,
    )
    told = {change.path: [change.before, change.after] for change in changes}
    record(by, "scenario.changed", current, name=current.name, version=current.version, note=note, changes=told)
    _announce(current)
    return current


def restore_version(*, by: User, scenario: Scenario, seen_version: int, version: ScenarioVersion) -> Scenario:
    """Make an earlier version's figures the newest version. Raises `EditConflict`."""
    return update_scenario(
        by=by,
        scenario=scenario,
        seen_version=seen_version,
        case=roi.parse(version.document),
        note=f"Restored version {version.number}",
    )


def duplicate_scenario(*, by: User, scenario: Scenario, name: str = "") -> Scenario:
    """A new scenario with the same figures, named `name` or as a copy; it has a history of its own."""
    ending = " (copy)"
    name = name.strip() or scenario.name[: NAME_CHARS - len(ending)] + ending
    case = stored_case(scenario).model_copy(update={"name": name[:NAME_CHARS]})
    return create_scenario(by=by, project=scenario.project, case=case, note=f"Copied from “{scenario.name}”")


@transaction.atomic
def make_main(*, by: User, scenario: Scenario) -> Scenario:
    """Make this the scenario that the project's overview and its gates speak of. Raises `ScenarioGone`."""
    Project.objects.select_for_update().get(pk=scenario.project_id)
    Scenario.objects.filter(project=scenario.project_id, is_main=True).update(is_main=False)
    if not Scenario.objects.filter(pk=scenario.pk).update(is_main=True):
        raise ScenarioGone
    scenario.is_main = True
    record(by, "scenario.made_main", scenario, name=scenario.name)
    _announce(scenario)
    return scenario


@transaction.atomic
def delete_scenario(*, by: User, scenario: Scenario) -> None:
    """Delete a scenario with its history; its last figures are kept for `KEPT`. Raises `ScenarioGone`.

    Was it the main one, then the one that changed last takes its place.
    """
    Project.objects.select_for_update().get(pk=scenario.project_id)
    last = Scenario.objects.filter(pk=scenario.pk).first()
    if last is None:
        raise ScenarioGone
    record(by, "scenario.deleted", scenario, name=last.name, version=last.version)
    now = timezone.now()
    DeletedScenario.objects.filter(deleted_at__lt=now - KEPT).delete()
    DeletedScenario.objects.create(
        project_id=last.project_id,
        code=last.code,
        name=last.name,
        document=last.document,
        deleted_by=by,
        deleted_at=now,
    )
    _announce(scenario, deleted=True)
    was_main, project_id = last.is_main, last.project_id
    scenario.delete()
    if was_main:
        heir = Scenario.objects.filter(project=project_id).order_by("-changed_at", "-pk").first()
        if heir is not None:
            Scenario.objects.filter(pk=heir.pk).update(is_main=True)


def stored_case(scenario: Scenario | ScenarioVersion | DeletedScenario) -> roi.Scenario:
    """The stored figures as the engine has them."""
    return roi.parse(scenario.document)


def figures(scenario: Scenario, option: str = "") -> dict[str, Any]:
    """`npv`, `p_npv_positive`, `payback_months`, `cost_per_item_correct` of an option; None where one is undefined.

    Without `option` they are of the one that is most worth, named by `option` and `option_name`; `currency` is the
    scenario's. Nothing is computed: the figures were stored with the newest version.
    """
    outcome = scenario.latest_outcome
    key = option or str(outcome.get("best", ""))
    found: dict[str, Any] = outcome.get("options", {}).get(key, {})
    names = ("npv", "p_npv_positive", "payback_months", "cost_per_item_correct")
    told = {name: found.get(name) for name in names}
    return told | {"option": key, "option_name": found.get("name", ""), "currency": outcome.get("currency", "USD")}


def _announce(scenario: Scenario, *, deleted: bool = False) -> None:
    told = {"project_id": scenario.project_id, "scenario_id": scenario.pk, "deleted": deleted}
    # what others do with it must not make a stored change look failed
    transaction.on_commit(lambda: scenario_changed.send(sender=Scenario, **told), robust=True)
