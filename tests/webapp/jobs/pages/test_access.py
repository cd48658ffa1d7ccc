"""Every jobs page and act as owner, editor, viewer, stranger and nobody."""

from collections.abc import Callable

import pytest
from django.test import Client

from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Job, JobState, Study
from webapp.projects.models import Project

from . import rows

Made = tuple[Project, Job, Study]
READ = {"owner": 200, "editor": 200, "viewer": 200, "stranger": 404, "nobody": 302}
WRITE = {"owner": 200, "editor": 200, "viewer": 403, "stranger": 404, "nobody": 302}
ACT = {"owner": 302, "editor": 302, "viewer": 403, "stranger": 404, "nobody": 302}

PAGES: dict[str, tuple[Callable[[Job, Study], str], dict[str, int]]] = {
    "list": (lambda job, study: "jobs/", READ),
    "queue": (lambda job, study: "jobs/queue/", READ),
    "compare": (lambda job, study: f"jobs/compare/?jobs={job.code}", READ),
    "models": (lambda job, study: "models/", READ),
    "job": (lambda job, study: f"jobs/{job.code}/", READ),
    "poll": (lambda job, study: f"jobs/{job.code}/?seen=0", READ),
    "spec": (lambda job, study: f"jobs/{job.code}/spec.json", READ),
    "artifact": (lambda job, study: f"jobs/{job.code}/artifacts/notes/", READ),
    "study": (lambda job, study: f"studies/{study.code}/", READ),
    "choose": (lambda job, study: "jobs/launch/", WRITE),
    "launch study": (lambda job, study: "jobs/launch/study/", WRITE),
    "launch sft": (lambda job, study: "jobs/launch/sft/", WRITE),
    "launch evaluate": (lambda job, study: "jobs/launch/evaluate/", WRITE),
    "new from": (lambda job, study: f"jobs/launch/sft/?from={job.code}", WRITE),
}
ACTS: dict[str, Callable[[Job, Study], str]] = {
    "cancel": lambda job, study: f"jobs/{job.code}/cancel/",
    "resume": lambda job, study: f"jobs/{job.code}/resume/",
    "retry": lambda job, study: f"studies/{study.code}/retry/",
    "cancel study": lambda job, study: f"studies/{study.code}/cancel/",
}


@pytest.fixture
def made(project: Project, version: DatasetVersion) -> Made:
    study = rows.study(project, version)
    job = rows.training(project, version, study=study, role="train:lora")
    rows.left(job, "notes.txt", "what was seen", name="notes")
    return project, job, study


def signed_in(client: Client, people: dict[str, User], who: str) -> Client:
    if who in people:
        client.force_login(people[who])
    return client


@pytest.mark.parametrize("who", READ)
@pytest.mark.parametrize("page", PAGES)
def test_who_may_read(page: str, who: str, made: Made, people: dict[str, User], client: Client) -> None:
    project, job, study = made
    address, allowed = PAGES[page]
    answer = signed_in(client, people, who).get(f"/projects/{project.code}/{address(job, study)}")
    assert answer.status_code == allowed[who]
    answer.close()


@pytest.mark.parametrize("who", ACT)
@pytest.mark.parametrize("act", ACTS)
def test_who_may_act(act: str, who: str, made: Made, people: dict[str, User], client: Client) -> None:
    project, job, study = made
    answer = signed_in(client, people, who).post(f"/projects/{project.code}/{ACTS[act](job, study)}")
    assert answer.status_code == ACT[who]
    if who in ("viewer", "stranger", "nobody"):
        job.refresh_from_db()
        assert job.state == JobState.RUNNING
        assert job.cancel_requested_at is None


@pytest.mark.parametrize("act", ACTS)
def test_acts_are_posted(act: str, made: Made, editor: Client) -> None:
    project, job, study = made
    assert editor.get(f"/projects/{project.code}/{ACTS[act](job, study)}").status_code == 405


def test_a_job_is_not_found_under_another_project(made: Made, people: dict[str, User], client: Client) -> None:
    from tests.webapp import factories

    _, job, study = made
    other = factories.project(owner=people["owner"], name="Other")
    client.force_login(people["owner"])
    assert client.get(f"/projects/{other.code}/jobs/{job.code}/").status_code == 404
    assert client.get(f"/projects/{other.code}/studies/{study.code}/").status_code == 404


def test_a_viewer_sees_no_button_that_would_be_refused(made: Made, people: dict[str, User], client: Client) -> None:
    project, job, study = made
    client.force_login(people["viewer"])
    for address in (f"jobs/{job.code}/", "jobs/", f"studies/{study.code}/", "models/"):
        page = client.get(f"/projects/{project.code}/{address}").content.decode()
        assert "/cancel/" not in page
        assert "jobs/launch" not in page


@pytest.mark.parametrize(
    "address",
    [
        "jobs/?q=%00&state=%00&kind=%00&page=%00",
        "jobs/compare/?jobs=%00,a&job=%00",
        "jobs/launch/sft/?from=%00&model=%00",
        "jobs/launch/study/?data=%00&model=%00",
        "jobs/{job}/?tab=%00",
        "jobs/{job}/?tab=config&against=%00",
        "jobs/{job}/?tab=log&q=%00",
        "jobs/{job}/?tab=items&beside=%00&show=%00&q=%00&page=99999999999999999999",
        "jobs/{job}/?seen=%00&shown=%00",
        "studies/{study}/?seen=%00",
    ],
)
def test_odd_addresses_are_answered(address: str, made: Made, editor: Client) -> None:
    project, job, study = made
    filled = address.format(job=job.code, study=study.code)
    assert editor.get(f"/projects/{project.code}/{filled}").status_code == 200


def test_an_artifact_of_an_odd_name_is_not_found(made: Made, editor: Client) -> None:
    project, job, _ = made
    assert editor.get(f"/projects/{project.code}/jobs/{job.code}/artifacts/%00..%2f/").status_code == 404
