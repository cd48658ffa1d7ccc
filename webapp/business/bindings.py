"""Figures that stand on measurements of the project: which can, which do, and where a newer measurement exists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import roi
from roi.quantity import Beta, Fixed, Measured, Quantity
from webapp.jobs.models import Job, Measurement
from webapp.projects.models import Project

from . import evidence

BINDABLE: Mapping[str, tuple[str, ...]] = {
    "work.success_rate": evidence.RATES,
    "run.device_seconds_per_item": (evidence.SECONDS,),
}
"""Figures that a measurement can stand for, and by which metrics."""

JOB = "job:"
"""Before a job's code, where a figure is what a job itself told (its device time) rather than a measurement's."""

METRICS = tuple(metric for metrics in BINDABLE.values() for metric in metrics)


class CannotBind(ValueError):
    """The measurement does not measure this figure; the message says so."""


@dataclass(frozen=True)
class Target:
    """A figure that can be bound: its path, and what people call it."""

    path: str
    name: str
    title: str


@dataclass(frozen=True)
class Bound:
    """A figure that says it is measured.

    `job` measured it; None where this project has no such measurement (the figure came with a file). `measurement` is
    None also where a job told the figure without a row of its own, such as the device time it took. `newer` is a later
    measurement of the same thing. `differs`: the figure is not what the measurement gives: somebody changed it.
    """

    place: roi.Place
    job: Job | None
    measurement: Measurement | None = None
    newer: Measurement | None = None
    differs: bool = False


def targets(case: roi.Scenario) -> list[Target]:
    """The figures that can be bound: for each option but doing nothing, and for all options at once."""
    found = []
    for index, option in enumerate(case.options):
        if option.kind != "do_nothing":
            found += [_target(name, f"options[{index}].{name}", option.name) for name in BINDABLE]
    return [*found, *(_target(name, name, "all options that state none") for name in BINDABLE)]


def _target(name: str, path: str, whose: str) -> Target:
    label = next(spec.label for spec in roi.REGISTRY.values() if spec.name == name)
    return Target(path, name, f"{label}: {whose}")


def measured_quantity(measurement: Measurement) -> Quantity:
    """The figure that a measurement gives: counts a beta distribution, seconds a fixed number."""
    provenance = Measured(
        measurement=str(measurement.pk),
        metric=measurement.metric,
        value=measurement.value,
        low=measurement.low,
        high=measurement.high,
        n=measurement.n,
    )
    if measurement.metric in evidence.RATES:
        return Beta(successes=evidence.successes(measurement), trials=measurement.n, provenance=provenance)
    return Fixed(value=measurement.value, provenance=provenance)


def bound(case: roi.Scenario, path: str, measurement: Measurement) -> roi.Scenario:
    """The case with the figure at `path` as measured. Raises `CannotBind`, or the engine's `ScenarioFaults`."""
    metrics = BINDABLE.get(path.rpartition("].")[2], ())
    if measurement.metric not in metrics:
        raise CannotBind("This measurement is not of this figure: choose one that is.")
    return roi.replace(case, {path: measured_quantity(measurement)})


def bindings(project: Project, case: roi.Scenario) -> dict[str, Bound]:
    """The figures of the case that say they are measured, by path. Three queries, however many there are."""
    claimed = {place.path: place for place in roi.quantities(case) if place.quantity.provenance.kind == "measured"}
    names = {path: _measurement_name(place.quantity) for path, place in claimed.items()}
    known = evidence.by_id(project, [int(name) for name in names.values() if _is_id(name)])
    newer = evidence.newer_ones(known)
    codes = [name.removeprefix(JOB) for name in names.values() if name.startswith(JOB)]
    jobs = {job.code: job for job in _jobs(project, codes)}
    found = {}
    for path, place in claimed.items():
        measurement = known.get(int(names[path])) if _is_id(names[path]) else None
        if measurement is None:
            found[path] = Bound(place, jobs.get(names[path].removeprefix(JOB)))
        else:
            differs = not _same(place.quantity, measurement)
            found[path] = Bound(place, measurement.job, measurement, newer.get(measurement.pk), differs)
    return found


def _jobs(project: Project, codes: list[str]) -> Iterable[Job]:
    if not codes:
        return ()
    return Job.objects.filter(project=project, code__in=codes).only("code", "name", "role", "project_id")


def renewed(case: roi.Scenario, outdated: Iterable[Bound]) -> roi.Scenario:
    """The case with each of these figures as its newer measurement gives it."""
    changes = {each.place.path: measured_quantity(each.newer) for each in outdated if each.newer is not None}
    return roi.replace(case, changes) if changes else case


def _measurement_name(quantity: Quantity) -> str:
    provenance = quantity.provenance
    return provenance.measurement if isinstance(provenance, Measured) else ""


def _is_id(name: str) -> bool:
    """Whether the name can be a measurement's id: whatever a file says must not break the question."""
    return name.isascii() and name.isdecimal() and len(name) < 19


def _same(quantity: Quantity, measurement: Measurement) -> bool:
    plain = {"provenance", "unit"}
    return quantity.model_dump(exclude=plain) == measured_quantity(measurement).model_dump(exclude=plain)
