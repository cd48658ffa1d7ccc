"""A job's settings: those that differ from another job or from the defaults, and all of them."""

from dataclasses import dataclass
from typing import Any

from training.spec import KINDS, SpecFaults
from webapp.ui.diff import Difference, differences

from ..models import Job

OFFERED = 30


@dataclass(frozen=True)
class Config:
    """`differs` lists what differs from `against` (None: the kind's defaults); `alike` counts the other settings."""

    differs: list[Difference]
    alike: int
    against: Job | None
    offered: list[Job]


def config(job: Job, against: str = "") -> Config:
    """The job's settings beside those of the job with the code `against`, else beside the defaults."""
    others = Job.objects.filter(project=job.project, kind=job.kind).exclude(pk=job.pk)
    other = others.filter(code=against).first() if against.isalnum() else None
    before = other.spec if other is not None else defaults_of(job.kind, job.spec)
    found = differences(before, job.spec)
    alike = sum(1 for _ in _leaves(job.spec)) - sum(item.after is not None for item in found)
    return Config(found, alike, other, list(others.defer("result", "prediction", "spec")[:OFFERED]))


def defaults_of(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    """The spec that has this one's model and data and is else left to the defaults; empty if there is none such."""
    entry = KINDS.get(kind)
    if entry is None:
        return {}
    data = {name: value for name, value in spec.get("data", {}).items() if value is not None}
    try:
        plain = entry.spec.parse({"kind": kind, "model": spec.get("model"), "data": data})
    except SpecFaults:
        return {}
    return plain.model_dump(mode="json")


def _leaves(value: Any) -> Any:
    """Every setting that is no group of others."""
    for inner in value.values():
        if isinstance(inner, dict) and inner:
            yield from _leaves(inner)
        else:
            yield inner
