"""Uploads through the services and a worker's own function: received, checked, decided, stored, deleted."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from tests.webapp import factories
from training.data.forms import ColumnMapping, Form
from training.data.splits import SplitPlan
from webapp.accounts.models import User
from webapp.datasets import services, working
from webapp.datasets.claims import MOST_ATTEMPTS, Claim, ClaimLost
from webapp.datasets.models import Dataset, DatasetVersion, Upload, UploadState
from webapp.datasets.options import DataRefused, InUse, StoreOptions
from webapp.jobs.models import Job, JobData
from webapp.projects.models import Project

ROWS = [{"question": f"What is {n} plus one?", "answer": str(n + 1)} for n in range(100)]


def _file(folder: Path, rows: list[dict[str, Any]], name: str = "sums.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _received(owner: User, project: Project, *paths: Path, dataset: Dataset | None = None) -> Upload:
    parts = [services.Part(path.name, path) for path in paths]
    return services.receive_upload(by=owner, project=project, files=parts, dataset_name="Sums", dataset=dataset)


def _checked(owner: User, project: Project, *paths: Path, dataset: Dataset | None = None) -> Upload:
    upload = _received(owner, project, *paths, dataset=dataset)
    working.work_on(upload.pk)
    upload.refresh_from_db()
    return upload


def _stored(owner: User, upload: Upload, **options: Any) -> DatasetVersion:
    services.store_upload(by=owner, upload=upload, options=StoreOptions(**options))
    working.work_on(upload.pk)
    upload.refresh_from_db()
    assert upload.version is not None, upload.failure
    return upload.version


@pytest.fixture
def owner(people: dict[str, User]) -> User:
    return people["owner"]


def test_from_file_to_version(owner: User, project: Project, tmp_path: Path) -> None:
    upload = _checked(owner, project, _file(tmp_path, ROWS))
    assert upload.state == UploadState.READY
    assert upload.report["form"] == "question_answer"
    assert (upload.report["rows_total"], upload.report["rows_kept"], upload.report["faults_total"]) == (100, 100, 0)

    version = _stored(owner, upload, plan=SplitPlan(how="random", seed=3))
    assert (upload.state, version.number, version.rows) == ("stored", 1, 100)
    assert version.splits == {"train": 80, "validation": 10, "test": 10}
    assert version.bytes == sum(
        (settings.STATE / version.folder / f"{split}.jsonl").stat().st_size for split in version.splits
    )
    assert version.manifest["statistics"]["rows"] == 100
    assert version.manifest["provenance"]["files"][0]["name"] == "sums.jsonl"
    assert version.manifest["provenance"]["uploaded_by"] == "owner@example.com"
    assert not (settings.UPLOAD_FOLDER / upload.code).exists(), "the upload's files are gone once stored"


def test_the_same_rows_are_the_same_version(owner: User, project: Project, tmp_path: Path) -> None:
    first = _stored(owner, _checked(owner, project, _file(tmp_path, ROWS)))
    again = _stored(owner, _checked(owner, project, _file(tmp_path, ROWS), dataset=first.dataset))
    other = _stored(owner, _checked(owner, project, _file(tmp_path, ROWS[:50]), dataset=first.dataset))
    assert again == first
    assert (other.number, other.dataset) == (2, first.dataset)
    assert len(list((settings.STATE / "datasets").iterdir())) == 2


def test_faulty_rows_need_a_decision(owner: User, project: Project, tmp_path: Path) -> None:
    upload = _checked(owner, project, _file(tmp_path, [*ROWS, {"question": "", "answer": "x"}, ROWS[0]]))
    assert upload.report["faults_by_reason"] == {"empty_field": 1, "duplicate": 1}
    with pytest.raises(DataRefused, match="2 rows have faults"):
        services.store_upload(by=owner, upload=upload, options=StoreOptions())
    assert _stored(owner, upload, leave_out_faulty=True).rows == 100


def test_several_files_are_splits_and_overlap_is_told(owner: User, project: Project, tmp_path: Path) -> None:
    train, test = _file(tmp_path, ROWS[:80], "train.jsonl"), _file(tmp_path, ROWS[70:], "sums-test.jsonl")
    upload = _checked(owner, project, train, test)
    assert [each["split"] for each in upload.files] == ["train", "test"]
    assert upload.report["overlap"]["rows"] == 10
    # each of the ten also counts as a duplicate when both files are stored together
    version = _stored(owner, upload, leave_out_faulty=True)
    assert sum(version.splits.values()) == 100


def test_text_with_labels_keeps_the_labels_of_all_files(owner: User, project: Project, tmp_path: Path) -> None:
    rows = [{"text": f"note {n}", "label": "ab"[n % 2]} for n in range(40)]
    train = _file(tmp_path, rows, "train.jsonl")
    test = _file(tmp_path, [*[{"text": f"other {n}", "label": "abc"[n % 3]} for n in range(30)]], "test.jsonl")
    upload = _checked(owner, project, train, test)
    assert upload.report["mapping"]["labels"] == ["a", "b", "c"]
    assert upload.report["faults_total"] == 0
    version = _stored(owner, upload)
    assert version.manifest["statistics"]["labels"] == {"a": 30, "b": 30, "c": 10}


def test_another_mapping_is_checked_again(owner: User, project: Project, tmp_path: Path) -> None:
    upload = _checked(owner, project, _file(tmp_path, [{"a": f"x{n}", "b": f"y{n}", "c": "z"} for n in range(60)]))
    assert upload.state == UploadState.FAILED
    mapping = ColumnMapping(form=Form.PROMPT_COMPLETION, columns={"prompt": "b", "completion": "a"})
    services.check_again(by=owner, upload=upload, mapping=mapping)
    working.work_on(upload.pk)
    upload.refresh_from_db()
    assert upload.state == UploadState.READY
    assert upload.report["sample"][0] == {"prompt": "y0", "completion": "x0"}


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], "Choose a file"),
        (["a.jsonl", "b.jsonl"], "for train, validation or test"),
        (["train.jsonl", "train-2.jsonl"], "one file"),
        (["train.jsonl", "valid.jsonl", "test.jsonl", "dev.jsonl"], "At most 3"),
    ],
)
def test_refused_at_the_door(owner: User, project: Project, tmp_path: Path, names: list[str], reason: str) -> None:
    with pytest.raises(DataRefused, match=reason):
        _received(owner, project, *(_file(tmp_path, ROWS, name) for name in names))
    assert not Upload.objects.exists()
    assert not list(settings.UPLOAD_FOLDER.glob("*"))


def test_empty_and_too_large_and_over_the_quota(owner: User, project: Project, tmp_path: Path, settings: Any) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(DataRefused, match="is empty"):
        _received(owner, project, empty)
    path = _file(tmp_path, ROWS)
    settings.DATA_QUOTA_BYTES = path.stat().st_size + 10
    _received(owner, project, path)
    with pytest.raises(DataRefused, match="Delete versions"):
        _received(owner, project, path)
    settings.MAX_UPLOAD_BYTES = 100
    with pytest.raises(DataRefused, match="the limit"):
        _received(owner, project, path)


def test_one_worker_at_a_time_and_a_silent_one_is_replaced(owner: User, project: Project, tmp_path: Path) -> None:
    upload = _received(owner, project, _file(tmp_path, ROWS))
    first = Claim.take(upload.pk)
    assert first is not None
    assert Claim.take(upload.pk) is None
    assert working.sweep_uploads() == 0

    Upload.objects.update(changed_at=timezone.now() - timezone.timedelta(minutes=5))
    second = Claim.take(upload.pk)
    assert second is not None
    first._told_at = 0
    with pytest.raises(ClaimLost):
        first.tell(0.5)
    assert not first.finish(state=UploadState.READY)
    assert second.finish(state=UploadState.READY)


def test_a_check_that_keeps_breaking_off_is_given_up(owner: User, project: Project, tmp_path: Path) -> None:
    upload = _received(owner, project, _file(tmp_path, ROWS))
    Upload.objects.update(
        attempts=MOST_ATTEMPTS, claim="dead", changed_at=timezone.now() - timezone.timedelta(minutes=5)
    )
    working.sweep_uploads()
    upload.refresh_from_db()
    assert upload.state == UploadState.FAILED
    assert "several times" in upload.failure


def test_a_crash_while_storing_leaves_nothing_half_stored(
    owner: User, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = _checked(owner, project, _file(tmp_path, ROWS))
    services.store_upload(by=owner, upload=upload, options=StoreOptions())

    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(working, "add_version", broken)
        working.work_on(upload.pk)
    upload.refresh_from_db()
    assert upload.state == UploadState.READY
    assert "disk is full" in upload.failure
    assert not list((settings.STATE / "datasets").iterdir())
    assert _stored(owner, upload).rows == 100


def test_a_version_in_use_stays(owner: User, project: Project, tmp_path: Path) -> None:
    version = _stored(owner, _checked(owner, project, _file(tmp_path, ROWS)))
    job = factories.job(project, name="lora on Sums")
    JobData.objects.create(job=job, version=version, field="data.train", split="train")
    with pytest.raises(InUse, match="lora on Sums"):
        services.delete_version(by=owner, version=version)
    Job.objects.all().delete()


def test_deleting_takes_the_rows_along(
    owner: User, project: Project, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    version = _stored(owner, _checked(owner, project, _file(tmp_path, ROWS)))
    folder = settings.STATE / version.folder
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_version(by=owner, version=version)
    assert not folder.exists()
    assert not Dataset.objects.exists()


def test_orphans_are_removed_after_a_day(db: None, tmp_path: Path) -> None:
    import os

    old, new = settings.STATE / "datasets" / "old-1", settings.STATE / "datasets" / "new-1"
    for folder in (old, new):
        folder.mkdir(parents=True)
    os.utime(old, (1, 1))
    assert working.remove_orphans() == 1
    assert (old.exists(), new.exists()) == (False, True)
