"""The sample project: complete, and made once."""

from io import StringIO

import pytest
from django.core.management import call_command

from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion, Upload, UploadState
from webapp.projects.access import role_in
from webapp.projects.models import Project, Role
from webapp.projects.prices import usd_per_hour
from webapp.projects.samples import sample_project

pytestmark = pytest.mark.django_db


def test_complete_and_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("UPLIFT_HOME", str(tmp_path))
    for _ in range(2):
        out = StringIO()
        call_command("sample_project", stdout=out)
        assert "Medical coding, Word problems" in out.getvalue()
    project = Project.objects.get()
    owner = User.objects.get()
    assert role_in(owner, project) == Role.OWNER
    assert usd_per_hour(project, "cpu") == 0.1
    versions = {version.dataset.code: version for version in DatasetVersion.objects.select_related("dataset")}
    coding = versions["medical-coding"]
    assert coding.splits == {"train": 1600, "validation": 200, "test": 300}
    assert len(coding.manifest["statistics"]["labels"]) == 8
    assert coding.manifest["overlap"]["rows"] == 0
    assert "public domain" in coding.manifest["provenance"]["licence"]
    assert set(versions["word-problems"].splits) == {"train", "validation", "test"}
    assert not Upload.objects.exclude(state=UploadState.STORED).exists()


def test_it_goes_on_after_a_start_that_broke_off(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("UPLIFT_HOME", str(tmp_path))
    project = sample_project()
    version = DatasetVersion.objects.get(dataset__code="word-problems")
    Upload.objects.filter(version=version).delete()
    version.dataset.delete()
    Upload.objects.create(project=project, code="x", dataset_name="Word problems", state=UploadState.CHECKING)
    sample_project()
    assert DatasetVersion.objects.filter(dataset__code="word-problems").count() == 1
    assert not Upload.objects.filter(code="x").exists()
