"""The HTTP API: who may call what, and that what it does is what the pages do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion, Upload
from webapp.jobs.adaptation import AdaptationPlan, launch_adaptation_study
from webapp.jobs.models import Job, JobEvent
from webapp.jobs.references import dataset_reference
from webapp.jobs.services import launch_job
from webapp.projects.models import Project

API = "/api/v1"
Caller = Callable[..., Client]


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return factories.dataset_version(project)


@pytest.fixture
def job(people: dict[str, User], project: Project, version: DatasetVersion) -> Job:
    return launch_job(by=people["owner"], project=project, spec=spec_for(version))


def spec_for(version: DatasetVersion) -> dict[str, object]:
    data = {"test": dataset_reference(version, "test")}
    return {"kind": "evaluate", "model": "smollm2-135m-instruct", "data": data, "metric": "contains"}


READ = ["", "/jobs", "/studies", "/datasets", "/measurements"]
ALLOWED = {"owner": 200, "editor": 200, "viewer": 200, "stranger": 404}


@pytest.mark.parametrize("role", ALLOWED)
def test_who_may_read(role: str, caller: Caller, project: Project, job: Job, version: DatasetVersion) -> None:
    client = caller(role)
    paths = [f"/projects/{project.code}{path}" for path in READ]
    paths += [f"/jobs/{job.code}{path}" for path in ("", "/spec", "/events", "/artifacts")]
    paths += [f"/projects/{project.code}/datasets/{version.dataset.code}/1{path}" for path in ("", "/rows/test")]
    assert {status_of(client, path) for path in paths} == {ALLOWED[role]}


def status_of(client: Client, path: str) -> int:
    answer = client.get(API + path)
    answer.close()  # a file being sent stays open until then
    return int(answer.status_code)


@pytest.mark.parametrize(("role", "status"), [("owner", 201), ("editor", 201), ("viewer", 403), ("stranger", 404)])
def test_who_may_launch(role: str, status: int, caller: Caller, project: Project, version: DatasetVersion) -> None:
    body = {"spec": spec_for(version)}
    answer = caller(role).post(f"{API}/projects/{project.code}/jobs", body, content_type="application/json")
    assert answer.status_code == status
    assert Job.objects.count() == (1 if status == 201 else 0)


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("editor", 200), ("viewer", 403), ("stranger", 404)])
def test_who_may_cancel(role: str, status: int, caller: Caller, job: Job) -> None:
    answer = caller(role).post(f"{API}/jobs/{job.code}/cancel")
    job.refresh_from_db()
    assert (answer.status_code, job.state) == (status, "cancelled" if status == 200 else "queued")


def test_nobody_is_told_to_sign_in(client: Client, project: Project) -> None:
    for headers in ({}, {"authorization": "Bearer uplift_wrong"}):
        answer = client.get(f"{API}/projects/{project.code}", headers=headers)
        assert answer.status_code == 401


def test_a_read_only_token_reads_only(caller: Caller, project: Project, version: DatasetVersion) -> None:
    client = caller("owner", read_only=True)
    assert client.get(f"{API}/projects/{project.code}").status_code == 200
    body = {"spec": spec_for(version)}
    answer = client.post(f"{API}/projects/{project.code}/jobs", body, content_type="application/json")
    assert answer.status_code == 403


def test_a_faulty_spec_is_answered_with_all_its_faults(caller: Caller, project: Project) -> None:
    body = {"spec": {"kind": "sft", "model": "m", "data": {"train": "x"}, "optim": {"learning_rate": 3}, "colour": 1}}
    answer = caller("editor").post(f"{API}/projects/{project.code}/jobs", body, content_type="application/json")
    assert answer.status_code == 422
    assert {fault["path"] for fault in answer.json()["faults"]} == {"data.train", "optim.learning_rate", "colour"}


def test_events_continue_after_a_number(caller: Caller, job: Job) -> None:
    JobEvent.objects.bulk_create(
        JobEvent(job=job, seq=seq, type="step", time=seq, payload={"step": seq, "loss_nats": 1.0}) for seq in (1, 2, 3)
    )
    told = caller("viewer").get(f"{API}/jobs/{job.code}/events?after=1").json()
    assert ([event["step"] for event in told["events"]], told["last_seq"]) == ([2, 3], 3)


def test_a_file_is_received_and_checked_by_a_worker(caller: Caller, project: Project) -> None:
    file = SimpleUploadedFile("letters.jsonl", b'{"prompt": "a", "completion": "b"}\n')
    answer = caller("editor").post(f"{API}/projects/{project.code}/datasets", {"files": file, "name": "Letters"})
    assert answer.status_code == 202, answer.content
    assert answer.json()["state"] == "checking"
    assert Upload.objects.get(code=answer.json()["code"]).dataset_name == "Letters"


def test_an_upload_that_is_not_checked_cannot_be_stored(caller: Caller, project: Project) -> None:
    client = caller("editor")
    file = SimpleUploadedFile("letters.jsonl", b'{"prompt": "a", "completion": "b"}\n')
    sent = client.post(f"{API}/projects/{project.code}/datasets", {"files": file, "name": "Letters"}).json()
    path = f"{API}/projects/{project.code}/uploads/{sent['code']}/store"
    for body in ({}, {"leave_out_faulty": True, "colour": 1}):
        answer = client.post(path, body, content_type="application/json")
        assert answer.status_code == 422
        assert answer.json()["faults"][0]["path"] == "data"


def test_a_study_is_launched_with_all_its_jobs(caller: Caller, project: Project, version: DatasetVersion) -> None:
    body = {"dataset_digest": version.digest, "plan": {"model": "smollm2-135m-instruct", "methods": ["lora", "full"]}}
    answer = caller("editor").post(f"{API}/projects/{project.code}/studies", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    states = {job["role"]: job["state"] for job in answer.json()["jobs"]}
    assert states == {
        "eval:base": "queued",
        "train:lora": "queued",
        "eval:lora": "waiting",
        "train:full": "queued",
        "eval:full": "waiting",
    }


def test_the_schema_names_every_call(caller: Caller) -> None:
    paths = caller("viewer").get(f"{API}/openapi.json").json()["paths"]
    assert f"{API}/projects/{{code}}/jobs" in paths
    assert f"{API}/studies/{{code}}" in paths


def test_listing_studies_takes_the_same_queries_for_any_number(
    caller: Caller,
    people: dict[str, User],
    project: Project,
    version: DatasetVersion,
    django_assert_max_num_queries: Any,
) -> None:
    client = caller("editor")
    for key in "abc":
        plan = AdaptationPlan(model="smollm2-135m-instruct")
        launch_adaptation_study(by=people["owner"], project=project, version=version, plan=plan, launch_key=key)
    with django_assert_max_num_queries(7):
        told = client.get(f"{API}/projects/{project.code}/studies").json()
    assert [len(study["jobs"]) for study in told] == [5, 5, 5]
