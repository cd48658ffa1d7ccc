"""The last write of a claim: result, measurements, artifacts and state in one fenced transaction."""

from pathlib import Path
from typing import Any

from django.db import transaction

from training.result import read_result

from .ingest import storable
from .lease import Lease
from .models import Artifact, Job, JobState, Measurement
from .signals import measured
from .verdict import Verdict

_DATA_FIELDS = ("data.test", "data.validation", "data.train")


def finish(lease: Lease, verdict: Verdict, folder: Path, *, is_blameless: bool = False) -> None:
    """Write what became of the job and give the claim up. Raises `LeaseLost`, and then nothing is written.

    `is_blameless`: the attempt was cut short from outside and does not count.
    """
    if verdict.state == JobState.QUEUED:
        lease.end(verdict.state, {"stage": "", **({"attempts": 0} if is_blameless else {})})
        return
    if verdict.state != JobState.DONE:
        lease.end(verdict.state, {"failure": storable(verdict.failure)})
        return
    try:
        result = storable(read_result(folder / "result.json"))
    except (OSError, ValueError, AssertionError) as error:
        failure = {
            "what": "The job ended without a result",
            "why": str(error),
            "remedy": "Resume it; the log has what it printed last.",
            "exit_status": 1,
        }
        lease.end(JobState.FAILED, {"failure": failure})
        return
    with transaction.atomic():
        lease.end(JobState.DONE, {"result": result, "failure": {}, **_cost(result)})
        job = Job.objects.get(pk=lease.job_id)
        Measurement.objects.bulk_create(_measurements(job, result), ignore_conflicts=True)
        measured.send(sender=Measurement, project_id=job.project_id)
        Artifact.objects.bulk_create(
            (
                Artifact(job=job, **{key: made.get(key) or default for key, default in _ARTIFACT.items()})
                for made in result.get("artifacts", [])
            ),
            ignore_conflicts=True,
        )


_ARTIFACT: dict[str, Any] = {"name": "", "kind": "", "path": "", "bytes": 0, "sha256": ""}


def _cost(result: dict[str, Any]) -> dict[str, Any]:
    cost = result.get("cost") or {}
    fields: dict[str, Any] = {}
    if cost.get("usd") is not None:
        fields["usd"] = cost["usd"]
    if cost.get("device_seconds") is not None:
        fields["elapsed_seconds"] = cost["device_seconds"] / max(int(cost.get("devices") or 1), 1)
    return fields


def _measurements(job: Job, result: dict[str, Any]) -> list[Measurement]:
    provenance = result.get("provenance") or {}
    digests = dict(job.data.values_list("field", "version__digest"))
    data_digest = next((digests[name] for name in _DATA_FIELDS if name in digests), "")
    return [
        Measurement(
            project_id=job.project_id,
            job=job,
            study_id=job.study_id,
            metric=given["metric"],
            label=given.get("label") or "",
            value=given["value"],
            low=given.get("low"),
            high=given.get("high"),
            n=given.get("n") or 0,
            unit=given.get("unit") or "fraction",
            model=str(job.spec.get("adapter") or job.spec.get("model", "")),
            model_digest=str(provenance.get("model_digest") or "")[:80],
            data_digest=data_digest or str(provenance.get("data_digest") or "")[:80],
        )
        for given in result.get("measurements", [])
        if given.get("value") is not None
    ]
