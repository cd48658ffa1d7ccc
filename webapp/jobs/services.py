"""What can be done with jobs: launch, cancel, resume, and go on when one ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from training.spec import SpecFault, SpecFaults, parse_spec
from webapp.accounts.models import User
from webapp.projects.audit import record
from webapp.projects.models import Project
from webapp.projects.prices import usd_per_hour

from . import references
from .forecast import foretell
from .lookups import Lookups
from .models import ENDED, Job, JobData, JobState, Study, Worker, new_code
from .queues import DEFAULT_QUEUE
from .tasks import dispatch


class LaunchRefused(ValueError):
    """A launch that cannot be, with every fault of its spec."""

    def __init__(self, faults: Iterable[SpecFault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class CheckedSpec:
    """A spec that may be launched in a project: whole, with its price, and the data it reads."""

    spec: dict[str, Any]
    queue: str
    data: Sequence[references.DataReference]


def check_spec(project: Project, raw: dict[str, Any], lookups: Lookups | None = None) -> CheckedSpec:
    """The whole spec as it would be launched; raises `LaunchRefused` with all faults at once.

    `lookups` are shared by specs that are checked together.
    """
    lookups = lookups or Lookups()
    data, faults = references.data_references(project, raw, lookups)
    faults += references.model_faults(project, raw, lookups)
    try:
        parsed = parse_spec(raw)
    except SpecFaults as error:
        told = {fault.path for fault in faults}
        raise LaunchRefused([*faults, *(fault for fault in error.faults if fault.path not in told)]) from error
    if faults:
        raise LaunchRefused(faults)
    spec = parsed.model_dump(mode="json")
    queue = lookups.once(("queue", spec["device"]), lambda: device_class(spec))
    if spec["budget"]["usd_per_device_hour"] is None:
        price = lookups.once(("price", project.pk, queue), lambda: usd_per_hour(project, queue))
        spec["budget"]["usd_per_device_hour"] = price
    return CheckedSpec(spec, queue, data)


def device_class(spec: dict[str, Any]) -> str:
    """The queue that a spec belongs in: the device it asks for, else the best that a worker offers now."""
    if spec["device"] != "auto":
        return str(spec["device"])
    trains = Worker.objects.alive().exclude(queue=DEFAULT_QUEUE)
    offered = set(trains.values_list("queue", flat=True))
    if not offered or settings.DEVICE_CLASS in offered:
        return str(settings.DEVICE_CLASS)
    return "cuda" if "cuda" in offered else sorted(offered)[0]


@transaction.atomic
def launch_job(
    *,
    by: User,
    project: Project,
    spec: dict[str, Any],
    name: str = "",
    launch_key: str = "",
    study: Study | None = None,
    role: str = "",
    after: Sequence[Job] = (),
    lookups: Lookups | None = None,
) -> Job:
    """Queue one job. The same `launch_key` again returns the job it made before. Raises `LaunchRefused`."""
    if launch_key:
        made = Job.objects.select_for_update().filter(project=project, launch_key=launch_key).first()
        if made is not None:
            return made
    lookups = lookups or Lookups()
    checked = check_spec(project, spec, lookups)
    first = {job.pk: job for job in [*after, *references.jobs_named(project, checked.spec)]}
    is_ready = all(job.state == JobState.DONE for job in first.values())
    job = Job.objects.create(
        project=project,
        study=study,
        role=role,
        name=name or default_name(checked),
        kind=checked.spec["kind"],
        spec=checked.spec,
        queue=checked.queue,
        prediction=foretell(checked.spec, checked.data, checked.queue, lookups),
        launch_key=launch_key or new_code(),
        launched_by=by,
        state=JobState.QUEUED if is_ready else JobState.WAITING,
    )
    job.after.set(first.values())
    JobData.objects.bulk_create(
        JobData(job=job, version=used.version, field=used.field, split=used.split) for used in checked.data
    )
    record(by, "job.launched", job, kind=job.kind)
    if is_ready:
        dispatch(job)
    return job


def default_name(checked: CheckedSpec) -> str:
    """A name that says what the job does, such as `Fine-tune smollm2 with lora on ICD v1`."""
    spec = checked.spec
    data = str(checked.data[0].version) if checked.data else ""
    if spec["kind"] == "sft":
        return f"{spec['adaptation']['method']} on {data}"[:160]
    what = "adapted model" if spec.get("adapter") or str(spec["model"]).startswith("job:") else spec["model"]
    return f"{spec['kind']} {what} on {data}"[:160]


def cancel_job(*, by: User, job: Job) -> None:
    """Cancel at once what has not begun; ask the worker of a running job to stop it. Does nothing to an ended one."""
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state__in=[JobState.WAITING, JobState.QUEUED])
        now = timezone.now()
        stopped = waiting.update(state=JobState.CANCELLED, ended_at=now, fence=F("fence") + 1, lease_until=None)
        if not stopped:
            stopped = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, cancel_requested_at=None).update(
                cancel_requested_at=now
            )
        if stopped:
            record(by, "job.cancelled", job)
    job.refresh_from_db()
    if job.has_ended:
        job_ended(job)


def why_not_resumable(job: Job) -> str:
    """Why this job cannot be resumed, in a sentence; empty if it can."""
    if job.state == JobState.DONE:
        return "The job is done; launch a new one from it instead."
    if job.state not in ENDED:
        return "The job has not ended."
    if job.failure.get("exit_status") == 2:
        return "The spec itself has faults: launch a corrected one with “New from this one”."
    return ""


def resume_job(*, by: User, job: Job, max_minutes: float | None = None, max_usd: float | None = None) -> None:
    """Queue a cancelled or failed job again; it goes on from its newest checkpoint. Raises `LaunchRefused`.

    `max_minutes` and `max_usd` raise the limits of a job that ran over them.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        reason = why_not_resumable(job)
        if reason:
            raise LaunchRefused([SpecFault("job", reason)])
        raised = {"max_minutes": max_minutes, "max_usd": max_usd}
        job.spec["budget"].update({name: value for name, value in raised.items() if value is not None})
        try:
            parse_spec(job.spec)
        except SpecFaults as error:
            raise LaunchRefused(error.faults) from error
        is_ready = not job.after.exclude(state=JobState.DONE).exists()
        job.state = JobState.QUEUED if is_ready else JobState.WAITING
        job.failure, job.cancel_requested_at, job.ended_at, job.attempts = {}, None, None, 0
        job.fence += 1
        job.save(update_fields=["spec", "state", "failure", "cancel_requested_at", "ended_at", "attempts", "fence"])
        record(by, "job.resumed", job)
        if is_ready:
            dispatch(job)


def job_ended(job: Job) -> None:
    """Queue what waited for this job, and settle its study when it was the last. Safe to call twice."""
    from .studies import settle

    with transaction.atomic():
        if job.state == JobState.DONE:
            for waiting in job.before.filter(state=JobState.WAITING):
                blocked = waiting.after.exclude(state=JobState.DONE).exists()
                if not blocked and Job.objects.filter(pk=waiting.pk, state=JobState.WAITING).update(
                    state=JobState.QUEUED
                ):
                    dispatch(waiting)
    if job.study_id is not None:
        settle(job.study_id)
