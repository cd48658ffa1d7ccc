"""Launching, cancelling and resuming jobs."""

import pytest
from django.utils import timezone

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Job, JobState, Worker
from webapp.jobs.queues import DEFAULT_QUEUE
from webapp.jobs.references import dataset_reference, resolved_spec, split_path
from webapp.jobs.services import LaunchRefused, cancel_job, job_ended, launch_job, resume_job, why_not_resumable
from webapp.projects.models import AuditEntry, Project


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return factories.dataset_version(project)


def sft(version: DatasetVersion, **fields: object) -> dict[str, object]:
    data = {"train": dataset_reference(version, "train"), "validation": dataset_reference(version, "validation")}
    return {"kind": "sft", "model": "smollm2-135m-instruct", "data": data, **fields}


def evaluate(version: DatasetVersion, **fields: object) -> dict[str, object]:
    data = {"test": dataset_reference(version, "test")}
    return {"kind": "evaluate", "model": "smollm2-135m-instruct", "data": data, **fields}


def test_a_job_keeps_its_whole_spec_and_the_projects_price(
    people: dict[str, User], project: Project, version: DatasetVersion
) -> None:
    job = launch_job(by=people["editor"], project=project, spec=sft(version))
    assert job.state == JobState.QUEUED
    assert job.spec["optim"]["batch_size"] == 8
    assert job.spec["budget"]["usd_per_device_hour"] == float(project.prices.get(device_class="cpu").usd_per_hour)
    assert {(used.field, used.split) for used in job.data.all()} == {
        ("data.train", "train"),
        ("data.validation", "validation"),
    }
    assert AuditEntry.objects.filter(verb="job.launched", subject=job.code).exists()


def test_a_resolved_spec_names_files(people: dict[str, User], project: Project, version: DatasetVersion) -> None:
    job = launch_job(by=people["editor"], project=project, spec=sft(version))
    spec = resolved_spec(job)
    assert spec["data"]["train"] == str(split_path(version, "train"))
    assert job.spec["data"]["train"].startswith("dataset:")


def test_the_same_launch_key_launches_once(people: dict[str, User], project: Project, version: DatasetVersion) -> None:
    first = launch_job(by=people["editor"], project=project, spec=sft(version), launch_key="k")
    second = launch_job(by=people["editor"], project=project, spec=sft(version), launch_key="k")
    assert first == second
    assert Job.objects.count() == 1


def test_all_faults_are_told_at_once(people: dict[str, User], project: Project) -> None:
    spec = {
        "kind": "sft",
        "model": "../../etc",
        "data": {"train": "/etc/passwd", "validation": "dataset:" + "0" * 64 + "/test"},
        "optim": {"learning_rate": 3, "batch_size": 0},
        "colour": "red",
    }
    with pytest.raises(LaunchRefused) as refused:
        launch_job(by=people["editor"], project=project, spec=spec)
    assert {fault.path for fault in refused.value.faults} == {
        "model",
        "data.train",
        "data.validation",
        "optim.learning_rate",
        "optim.batch_size",
        "colour",
    }
    assert not Job.objects.exists()


def test_another_projects_data_and_jobs_cannot_be_named(
    people: dict[str, User], project: Project, version: DatasetVersion
) -> None:
    job = launch_job(by=people["editor"], project=project, spec=sft(version))
    other = factories.project(owner=people["stranger"], name="Elsewhere")
    own = factories.dataset_version(other)
    with pytest.raises(LaunchRefused) as refused:
        launch_job(by=people["stranger"], project=other, spec=evaluate(version, adapter=f"job:{job.code}/adapter"))
    assert {fault.path for fault in refused.value.faults} == {"data.test", "adapter"}
    with pytest.raises(LaunchRefused):
        launch_job(by=people["stranger"], project=other, spec=evaluate(own, adapter="/tmp/adapter"))


def test_an_evaluation_waits_for_the_training_it_names(
    people: dict[str, User], project: Project, version: DatasetVersion
) -> None:
    training = launch_job(by=people["editor"], project=project, spec=sft(version))
    evaluation = launch_job(
        by=people["editor"], project=project, spec=evaluate(version, adapter=f"job:{training.code}/adapter")
    )
    assert evaluation.state == JobState.WAITING
    Job.objects.filter(pk=training.pk).update(state=JobState.DONE)
    training.refresh_from_db()
    job_ended(training)
    job_ended(training)
    evaluation.refresh_from_db()
    assert evaluation.state == JobState.QUEUED


def test_a_queued_job_is_cancelled_at_once_and_a_running_one_is_asked_to_stop(
    people: dict[str, User], project: Project, version: DatasetVersion
) -> None:
    queued = launch_job(by=people["editor"], project=project, spec=sft(version))
    running = launch_job(by=people["editor"], project=project, spec=sft(version))
    Job.objects.filter(pk=running.pk).update(state=JobState.RUNNING)
    for job in (queued, running):
        cancel_job(by=people["editor"], job=job)
        job.refresh_from_db()
    assert queued.state == JobState.CANCELLED
    assert queued.ended_at is not None
    assert running.state == JobState.RUNNING
    assert running.cancel_requested_at is not None


def test_resuming_raises_the_limit_and_says_why_it_cannot(
    people: dict[str, User], project: Project, version: DatasetVersion
) -> None:
    job = launch_job(by=people["editor"], project=project, spec=sft(version, budget={"max_minutes": 1}))
    assert why_not_resumable(job) == "The job has not ended."
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, failure={"exit_status": 6})
    resume_job(by=people["editor"], job=job, max_minutes=30)
    job.refresh_from_db()
    assert (job.state, job.spec["budget"]["max_minutes"], job.failure) == (JobState.QUEUED, 30, {})
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    with pytest.raises(LaunchRefused):
        resume_job(by=people["editor"], job=job)


def test_a_worker_for_light_work_is_no_device(
    people: dict[str, User], project: Project, version: DatasetVersion
) -> None:
    Worker.objects.create(name="light", queue=DEFAULT_QUEUE, seen_at=timezone.now())
    assert launch_job(by=people["editor"], project=project, spec=sft(version)).queue == "cpu"
    Worker.objects.create(name="gpu", queue="cuda", seen_at=timezone.now())
    assert launch_job(by=people["editor"], project=project, spec=sft(version)).queue == "cuda"
