"""What a stored spec names: dataset splits by digest and artifacts by job, and where these lie on disk.

`dataset:<version digest>/<split>` stands in a data field, `job:<job code>/<artifact>` as a model or an
adapter. A spec launched through the site holds no path: a path from a form could read any file.
"""

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.spec import SpecFault
from webapp.datasets.models import DatasetVersion
from webapp.datasets.published import fetch_split
from webapp.files.places import files_root
from webapp.projects.models import Project

from .lookups import Lookups
from .models import Job
from .published import place

DATA_FIELDS = ("train", "validation", "test")
MODEL_FIELDS = ("model", "adapter")
_DATASET = re.compile(r"dataset:(?P<digest>[0-9a-f]{64})/(?P<split>[\w-]{1,40})")
_ARTIFACT = re.compile(r"job:(?P<code>[a-z0-9]{4,20})/(?P<name>[\w-]{1,40})")
_MODEL_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


@dataclass(frozen=True)
class DataReference:
    """A split of a dataset version, named in `field` of a spec."""

    field: str
    version: DatasetVersion
    split: str


def dataset_reference(version: DatasetVersion, split: str) -> str:
    """How a spec names this split."""
    return f"dataset:{version.digest}/{split}"


def newest_data(project: Project, reference: str) -> str:
    """The same split in the newest version of the reference's dataset; the reference itself where there is none."""
    named = _DATASET.fullmatch(reference)
    if named is None:
        return reference
    of_project = DatasetVersion.objects.filter(dataset__project=project)
    dataset = of_project.filter(digest=named["digest"]).order_by("-pk").values_list("dataset", flat=True).first()
    newest = of_project.filter(dataset=dataset).order_by("-number").first()
    has_it = newest is not None and newest.splits.get(named["split"])
    return dataset_reference(newest, named["split"]) if newest is not None and has_it else reference


def artifact_reference(job: Job, name: str) -> str:
    """How a spec names this artifact of a job."""
    return f"job:{job.code}/{name}"


def split_path(version: DatasetVersion, split: str) -> Path:
    """The split's canonical rows on this machine, brought here if need be. Raises `FilesFault`."""
    return fetch_split(version, split)


def data_references(
    project: Project, spec: dict[str, Any], lookups: Lookups | None = None
) -> tuple[list[DataReference], list[SpecFault]]:
    """The splits that a spec reads, and a fault for each field that names none of this project's."""
    found, faults = [], []
    lookups = lookups or Lookups()
    data = spec.get("data")
    fields = data if isinstance(data, dict) else {}
    for name in DATA_FIELDS:
        value = fields.get(name)
        if value is None:
            continue
        reference = _data_reference(project, f"data.{name}", str(value), lookups)
        if isinstance(reference, SpecFault):
            faults.append(reference)
        else:
            found.append(reference)
    return found, faults


def _data_reference(project: Project, field: str, value: str, lookups: Lookups) -> DataReference | SpecFault:
    match = _DATASET.fullmatch(value)
    if match is None:
        return SpecFault(field, "must name a dataset of the project, as dataset:<digest>/<split>")
    named = DatasetVersion.objects.filter(dataset__project=project, digest=match["digest"]).select_related("dataset")
    version = lookups.once(("version", project.pk, match["digest"]), named.first)
    if version is None:
        return SpecFault(field, "names no dataset of this project")
    if not version.splits.get(match["split"]):
        return SpecFault(
            field, f"the dataset has no rows in a split {match['split']}; it has {', '.join(version.splits)}"
        )
    return DataReference(field, version, match["split"])


def model_faults(project: Project, spec: dict[str, Any], lookups: Lookups | None = None) -> list[SpecFault]:
    """A fault for each model field that names neither a model nor an artifact of the project's jobs."""
    faults = []
    lookups = lookups or Lookups()
    for field in MODEL_FIELDS:
        value = spec.get(field)
        if not isinstance(value, str) or not value:
            continue
        match = _ARTIFACT.fullmatch(value)
        if match is not None:
            named = Job.objects.filter(project=project, code=match["code"])
            if not lookups.once(("job", project.pk, match["code"]), named.exists):
                faults.append(SpecFault(field, "names no job of this project"))
        elif field == "adapter":
            faults.append(SpecFault(field, "must name an adapter made here, as job:<code>/adapter"))
        elif not _MODEL_NAME.fullmatch(value):
            faults.append(SpecFault(field, "must be a prepared model's name, a Hugging Face id, or job:<code>/model"))
    return faults


def jobs_named(project: Project, spec: dict[str, Any]) -> list[Job]:
    """The jobs whose artifacts a spec uses."""
    codes = [match["code"] for field in MODEL_FIELDS if (match := _ARTIFACT.fullmatch(str(spec.get(field) or "")))]
    return list(Job.objects.filter(project=project, code__in=codes))


def artifacts_named(project: Project, spec: dict[str, Any]) -> list[tuple[Job, str]]:
    """The artifacts that a spec uses, each as its job and its path in that job's folder."""
    by_code = {made.code: made for made in jobs_named(project, spec)}
    matches = [match for field in MODEL_FIELDS if (match := _ARTIFACT.fullmatch(str(spec.get(field) or "")))]
    return [(by_code[match["code"]], f"artifacts/{match['name']}") for match in matches if match["code"] in by_code]


def resolved_spec(job: Job) -> dict[str, Any]:
    """The job's spec with every reference replaced by its path on this machine."""
    used = job.data.select_related("version")
    data = [DataReference(each.field, each.version, each.split) for each in used]
    return with_paths(job.project, job.spec, data)


def with_paths(project: Project, spec: dict[str, Any], data: Iterable[DataReference]) -> dict[str, Any]:
    """A copy of the spec, which reads `data`, with every reference replaced by its path on this machine."""
    resolved: dict[str, Any] = deepcopy(spec)
    for used in data:
        resolved["data"][used.field.removeprefix("data.")] = str(
            files_root() / used.version.folder / f"{used.split}.jsonl"
        )
    by_code = {made.code: made for made in jobs_named(project, resolved)}
    for field in MODEL_FIELDS:
        match = _ARTIFACT.fullmatch(str(resolved.get(field) or ""))
        if match is not None:
            resolved[field] = str(place(by_code[match["code"]], f"artifacts/{match['name']}"))
    return resolved
