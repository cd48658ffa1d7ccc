"""The registry of job kinds: adding a kind is one file with its spec and one entry here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .base import JobSpec, SpecFault, SpecFaults
from .evaluate import EvaluateSpec
from .merge import MergeSpec
from .sft import SftSpec

__all__ = ["KINDS", "EvaluateSpec", "JobSpec", "Kind", "MergeSpec", "SftSpec", "SpecFault", "SpecFaults", "parse_spec"]


@dataclass(frozen=True)
class Kind:
    """A kind of job: its spec, the function that runs it (`module:function`), and how it is named to people."""

    name: str
    title: str
    summary: str
    spec: type[JobSpec]
    entry: str


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("sft", "Fine-tune", "Teach a model from prompt and completion rows.", SftSpec, "training.jobs.sft:run"),
        Kind("evaluate", "Evaluate", "Measure a model on held-out rows.", EvaluateSpec, "training.jobs.evaluate:run"),
        Kind("merge", "Merge", "Write an adapter into its base model's weights.", MergeSpec, "training.jobs.merge:run"),
    )
}


def parse_spec(raw: object) -> JobSpec:
    """The typed spec of any kind; raises `SpecFaults` with all its faults."""
    if not isinstance(raw, Mapping):
        raise SpecFaults([SpecFault("spec", "must be a JSON object")])
    kind = KINDS.get(str(raw.get("kind")))
    if kind is None:
        raise SpecFaults([SpecFault("kind", f"must be one of {', '.join(KINDS)}, not {raw.get('kind')!r}")])
    fields: dict[str, Any] = dict(raw)
    return kind.spec.parse(fields)
