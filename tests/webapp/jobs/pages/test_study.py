"""A study's page while its jobs run, between the last of them and the comparison, and after it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.jobs import studies, sweep
from webapp.jobs.models import Job, JobState, Study
from webapp.jobs.pages.study import pipeline
from webapp.projects.models import Project

from . import rows

HTMX = {"HX-Request": "true"}


@pytest.fixture
def compared(project: Project, version: DatasetVersion, people: dict[str, User]) -> Study:
    """Two evaluations of one study that ended just now; nothing has compared them."""
    study = rows.study(project, version, by=people["editor"])
    for role, right in (("eval:base", 4), ("eval:lora", 7)):
        rows.evaluation(
            project, version, right=right, name=f"Evaluate {role}", study=study, role=role, ended_at=timezone.now()
        )
    return study


def test_the_page_asks_until_the_results_are_compared(editor: Client, compared: Study) -> None:
    address = f"/projects/{compared.project.code}/studies/{compared.code}/"
    page = editor.get(address).content.decode()
    assert "comparing the results" in page
    assert f'hx-get="?seen={pipeline(compared).version}"' in page
    assert editor.get(f"{address}?seen={pipeline(compared).version}", headers=HTMX).status_code == 204
    seen = pipeline(compared).version
    studies.settle(compared.pk)
    assert editor.get(f"{address}?seen={seen}", headers=HTMX)["HX-Refresh"] == "true"
    page = editor.get(address).content.decode()
    assert "What can be said" in page
    assert 'hx-get="?seen=' not in page


def test_a_job_whose_turn_is_to_come_keeps_the_page_asking(compared: Study, editor: Client) -> None:
    """The moment between the end of one job and the start of the next."""
    last = compared.jobs.order_by("pk").last()
    assert last is not None
    Job.objects.filter(pk=last.pk).update(state=JobState.WAITING, ended_at=None)
    assert pipeline(compared).is_live


def test_after_a_retry_the_old_outcome_does_not_end_the_asking(compared: Study) -> None:
    version = compared.dataset_version
    failed = rows.training(
        compared.project, version, name="Train IA3", study=compared, role="train:ia3", state=JobState.FAILED
    )
    studies.settle(compared.pk)
    compared.refresh_from_db()
    assert compared.outcome["missing"] == ["Train IA3"]
    assert not pipeline(compared).is_comparing
    Job.objects.filter(pk=failed.pk).update(state=JobState.DONE, ended_at=timezone.now())
    assert pipeline(compared).is_comparing


def test_what_a_dead_worker_left_uncompared_is_swept_and_later_told(editor: Client, compared: Study) -> None:
    last = compared.jobs.order_by("pk").last()
    assert last is not None
    assert sweep.untold() == [], "its worker has its time"
    compared.jobs.update(ended_at=timezone.now() - 2 * sweep.UNTOLD_FROM)
    assert len(sweep.untold()) == 1
    seen = pipeline(compared).version
    compared.jobs.update(ended_at=timezone.now() - sweep.UNTOLD_UNTIL - timedelta(seconds=1))
    assert sweep.untold() == []
    address = f"/projects/{compared.project.code}/studies/{compared.code}/"
    assert editor.get(f"{address}?seen={seen}", headers=HTMX)["HX-Refresh"] == "true"
    assert "Compare them now" in editor.get(address).content.decode()
    editor.post(f"{address}retry/")
    compared.refresh_from_db()
    assert compared.is_settled(list(compared.jobs.all()))
    assert "What can be said" in editor.get(address).content.decode()
