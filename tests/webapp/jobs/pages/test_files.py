"""Downloads: what is there comes whole, what lies outside the job's folder does not."""

import io
import json
import zipfile

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from training.spec import parse_spec
from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Artifact, Job
from webapp.projects.models import Project

from . import rows


@pytest.fixture
def job(project: Project, version: DatasetVersion) -> Job:
    return rows.training(project, version, state="done")


def fetch(client: Client, job: Job, name: str) -> bytes:
    answer = client.get(f"/projects/{job.project.code}/jobs/{job.code}/artifacts/{name}/")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content)  # type: ignore[arg-type]  # django-stubs allows for an async iterator


def test_a_file_comes_as_it_is(job: Job, editor: Client) -> None:
    rows.left(job, "README.md", "# Card", name="model card")
    assert fetch(editor, job, "model%20card") == b"# Card"


def test_a_folder_comes_as_a_zip(job: Job, editor: Client) -> None:
    rows.left(job, "adapter/adapter.safetensors", "weights")
    Artifact.objects.create(job=job, name="adapter", kind="adapter", path="artifacts/adapter")
    with zipfile.ZipFile(io.BytesIO(fetch(editor, job, "adapter"))) as archive:
        assert archive.testzip() is None
        [name] = archive.namelist()
        assert archive.read(name) == b"weights"


@pytest.mark.parametrize("path", ["../../../secret", "/etc/passwd", "artifacts/link", "artifacts/gone"])
def test_what_lies_outside_is_not_found(path: str, job: Job, editor: Client) -> None:
    from pathlib import Path

    (Path(settings.STATE) / "secret").write_text("s")
    (rows.left(job, "x", "x").parent / "link").symlink_to(Path(settings.STATE) / "secret")
    Artifact.objects.create(job=job, name="out", kind="out", path=path)
    assert editor.get(f"/projects/{job.project.code}/jobs/{job.code}/artifacts/out/").status_code == 404


def test_the_spec_runs_from_the_command_line(job: Job, editor: Client) -> None:
    answer = editor.get(f"/projects/{job.project.code}/jobs/{job.code}/spec.json")
    spec = json.loads(answer.content)
    parse_spec(spec)
    assert spec["data"]["train"].endswith("train.jsonl")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_files_that_cannot_be_had_now_are_told(job: Job, editor: Client, settings: Settings) -> None:
    """The files live in a bucket that does not answer: the page stays, and says what to do."""
    rows.left(job, "adapter/a.safetensors", "x")
    Artifact.objects.create(job=job, name="adapter", kind="adapter", path="artifacts/adapter")
    settings.ARTIFACTS_URL = "s3://nowhere/jobs"
    job.published = {"fence": 1, "number": 1, "copy": "elsewhere"}
    job.save()
    base = f"/projects/{job.project.code}/jobs/{job.code}/"
    for tab in ("artifacts", "data", "items"):
        answer = editor.get(f"{base}?tab={tab}")
        assert answer.status_code == 200
        assert "What to do:" in answer.content.decode()
    answer = editor.get(f"{base}artifacts/adapter/")
    assert answer.headers["Location"] == f"{base}?tab=artifacts"
