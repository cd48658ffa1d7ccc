"""Evidence from elsewhere: kept with its source, shown beside what jobs measured, refused where it cannot be right."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.accounts.tokens import issue
from webapp.jobs.external import EvidenceRefused, ExternalFigure, record_external
from webapp.jobs.models import Measurement
from webapp.projects.models import AuditEntry, Project

GIVEN: dict[str, Any] = {"metric": "exact", "value": 0.89, "n": 300, "source": "Vendor test, June"}


def test_a_share_gets_wilsons_interval_and_is_marked_external(project: Project, people: dict[str, User]) -> None:
    made = record_external(by=people["editor"], project=project, figure=ExternalFigure(**GIVEN))
    assert (made.low, made.high) == (pytest.approx(0.8497, abs=1e-3), pytest.approx(0.9206, abs=1e-3))
    assert made.is_external
    assert made.recorded_by == people["editor"]
    assert AuditEntry.objects.filter(verb="measurement.recorded", project=project).exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"source": "  "}, "source"),
        ({"value": 1.2}, "value"),
        ({"value": float("nan")}, "value"),
        ({"value": 3.0, "unit": "usd", "low": float("-inf"), "high": 4.0}, "low"),
        ({"low": 0.5}, "high"),
        ({"low": 0.9, "high": 0.95}, "low"),
    ],
)
def test_what_cannot_be_right_is_refused(
    changed: dict[str, Any], field: str, project: Project, people: dict[str, User]
) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        record_external(by=people["editor"], project=project, figure=ExternalFigure(**GIVEN | changed))
    assert refused.value.field == field
    assert not Measurement.objects.exists()


def test_rows_of_another_project_are_refused(project: Project, people: dict[str, User]) -> None:
    theirs = factories.dataset_version(factories.project(owner=people["stranger"], name="Theirs"))
    with pytest.raises(EvidenceRefused):
        record_external(by=people["editor"], project=project, figure=ExternalFigure(**GIVEN, version=theirs))


def test_a_measurement_has_a_job_or_a_source(project: Project) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Measurement.objects.create(project=project, metric="exact", value=0.5)


def test_pages_and_the_api_show_it(project: Project, people: dict[str, User], client: Client) -> None:
    record_external(by=people["editor"], project=project, figure=ExternalFigure(**GIVEN, model="vendor-7b"))
    client.force_login(people["viewer"])
    page = client.get(reverse("projects:overview", args=[project.code])).content.decode()
    assert "vendor-7b, external" in page
    assert client.get(reverse("jobs:models", args=[project.code])).status_code == 200
    headers = {"authorization": f"Bearer {issue(people['viewer'], 'test')}"}
    [row] = client.get(f"/api/v1/projects/{project.code}/measurements", headers=headers).json()
    assert (row["job"], row["source"], row["value"]) == (None, "Vendor test, June", 0.89)
