"""What goes into and comes out of the calls."""

from datetime import datetime
from typing import Any, Self

from ninja import Schema
from pydantic import ConfigDict, Field

from webapp.datasets.models import DatasetVersion, Upload
from webapp.jobs.models import Artifact, Job, Measurement, Study
from webapp.projects.models import Project


class Strict(Schema):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class FaultOut(Schema):
    """One thing wrong with a request."""

    path: str
    message: str


class FaultsOut(Schema):
    """Everything wrong with a request, at once."""

    faults: list[FaultOut]


class DetailOut(Schema):
    """Why a call was refused."""

    detail: str


class ProjectIn(Strict):
    """A new project."""

    name: str = Field(min_length=1, max_length=120)
    task: str = Field("", max_length=5000)


class ProjectOut(Schema):
    """A project."""

    code: str
    name: str
    task: str
    base_model: str
    minimum_effect: float
    created_at: datetime

    @classmethod
    def of(cls, project: Project) -> Self:
        return cls.model_validate(project)


class VersionOut(Schema):
    """A dataset version. `references` name its splits in a job's spec."""

    dataset: str
    name: str
    number: int
    digest: str
    row_type: str
    splits: dict[str, int]
    references: dict[str, str]
    created_at: datetime

    @classmethod
    def of(cls, version: DatasetVersion) -> Self:
        from webapp.jobs.references import dataset_reference

        return cls(
            dataset=version.dataset.code,
            name=version.dataset.name,
            number=version.number,
            digest=version.digest,
            row_type=version.row_type,
            splits=version.splits,
            references={split: dataset_reference(version, split) for split in version.splits},
            created_at=version.created_at,
        )


class UploadOut(Schema):
    """An upload on its way to become a dataset version."""

    code: str
    state: str
    progress: float
    report: dict[str, Any]
    version: VersionOut | None

    @classmethod
    def of(cls, upload: Upload) -> Self:
        return cls(
            code=upload.code,
            state=upload.state,
            progress=upload.progress,
            report=upload.report,
            version=VersionOut.of(upload.version) if upload.version else None,
        )


class JobIn(Strict):
    """A job to launch. The same `launch_key` again returns the job it made."""

    spec: dict[str, Any]
    name: str = Field("", max_length=160)
    launch_key: str = Field("", max_length=60)


class JobOut(Schema):
    """A job and where it stands."""

    code: str
    name: str
    kind: str
    project: str
    study: str | None
    role: str
    state: str
    stage: str
    step: int
    total_steps: int
    progress: float
    eta_seconds: float | None
    elapsed_seconds: float | None
    usd: float | None
    spec: dict[str, Any]
    prediction: dict[str, Any]
    failure: dict[str, Any]
    result: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> Self:
        own = {name: getattr(job, name) for name in cls.model_fields if name not in ("project", "study")}
        return cls(project=job.project.code, study=job.study.code if job.study else None, **own)


class ResumeIn(Strict):
    """New limits for a job that ran over its own."""

    max_minutes: float | None = Field(None, gt=0, le=60 * 24 * 30)
    max_usd: float | None = Field(None, gt=0, le=1e9)


class EventsOut(Schema):
    """Events after the asked one, in order. `last_seq` is what to ask after next."""

    events: list[dict[str, Any]]
    last_seq: int


class ArtifactOut(Schema):
    """A file or folder that a job left."""

    name: str
    kind: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, artifact: Artifact) -> Self:
        return cls.model_validate(artifact)


class StudyIn(Strict):
    """An adaptation study to launch, on a dataset version named by its digest."""

    dataset_digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    plan: dict[str, Any]
    question: str = Field("", max_length=200)
    launch_key: str = Field("", max_length=40)


class StudyOut(Schema):
    """A study, its jobs, and its outcome once they have ended; `is_settled`: it is that of the jobs as they are."""

    code: str
    kind: str
    question: str
    plan: dict[str, Any]
    outcome: dict[str, Any]
    is_settled: bool
    jobs: list[JobOut]
    created_at: datetime

    @classmethod
    def of(cls, study: Study) -> Self:
        jobs = sorted(study.jobs.all(), key=lambda job: job.pk)
        own = {name: getattr(study, name) for name in cls.model_fields if name not in ("jobs", "is_settled")}
        return cls(jobs=[JobOut.of(job) for job in jobs], is_settled=study.is_settled(jobs), **own)


class MeasurementOut(Schema):
    """One immutable number with its 95% interval and what stands behind it: a job here, or the source named."""

    id: int
    job: str | None
    source: str
    metric: str
    label: str
    value: float
    low: float | None
    high: float | None
    n: int
    unit: str
    model: str
    model_digest: str
    data_digest: str
    created_at: datetime

    @classmethod
    def of(cls, measurement: Measurement) -> Self:
        own = {name: getattr(measurement, name) for name in cls.model_fields if name != "job"}
        return cls(job=measurement.job.code if measurement.job else None, **own)
