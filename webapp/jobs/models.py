"""Jobs, the studies they belong to, what they reported, measured and left, and the workers that run them."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.projects.models import Project

CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_code() -> str:
    """A short name for addresses that nobody mistypes: 10 of 31 characters, 49 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(10))


class JobState(models.TextChoices):
    """WAITING needs other jobs first; QUEUED needs a worker."""

    WAITING = "waiting", "Waiting"
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
OPEN = (JobState.WAITING, JobState.QUEUED, JobState.RUNNING)


class Study(models.Model):
    """A planned set of jobs that answers one question on one held-out set."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="studies")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    kind = models.CharField(max_length=30, default="adaptation")
    question = models.CharField(max_length=200)
    plan = models.JSONField(default=dict, help_text="What was chosen in the form.")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="studies")
    outcome = models.JSONField(default=dict, help_text="The comparison, computed when the last job ends.")
    launch_key = models.CharField(max_length=40)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "launch_key"], name="one_study_a_launch"),)
        ordering = ("-created_at",)
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.question

    def is_settled(self, jobs: "list[Job]") -> bool:
        """Whether the outcome is that of `jobs`, all of the study's, as they are; nothing measured needs none.

        A moment passes between the end of the last job and its comparison with the others, a long one where the worker
        died in between.
        """
        measured = any(job.role.startswith("eval:") and job.state == JobState.DONE for job in jobs)
        return not measured or self.outcome.get("missing") == unmeasured(jobs)


def unmeasured(jobs: "list[Job]") -> list[str]:
    """Names of the jobs that have no result, in the order in which they were planned."""
    return [job.name for job in sorted(jobs, key=lambda job: job.pk) if job.state != JobState.DONE]


class JobQuerySet(models.QuerySet["Job"]):
    """Selections of jobs."""

    def visible_to(self, user: User) -> Self:
        """Jobs in the user's projects."""
        return self.filter(project__members__user=user)


class Job(models.Model):
    """One unit of compute. The row is the truth about what is to be done; a broker message is only a hint."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, null=True, blank=True, related_name="jobs")
    role = models.CharField(max_length=40, blank=True, help_text="The job's part in its study, such as train:lora.")
    after = models.ManyToManyField("self", symmetrical=False, related_name="before", blank=True)
    code = models.CharField(max_length=20, unique=True, default=new_code)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=30)
    spec = models.JSONField(help_text="As launched: data and adapters are named by dataset digest and job code.")
    prediction = models.JSONField(default=dict, help_text="Seconds, memory and cost foretold, with ranges.")
    launch_key = models.CharField(max_length=60, default=new_code)
    launched_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    queue = models.CharField(max_length=40, default="cpu", help_text="The device class it runs on.")
    owner = models.CharField(max_length=200, blank=True)
    fence = models.PositiveBigIntegerField(
        default=0, help_text="Grows with each claim; a write with an older one is lost."
    )
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_seq = models.PositiveBigIntegerField(default=0, help_text="The newest event in the database.")
    stage = models.CharField(max_length=60, blank=True, help_text="What it does now, in words.")
    step = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(default=0)
    eta_seconds = models.FloatField(null=True, blank=True)
    elapsed_seconds = models.FloatField(null=True, blank=True)
    usd = models.FloatField(null=True, blank=True)
    failure = models.JSONField(default=dict, blank=True, help_text="what, why, remedy, exit_status")
    result = models.JSONField(default=dict, blank=True, help_text="The content of result.json.")
    published = models.JSONField(
        default=dict, blank=True, help_text="With a bucket: the newest tree of its files, and the copy that is ahead."
    )

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "launch_key"], name="one_job_a_launch"),)
        indexes = (
            models.Index(fields=["project", "-created_at"]),
            models.Index(
                fields=["state", "lease_until"], condition=Q(state__in=["queued", "running"]), name="open_jobs"
            ),
        )
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.name

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in ENDED

    @property
    def progress(self) -> float:
        """Share of the steps done, 0 to 1."""
        if self.state == JobState.DONE:
            return 1.0
        return min(self.step / self.total_steps, 1.0) if self.total_steps else 0.0


class JobData(models.Model):
    """Which split of which dataset version a job reads; keeps the version from being deleted."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="data")
    version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="used_by")
    field = models.CharField(max_length=40, help_text="The spec's field, such as data.train.")
    split = models.CharField(max_length=40)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["job", "field"], name="one_split_a_field"),)

    def __str__(self) -> str:
        return f"{self.version} {self.split}"


class JobEvent(models.Model):
    """One line of a job's `events.jsonl`."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    type = models.CharField(max_length=12)
    time = models.FloatField(help_text="Seconds since the epoch.")
    payload = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["job", "seq"], name="one_event_a_seq"),)
        indexes = (models.Index(fields=["job", "type", "seq"]),)
        ordering = ("job", "seq")

    def __str__(self) -> str:
        return f"{self.job_id} #{self.seq} {self.type}"


class Measurement(models.Model):
    """One immutable number with the job, model and data behind it.

    An external one was brought by a person instead of measured by a job here: it has no job, and says where it is from.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="measurements")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="measurements")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, blank=True, related_name="measurements")
    metric = models.CharField(max_length=60)
    label = models.CharField(max_length=200, blank=True)
    value = models.FloatField()
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    n = models.PositiveIntegerField(default=0)
    unit = models.CharField(max_length=30, default="fraction")
    model = models.CharField(max_length=300)
    model_digest = models.CharField(max_length=80, blank=True)
    data_digest = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=500, blank=True, help_text="Where an external measurement is from.")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["job", "metric", "label"], name="one_value_a_metric"),
            models.CheckConstraint(condition=Q(job__isnull=False) | ~Q(source=""), name="measured_here_or_sourced"),
        )
        indexes = (models.Index(fields=["project", "metric", "-created_at"]),)
        ordering = ("-created_at", "metric")

    def __str__(self) -> str:
        return f"{self.metric} = {self.value:g}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A measurement never changes")
        super().save(*args, **kwargs)

    @property
    def is_external(self) -> bool:
        """Whether a person brought it, instead of a job here."""
        return self.job_id is None


class Artifact(models.Model):
    """A file or folder that a job left. `path` is relative to the job's folder."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    path = models.CharField(max_length=300)
    bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["job", "name"], name="one_artifact_a_name"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


HEARTBEAT_SECONDS = 10.0
"""How often a worker tells of itself."""

ALIVE_SECONDS = 3.5 * HEARTBEAT_SECONDS
"""A worker counts as alive until it has missed three heartbeats."""


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Sets of workers."""

    def alive(self) -> Self:
        """Those that told of themselves lately."""
        return self.filter(seen_at__gt=timezone.now() - timedelta(seconds=ALIVE_SECONDS))


class Worker(models.Model):
    """A worker that told of itself."""

    name = models.CharField(max_length=200, unique=True)
    queue = models.CharField(max_length=40)
    devices = models.CharField(max_length=200, blank=True, help_text="Device numbers it pins; empty on a CPU.")
    slots = models.PositiveIntegerField(default=1)
    memory_bytes = models.PositiveBigIntegerField(default=0)
    cores = models.PositiveIntegerField(default=1)
    speed = models.JSONField(default=dict, blank=True, help_text="How fast its device was measured to be.")
    seen_at = models.DateTimeField()

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def is_alive(self, now: datetime) -> bool:
        """Whether it told of itself lately: `WorkerQuerySet.alive` for one that is already read."""
        return self.seen_at > now - timedelta(seconds=ALIVE_SECONDS)
