"""Two machines, each with its own state folder, that share one path for files."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.datasets.folders import split_file
from webapp.files.address import artifacts_url
from webapp.jobs.downloads import artifact_response
from webapp.jobs.folders import job_folder
from webapp.jobs.models import Artifact, JobData
from webapp.jobs.predictions import read_predictions
from webapp.jobs.references import artifact_reference, dataset_reference, resolved_spec
from webapp.projects.models import Project


def on_machine(settings: Settings, shared: Path, name: str) -> None:
    settings.STATE = shared.parent / name
    settings.STATE.mkdir(exist_ok=True)
    settings.ARTIFACTS_URL = str(shared)
    settings.UPLOAD_FOLDER = shared / "uploads"


def test_a_job_finds_data_stored_and_adapters_made_on_other_machines(
    settings: Settings, tmp_path: Path, project: Project, people: dict[str, User]
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    on_machine(settings, shared, "web")
    version = factories.stored_version(project, people["editor"])
    on_machine(settings, shared, "trainer")
    training = factories.job(project)
    (job_folder(training) / "artifacts" / "adapter").mkdir(parents=True)
    on_machine(settings, shared, "evaluator")
    data = {"test": dataset_reference(version, "test")}
    spec = {"kind": "evaluate", "model": "m", "adapter": artifact_reference(training, "adapter"), "data": data}
    job = factories.job(project, spec=spec)
    JobData.objects.create(job=job, version=version, field="data.test", split="test")
    resolved = resolved_spec(job)
    assert len(Path(resolved["data"]["test"]).read_text().splitlines()) == version.splits["test"]
    assert Path(resolved["adapter"]).is_dir()


def test_the_web_machine_shows_and_hands_out_what_a_worker_left(
    settings: Settings, tmp_path: Path, project: Project
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    on_machine(settings, shared, "trainer")
    job = factories.job(project)
    path = job_folder(job) / "artifacts" / "predictions.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"index": 0}) + "\n")
    Artifact.objects.create(job=job, name="predictions", kind="predictions", path="artifacts/predictions.jsonl")
    on_machine(settings, shared, "web")
    assert list(read_predictions(job)) == [{"index": 0}]
    response = artifact_response(job, "predictions")
    assert b"".join(response) == path.read_bytes()  # type: ignore[arg-type]  # a sync response
    response.close()


def test_without_the_setting_files_lie_in_the_state_folder(settings: Settings, project: Project) -> None:
    version = factories.dataset_version(project)
    assert job_folder(factories.job(project)).parent == settings.STATE / "jobs"
    assert split_file(version, "train").is_relative_to(settings.STATE / "datasets")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("relative/folder", "absolute path"),
        ("/nowhere/to/be/found", "no such folder"),
        ("ftp://host/files", "must be a path or s3://bucket/prefix"),
        ("s3:///prefix", "must be a path or s3://bucket/prefix"),
        ("s3://key@bucket/prefix", "must be a path or s3://bucket/prefix"),
    ],
)
def test_an_address_that_cannot_be_used_stops_the_start(given: str, told: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=told):
        artifacts_url(given)


def test_addresses_are_kept_as_given(tmp_path: Path) -> None:
    assert artifacts_url("") == ""
    assert artifacts_url(str(tmp_path)) == str(tmp_path)
    assert artifacts_url("s3://bucket/some/prefix/") == "s3://bucket/some/prefix"


def test_a_bucket_without_its_extra_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"needs the extra s3: pip install 'uplift\[s3\]'"):
        artifacts_url("s3://bucket/prefix")
