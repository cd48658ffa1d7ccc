"""Evidence for tests of gates: real jobs with real answers on the disk, measured as a worker measures."""

import json
from typing import Any, TypeVar

from django.db.models import Model

from tests.webapp.jobs.pages import rows as jobs
from training.statistics import wilson_interval
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Job, JobState, Measurement
from webapp.projects.models import Project
from webapp.roadmap.gates import parse_criterion
from webapp.roadmap.models import Gate, GateCriterion, Milestone, Roadmap
from webapp.roadmap.services.adopt import start_roadmap
from webapp.roadmap.services.gates import add_criterion
from webapp.roadmap.standard import DAY_ZERO

_Row = TypeVar("_Row", bound=Model)

BETTER = {
    "kind": "measurement",
    "metric": "accuracy",
    "subject": "made:sft",
    "judged_on": "difference",
    "baseline": "base",
    "threshold": 0,
}


def started(project: Project, by: User) -> Roadmap:
    """A roadmap from the standard template."""
    return start_roadmap(by=by, project=project, starts=DAY_ZERO)


def milestone(roadmap: Roadmap, key: str) -> Milestone:
    return Milestone.objects.select_related("gate", "roadmap__project", "phase").get(roadmap=roadmap, key=key)


def asks(by: User, gate: Gate, **spec: Any) -> GateCriterion:
    """One criterion more at a gate."""
    return add_criterion(by=by, gate=gate, criterion=parse_criterion(spec))


def trained(project: Project, version: DatasetVersion, name: str = "Train LoRA") -> Job:
    return jobs.training(project, version, state=JobState.DONE, name=name)


def evaluated(
    project: Project,
    version: DatasetVersion,
    *,
    right: int,
    n: int = 300,
    of: Job | None = None,
    name: str = "Evaluate",
) -> Measurement:
    """An evaluation whose first `right` answers of n are right, of the base model or of what a job made."""
    spec = jobs.evaluate_spec(version)
    if of is not None:
        spec["adapter"] = f"job:{of.code}/adapter"
    job = Job.objects.create(
        project=project, name=name, kind="evaluate", spec=spec, state=JobState.DONE, result={"details": {}}
    )
    answers = ({"index": at, "prompt": "", "expected": "a", "predicted": "a", "correct": at < right} for at in range(n))
    jobs.left(job, "predictions.jsonl", "".join(json.dumps(answer) + "\n" for answer in answers), name="predictions")
    low, high = wilson_interval(right, n)
    model = str(spec.get("adapter") or spec["model"])
    return Measurement.objects.create(
        project=project,
        job=job,
        metric="choice",
        value=right / n,
        low=low,
        high=high,
        n=n,
        model=model,
        model_digest=f"digest of {model}",
        data_digest=version.digest,
    )


def newer_version(version: DatasetVersion, rows: int = 300) -> DatasetVersion:
    """The next version of the same dataset."""
    return DatasetVersion.objects.create(
        dataset=version.dataset,
        number=version.number + 1,
        digest=f"{version.number:064d}",
        row_type=version.row_type,
        folder=version.folder,
        splits={**version.splits, "test": rows},
        manifest={"overlap": {"rows": 0}},
    )


def fresh(row: _Row) -> _Row:
    """The row as it is stored now."""
    row.refresh_from_db()
    return row
