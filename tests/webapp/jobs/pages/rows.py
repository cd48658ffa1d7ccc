"""Real rows for tests of the jobs pages: jobs with a whole spec, their events, files and measurements."""

import json
import math
from pathlib import Path
from typing import Any

from django.db import connection

from training.spec import parse_spec
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.jobs.folders import job_folder
from webapp.jobs.models import Artifact, Job, JobData, JobEvent, JobState, Measurement, Study
from webapp.jobs.references import dataset_reference
from webapp.projects.models import Project

MODEL = "smollm2-135m-instruct"


def sft_spec(version: DatasetVersion, *, method: str = "lora", steps: int = 20, **fields: Any) -> dict[str, Any]:
    """A whole training spec."""
    data = {"train": dataset_reference(version, "train"), "validation": dataset_reference(version, "validation")}
    raw = {"kind": "sft", "model": MODEL, "data": data, "adaptation": {"method": method}, "optim": {"max_steps": steps}}
    return parse_spec({**raw, **fields}).model_dump(mode="json")


def evaluate_spec(version: DatasetVersion, **fields: Any) -> dict[str, Any]:
    """A whole evaluation spec."""
    raw = {"kind": "evaluate", "model": MODEL, "data": {"test": dataset_reference(version, "test")}}
    return parse_spec({**raw, "metric": "choice", "choices": ["bill", "refund"], **fields}).model_dump(mode="json")


def training(
    project: Project, version: DatasetVersion, *, state: str = JobState.RUNNING, steps: int = 20, **fields: Any
) -> Job:
    """A training job in some state."""
    job = Job.objects.create(
        **{
            "project": project,
            "name": "Train LoRA",
            "kind": "sft",
            "spec": sft_spec(version, steps=steps),
            "state": state,
            "total_steps": steps,
            **fields,
        }
    )
    _reads(job, version)
    return job


def _reads(job: Job, version: DatasetVersion) -> None:
    for field, split in (("train", "train"), ("validation", "validation"), ("test", "test")):
        if job.spec["data"].get(field):
            JobData.objects.create(job=job, version=version, field=f"data.{field}", split=split)


def evaluation(
    project: Project, version: DatasetVersion, *, right: int = 5, n: int = 8, name: str = "Evaluate LoRA", **fields: Any
) -> Job:
    """A finished evaluation that left answers, of which the first `right` are right."""
    matrix = [[0, 0, 0], [0, 0, 0]]
    labels = ["bill", "refund"]
    answers = []
    for index in range(n):
        expected = index % 2
        predicted = expected if index < right else 1 - expected
        matrix[expected][predicted] += 1
        answers.append(
            {
                "index": index,
                "prompt": f"Letter {index} asks:",
                "expected": labels[expected],
                "predicted": labels[predicted],
                "correct": index < right,
            }
        )
    rates = [
        {
            "label": label,
            "expected": sum(matrix[at]),
            "predicted": sum(row[at] for row in matrix),
            "right": matrix[at][at],
            "precision": 0.5,
            "precision_interval": [0.2, 0.8],
            "recall": 0.5,
            "recall_interval": [0.2, 0.8],
            "f1": 0.5,
        }
        for at, label in enumerate(labels)
    ]
    confusion = {"expected": labels, "predicted": [*labels, "(other)"], "matrix": matrix}
    job = Job.objects.create(
        **{
            "project": project,
            "name": name,
            "kind": "evaluate",
            "spec": evaluate_spec(version),
            "state": JobState.DONE,
            "step": n,
            "total_steps": n,
            "elapsed_seconds": 12.0,
            "usd": 0.01,
            "result": {
                "details": {"metric": "choice", "labels": rates, "confusion": confusion, "macro_f1": 0.5},
                "cost": {"device": "cpu", "devices": 1, "device_seconds": 12.0, "usd": 0.01},
            },
            **fields,
        }
    )
    _reads(job, version)
    left(job, "predictions.jsonl", "".join(json.dumps(answer) + "\n" for answer in answers), name="predictions")
    Measurement.objects.create(
        project=project, job=job, study=job.study, metric="choice", value=right / n, low=0.3, high=0.9, n=n, model=MODEL
    )
    return job


def left(job: Job, file: str, content: str, *, name: str = "", kind: str = "") -> Path:
    """A file among the job's artifacts; with a name, also its record."""
    path = job_folder(job) / "artifacts" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    if name:
        Artifact.objects.create(job=job, name=name, kind=kind or name, path=f"artifacts/{file}", bytes=len(content))
    return path


def step(number: int, *, total: int = 20, loss: float | None = None) -> dict[str, Any]:
    """The own fields of a `step` event, as training writes them."""
    return {
        "step": number,
        "total_steps": total,
        "loss_nats": 2.0 * math.exp(-number / 8) if loss is None else loss,
        "learning_rate": 1e-3 * (1 - number / total),
        "grad_norm": 1.5,
        "tokens_per_second": 1900.0,
        "peak_memory_bytes": 1_700_000_000,
        "eta_seconds": 1.4 * (total - number),
    }


def happened(job: Job, *events: tuple[str, dict[str, Any]]) -> None:
    """Append events and move the job's row along, as the supervisor does."""
    start = job.last_seq
    JobEvent.objects.bulk_create(
        JobEvent(job=job, seq=start + place, type=type_, time=1_750_000_000.0 + start + place, payload=payload)
        for place, (type_, payload) in enumerate(events, 1)
    )
    job.last_seq = start + len(events)
    for type_, payload in events:
        if type_ == "step":
            job.step, job.eta_seconds, job.stage = payload["step"], payload["eta_seconds"], "Working"
    job.save()


def stepped(job: Job, numbers: range, odd: dict[int, dict[str, Any]]) -> None:
    """Append these steps past the ORM, which takes seconds for a hundred thousand; `odd` says what differs at some."""
    plain = json.dumps(step(0, total=numbers.stop) | {"step": "%d", "loss_nats": "%f"})
    plain = plain.replace('"%d"', "%d").replace('"%f"', "%.4f")
    texts = (json.dumps(step(n, total=numbers.stop) | odd[n]) if n in odd else plain % (n, 1 + 1 / n) for n in numbers)
    events = [
        (job.pk, job.last_seq + place, "step", 1_750_000_000.0 + place, text) for place, text in enumerate(texts, 1)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO jobs_jobevent (job_id, seq, type, time, payload) VALUES (%s, %s, %s, %s, %s)", events
        )
    job.last_seq, job.step = job.last_seq + len(events), numbers[-1]
    job.save()


def study(project: Project, version: DatasetVersion, by: User | None = None, **fields: Any) -> Study:
    """A study without jobs."""
    return Study.objects.create(
        **{
            "project": project,
            "question": "Is an adapter enough?",
            "dataset_version": version,
            "launch_key": "made by a test",
            "created_by": by,
            **fields,
        }
    )
