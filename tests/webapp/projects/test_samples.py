"""The sample project: complete, and made once."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion, Upload, UploadState
from webapp.projects.access import role_in
from webapp.projects.models import Project, Role
from webapp.projects.prices import usd_per_hour
from webapp.projects.samples import sample_project

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def test_complete_made_once_and_completed_after_a_start_that_broke_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UPLIFT_HOME", str(tmp_path))
    out = StringIO()
    call_command("sample_project", stdout=out)
    assert "Medical coding, Word problems" in out.getvalue()
    project = Project.objects.get()
    assert role_in(User.objects.get(), project) == Role.OWNER
    assert usd_per_hour(project, "cpu") == 0.1
    coding = DatasetVersion.objects.get(dataset__code="medical-coding")
    assert coding.splits == {"train": 1600, "validation": 200, "test": 300}
    assert len(coding.manifest["statistics"]["labels"]) == 8
    assert coding.manifest["overlap"]["rows"] == 0
    assert "public domain" in coding.manifest["provenance"]["licence"]

    problems = DatasetVersion.objects.get(dataset__code="word-problems")
    assert set(problems.splits) == {"train", "validation", "test"}
    Upload.objects.filter(version=problems).delete()
    problems.dataset.delete()
    Upload.objects.create(project=project, code="x", dataset_name="Word problems", state=UploadState.CHECKING)
    assert sample_project() == project
    assert sorted(DatasetVersion.objects.values_list("dataset__code", "number")) == [
        ("medical-coding", 1),
        ("word-problems", 1),
    ]
    assert not Upload.objects.exclude(state=UploadState.STORED).exists()
