"""A grid on any field: a raw spec with lists where one value belongs, as one spec for each combination."""

import copy
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .spec import KINDS, JobSpec, SpecFault, SpecFaults, parse_spec
from .spec.forms import fields

MAX_JOBS = 64


@dataclass(frozen=True)
class GridPoint:
    """One combination: the values chosen, by path, and the spec they give."""

    chosen: Mapping[str, Any]
    spec: JobSpec

    @property
    def label(self) -> str:
        """`optim.learning_rate=0.001, seed=1`; empty for a spec without lists."""
        return ", ".join(f"{path}={value}" for path, value in self.chosen.items())


def varied(raw: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The paths at which `raw` has a list in the place of one value, with its values. A field that is itself a list
    (such as `choices`) varies by a list of lists. Repeated values are taken once."""
    kind = KINDS.get(str(raw.get("kind")))
    if kind is None:
        return {}
    found: dict[str, list[Any]] = {}
    for field in fields(kind.name):
        value = _at(raw, field.path)
        if isinstance(value, list) and (
            field.type != "list" or (value and all(isinstance(one, list) for one in value))
        ):
            found[field.path] = [one for index, one in enumerate(value) if one not in value[:index]]
    return found


def count(raw: Mapping[str, Any]) -> int:
    """How many jobs `raw` asks for; 1 without lists."""
    return math.prod(len(values) for values in varied(raw).values())


def expand(raw: object) -> list[GridPoint]:
    """Every combination, the last list varying fastest. Raises `SpecFaults`: too many jobs, an empty list, or the
    faults of any combination (each once)."""
    if not isinstance(raw, Mapping) or str(raw.get("kind")) not in KINDS:
        return [GridPoint({}, parse_spec(raw))]
    lists = varied(raw)
    empty = [SpecFault(path, "must list at least one value") for path, values in lists.items() if not values]
    if empty:
        raise SpecFaults(empty)
    jobs = count(raw)
    if jobs > MAX_JOBS:
        sizes = " x ".join(f"{len(values)} ({path})" for path, values in lists.items())
        raise SpecFaults([SpecFault("grid", f"asks for {jobs} jobs: {sizes}; at most {MAX_JOBS} are allowed")])
    points: list[GridPoint] = []
    faults: dict[SpecFault, None] = {}
    for values in itertools.product(*lists.values()):
        chosen = dict(zip(lists, values, strict=True))
        try:
            points.append(GridPoint(chosen, parse_spec(_with(raw, chosen))))
        except SpecFaults as error:
            faults.update(dict.fromkeys(error.faults))
    if faults:
        raise SpecFaults(faults)
    return points


def _at(raw: Mapping[str, Any], path: str) -> Any:
    value: Any = raw
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return value


def _with(raw: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `raw` with single values at the paths of `chosen`."""
    one = copy.deepcopy(dict(raw))
    for path, value in chosen.items():
        *parts, last = path.split(".")
        place: Any = one
        for part in parts:
            place = place[part]
        place[last] = value
    return one
