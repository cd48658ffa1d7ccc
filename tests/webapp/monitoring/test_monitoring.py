"""Health and metrics, asked by a machine that is not signed in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from tests.webapp import factories
from webapp.jobs.models import JobState, Worker
from webapp.projects.models import Project


@pytest.fixture(autouse=True)
def _no_broker(settings: Settings) -> None:
    settings.REDIS_URL = f"unix://{settings.STATE}/nobody"


def metrics(client: Client) -> dict[tuple[str, str], float]:
    """Values by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.django_db
def test_health_names_each_part_that_does_not_answer(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    found = answer.json()
    assert {name: part["ok"] for name, part in found.items()} == {
        "web": True,
        "database": True,
        "broker": False,
        "workers": False,
    }
    assert found["broker"]["why"]
    assert found["workers"]["why"]


@pytest.mark.django_db
def test_workers_are_well_when_both_sorts_were_seen_lately(client: Client) -> None:
    Worker.objects.create(name="light", queue="default", seen_at=timezone.now())
    assert "training" in client.get("/healthz").json()["workers"]["why"]
    Worker.objects.create(name="train", queue="cuda", seen_at=timezone.now())
    assert client.get("/healthz").json()["workers"]["ok"]
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert not client.get("/healthz").json()["workers"]["ok"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/metrics"])
def test_they_are_only_read(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
    assert client.head(address).status_code in (200, 503)


def test_metrics_tell_of_jobs_queues_and_workers_and_of_no_person_or_project(client: Client, project: Project) -> None:
    factories.job(project, state=JobState.DONE, queue="cpu", elapsed_seconds=12.5)
    waiting = factories.job(project, state=JobState.QUEUED, queue="cpu")
    type(waiting).objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(seconds=90))
    Worker.objects.create(name="train", queue="cpu", slots=3, seen_at=timezone.now())
    found = metrics(client)
    assert found["uplift_jobs", "sft,cpu,done"] == 1
    assert found["uplift_jobs", "sft,cpu,queued"] == 1
    assert 85 < found["uplift_queue_age_seconds", "cpu"] < 120
    assert found["uplift_workers", "cpu"] == 1
    assert found["uplift_worker_slots", "cpu"] == 3
    assert found["uplift_job_seconds", "cpu"] == 12.5
    assert project.name not in client.get("/metrics").content.decode()
