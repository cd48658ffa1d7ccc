"""From a raw spec, perhaps with several values in a field, to the jobs it asks for."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from training.grid import expand, varied
from training.spec import SpecFault, SpecFaults
from webapp.accounts.models import User
from webapp.projects.models import Project

from ..lookups import Lookups
from ..models import Job
from ..references import with_paths
from ..services import LaunchRefused, check_spec, launch_job


def single_specs(raw: dict[str, Any]) -> tuple[list[dict[str, Any]], list[SpecFault], dict[str, list[Any]]]:
    """(the specs that `raw` asks for, the grid's own faults, the values by varied path).

    A grid with faults comes back as its raw self, so that its faults are told once.
    """
    lists = varied(raw)
    if not lists:
        return [raw], [], {}
    try:
        points = expand(raw)
    except SpecFaults as error:
        return [], error.faults, lists
    return [point.spec.model_dump(mode="json") for point in points], [], lists


@transaction.atomic
def launch_all(*, by: User, project: Project, raw: dict[str, Any], name: str, launch_key: str) -> list[Job]:
    """Every job that `raw` asks for, all or none. Raises `LaunchRefused`."""
    if not varied(raw):
        return [launch_job(by=by, project=project, spec=raw, name=name, launch_key=launch_key)]
    try:
        points = expand(raw)
    except SpecFaults as error:
        raise LaunchRefused(error.faults) from error
    lookups = Lookups()
    return [
        launch_job(
            by=by,
            project=project,
            spec=point.spec.model_dump(mode="json"),
            name=f"{name}: {point.label}"[:160] if name else point.label[:160],
            launch_key=f"{launch_key[:56]}.{number}" if launch_key else "",
            lookups=lookups,
        )
        for number, point in enumerate(points)
    ]


def downloadable(project: Project, raw: Mapping[str, Any]) -> Any:
    """The whole spec with the paths of its files here, or a list of them for a grid. Raises `LaunchRefused`."""
    specs, faults, lists = single_specs(dict(raw))
    if faults:
        raise LaunchRefused(faults)
    lookups = Lookups()
    checked = [check_spec(project, spec, lookups) for spec in specs]
    whole = [with_paths(project, each.spec, each.data) for each in checked]
    return whole if lists else whole[0]
