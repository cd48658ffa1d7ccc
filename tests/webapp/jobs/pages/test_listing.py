"""The lists: studies and jobs, queue, models, comparison."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Job, JobState, Worker
from webapp.jobs.pages.listing import study_state
from webapp.jobs.pages.queue import queue
from webapp.projects.models import Project

from . import rows


def get(client: Client, project: Project, address: str) -> str:
    answer = client.get(f"/projects/{project.code}/{address}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_empty_project_says_what_the_page_is_for(project: Project, editor: Client) -> None:
    page = get(editor, project, "jobs/")
    assert "Nothing has been measured yet" in page
    assert "Plan the first study" in page
    assert "<table" not in page


def test_studies_stand_first_with_state_and_finding(project: Project, version: DatasetVersion, editor: Client) -> None:
    study = rows.study(project, version, outcome={"headline": "LoRA gains 40 points"})
    rows.evaluation(project, version, study=study)
    page = get(editor, project, "jobs/")
    assert page.index("LoRA gains 40 points") < page.index('id="jobs"')
    assert "1 of 1 job done" in page


@pytest.mark.parametrize(
    ("numbers", "state"),
    [
        ({"running": 1, "done": 3}, "running"),
        ({"queued": 1, "failed": 1}, "queued"),
        ({"failed": 1, "waiting": 1, "done": 1}, "failed"),
        ({"cancelled": 1, "done": 1}, "cancelled"),
        ({"done": 5}, "done"),
        ({}, "waiting"),
    ],
)
def test_a_study_is_as_its_jobs_are(numbers: dict[str, int], state: str) -> None:
    """A failure that leaves a job waiting for ever is a failed study, not a waiting one."""
    assert study_state({**dict.fromkeys(JobState.values, 0), **numbers}) == state


@pytest.mark.parametrize("address", ["jobs/", "jobs/queue/", "models/", "jobs/compare/"])
def test_no_job_adds_a_query(address: str, project: Project, version: DatasetVersion, editor: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            get(editor, project, address)
        return len(captured)

    def fill(prefix: str) -> None:
        for number in range(4):
            study = rows.study(project, version, launch_key=f"{prefix}{number}")
            job = rows.training(project, version, study=study, state=JobState.DONE)
            rows.left(job, "adapter", "x", name="adapter")
            rows.evaluation(project, version, study=study)
            waiting = rows.training(project, version, study=study, state=JobState.WAITING)
            waiting.after.add(rows.training(project, version, study=study, state=JobState.QUEUED))

    fill("a")
    before = queries()
    fill("b")
    assert queries() == before


def test_filters_and_pages(project: Project, version: DatasetVersion, editor: Client) -> None:
    for number in range(30):
        rows.training(project, version, state=JobState.DONE, name=f"Run {number}")
    rows.training(project, version, state=JobState.FAILED, name="The broken one")
    assert "The broken one" not in get(editor, project, "jobs/?page=2")
    assert "The broken one" in get(editor, project, "jobs/?page=999&state=failed")
    page = get(editor, project, "jobs/?q=Run+17&kind=sft")
    assert "Run 17" in page
    assert "Run 18" not in page
    assert "No job passes this filter" in get(editor, project, "jobs/?q=nothing+like+it")
    assert "Run 29" in get(editor, project, "jobs/?state=made-up&kind=made-up&page=x")


def test_a_name_is_text_not_markup(project: Project, version: DatasetVersion, editor: Client) -> None:
    rows.training(project, version, name="<script>alert(1)</script>")
    assert "<script>alert" not in get(editor, project, "jobs/")


def test_the_queue_says_what_each_job_waits_for(
    project: Project, version: DatasetVersion, people: dict[str, User], editor: Client
) -> None:
    from tests.webapp import factories

    now = timezone.now()
    elsewhere = factories.project(owner=people["stranger"], name="Elsewhere")
    version_there = factories.dataset_version(elsewhere, name="Secrets")
    Worker.objects.create(name="w1", queue="cpu", seen_at=now)
    Worker.objects.create(name="old", queue="cuda", seen_at=now - timedelta(minutes=5))
    running = rows.training(elsewhere, version_there, eta_seconds=90.0, owner="w1|here|7|x", name="Their secret")
    first = rows.training(elsewhere, version_there, state=JobState.QUEUED, prediction={"seconds": {"value": 30}})
    own = rows.training(project, version, state=JobState.QUEUED, name="Ours")
    gpu = rows.training(project, version, state=JobState.QUEUED, queue="cuda")
    after = rows.training(project, version, state=JobState.WAITING)
    after.after.add(own)

    found = {waiting.job: waiting for waiting in queue(project).waiting}
    assert set(found) == {own, gpu, after}
    assert (found[own].place, found[own].seconds) == (2, 120.0)
    assert found[gpu].reason == "no cuda worker has been heard from"
    assert found[after].needs == [own]
    assert queue(project).workers[1].elsewhere == 1
    page = get(editor, project, "jobs/queue/")
    assert "1 job of other projects" in page
    assert running.name not in page
    assert first.code not in page


def test_models_made_here_carry_their_newest_measurement(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    job = rows.training(project, version, state=JobState.DONE)
    rows.left(job, "adapter", "x", name="adapter")
    measured = rows.evaluation(project, version, right=6)
    measured.spec["adapter"] = f"job:{job.code}/adapter"
    measured.save()
    page = get(editor, project, "models/")
    assert "75.0%" in page
    assert f"/jobs/{measured.code}/" in page


def test_comparing_evaluations(project: Project, version: DatasetVersion, editor: Client) -> None:
    first = rows.evaluation(project, version, right=4, name="Base")
    second = rows.evaluation(project, version, right=7, name="LoRA")
    second.spec["max_new_tokens"] = 7
    second.save()
    page = get(editor, project, f"jobs/compare/?jobs={first.code},{second.code},nothing")
    assert "50.0%" in page
    assert "87.5%" in page
    assert "max_new_tokens" in page


def test_comparing_trainings(project: Project, version: DatasetVersion, editor: Client) -> None:
    jobs = [rows.training(project, version, name=name, state=JobState.DONE) for name in ("a", "b")]
    for place, job in enumerate(jobs):
        rows.happened(job, ("eval", {"step": 1, "validation_loss_nats": 2.0 - place}))
    page = get(editor, project, f"jobs/compare/?job={jobs[0].code}&job={jobs[1].code}")
    assert "b has the lowest validation loss: 1.00 nats at step 1" in page
    assert "They have the same settings." in page


def test_another_projects_jobs_cannot_be_compared(
    project: Project, version: DatasetVersion, people: dict[str, User], editor: Client
) -> None:
    from tests.webapp import factories

    elsewhere = factories.project(owner=people["stranger"], name="Elsewhere")
    there = rows.training(elsewhere, factories.dataset_version(elsewhere, name="Secrets"), name="Their secret")
    assert "Their secret" not in get(editor, project, f"jobs/compare/?jobs={there.code}")
    assert Job.objects.filter(project=elsewhere).exists()
