"""Calls on scenarios: business cases with every version, and their outcome."""

from datetime import datetime
from typing import Annotated, Any, Self

from django.http import HttpRequest
from ninja import Body, Query, Router, Schema, Status
from pydantic import Field

import roi
from webapp.business.access import get_scenario
from webapp.business.models import Scenario, ScenarioVersion
from webapp.business.outcomes import evaluation
from webapp.business.services import create_scenario, stored_case, update_scenario
from webapp.projects.access import get_project
from webapp.projects.models import Role

from .callers import caller
from .projects import Limit, Offset
from .schemas import DetailOut, FaultsOut, Strict

router = Router(tags=["scenarios"])

Trials = Annotated[int, Query(ge=100, le=100_000)]
Seed = Annotated[int, Query(ge=0, le=2**32 - 1)]


class ScenarioIn(Strict):
    """A new scenario. `case` is what `python -m roi schema` describes."""

    case: dict[str, Any]
    note: str = Field("", max_length=200)


class ScenarioChange(ScenarioIn):
    """New figures, with the version that the caller read. A newer one answers 409 and stores nothing."""

    version: int = Field(ge=1, le=2**31 - 1)


class ScenarioOut(Schema):
    """A scenario with its outcome as stored; figures are expected values, `npv_low` and `npv_high` P5 and P95."""

    code: str
    project: str
    name: str
    version: int
    is_main: bool
    outcome: dict[str, Any]
    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, scenario: Scenario, **more: Any) -> Self:
        own = {name: getattr(scenario, name) for name in ScenarioOut.model_fields if name not in ("project", "outcome")}
        return cls(project=scenario.project.code, outcome=scenario.latest_outcome, **own, **more)


class ScenarioDetail(ScenarioOut):
    """A scenario with all its figures."""

    case: dict[str, Any]


class VersionOut(Schema):
    """One stored version: what changed, by whom, and what each change alone did to NPV."""

    number: int
    note: str
    by: str | None
    created_at: datetime
    changes: list[dict[str, Any]]
    outcome: dict[str, Any]

    @classmethod
    def of(cls, version: ScenarioVersion) -> Self:
        own = {name: getattr(version, name) for name in cls.model_fields if name != "by"}
        return cls(by=version.created_by.email if version.created_by else None, **own)


class ConflictOut(Schema):
    """Somebody else stored a version; `version` is the newest one's number."""

    detail: str
    version: int


CHANGED = {403: DetailOut, 404: DetailOut, 422: FaultsOut}


@router.get("/projects/{code}/scenarios", response={200: list[ScenarioOut], 404: DetailOut})
def list_scenarios(request: HttpRequest, code: str, limit: Limit = 50, offset: Offset = 0) -> list[ScenarioOut]:
    """The project's scenarios, the main one first."""
    project = get_project(caller(request), code)
    found = project.scenarios.select_related("project").defer("document")
    return [ScenarioOut.of(scenario) for scenario in found[offset : offset + limit]]


@router.post("/projects/{code}/scenarios", response={201: ScenarioDetail, **CHANGED})
def make_scenario(request: HttpRequest, code: str, payload: ScenarioIn) -> Status[ScenarioDetail]:
    """Store a new scenario."""
    user = caller(request)
    project = get_project(user, code, need=Role.EDITOR)
    made = create_scenario(by=user, project=project, case=roi.parse(payload.case), note=payload.note)
    return Status(201, ScenarioDetail.of(made, case=made.document))


@router.post("/scenarios/evaluate", response={200: dict[str, Any], 422: FaultsOut})
def evaluate(
    request: HttpRequest, payload: Annotated[dict[str, Any], Body()], trials: Trials = 10_000, seed: Seed = 0
) -> dict[str, Any]:
    """The outcome of the figures in the body; nothing is stored."""
    return evaluation(roi.parse(payload), trials=trials, seed=seed)


@router.get("/scenarios/{scenario}", response={200: ScenarioDetail, 404: DetailOut})
def show_scenario(request: HttpRequest, scenario: str) -> ScenarioDetail:
    """One scenario with its figures and stored outcome."""
    found = get_scenario(caller(request), scenario)
    return ScenarioDetail.of(found, case=found.document)


@router.put("/scenarios/{scenario}", response={200: ScenarioDetail, 409: ConflictOut, **CHANGED})
def change_scenario(request: HttpRequest, scenario: str, payload: ScenarioChange) -> ScenarioDetail:
    """Store new figures as the next version, unless somebody stored one meanwhile."""
    user = caller(request)
    found = get_scenario(user, scenario, edit=True)
    changed = update_scenario(
        by=user, scenario=found, seen_version=payload.version, case=roi.parse(payload.case), note=payload.note
    )
    return ScenarioDetail.of(changed, case=changed.document)


@router.get("/scenarios/{scenario}/outcome", response={200: dict[str, Any], 404: DetailOut})
def evaluate_stored(request: HttpRequest, scenario: str, trials: Trials = 10_000, seed: Seed = 0) -> dict[str, Any]:
    """The whole outcome of a stored scenario, computed anew."""
    return evaluation(stored_case(get_scenario(caller(request), scenario)), trials=trials, seed=seed)


@router.get("/scenarios/{scenario}/versions", response={200: list[VersionOut], 404: DetailOut})
def list_versions(request: HttpRequest, scenario: str, limit: Limit = 50, offset: Offset = 0) -> list[VersionOut]:
    """The scenario's versions, newest first."""
    found = get_scenario(caller(request), scenario)
    versions = found.versions.select_related("created_by").defer("document").order_by("-number")
    return [VersionOut.of(version) for version in versions[offset : offset + limit]]
