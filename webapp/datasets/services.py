"""What changes data: uploads come in, are checked, decided on and stored as immutable versions; versions go.

The upload's row is the truth about what is to be done; a worker takes it by a conditional update (see `claims`).
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import ProtectedError, Sum
from django.utils import timezone

from training.data.forms import ColumnMapping
from training.data.splits import SPLITS
from webapp.accounts.models import User
from webapp.projects.audit import record
from webapp.projects.models import Project

from .folders import has_room, upload_folder
from .models import WORKING, Dataset, DatasetVersion, Upload, UploadState
from .naming import dataset_name_from, free_dataset_code, guess_split, new_upload_code, shown_name
from .options import DataRefused, InUse, StoreOptions
from .published import forget_version
from .tasks import dispatch

MOST_FILES = len(SPLITS)


@dataclass(frozen=True)
class Part:
    """One file that came in: the name its owner gave it (never used as a path), its content, and the split meant.

    `content` is a file from a request, which is moved, or a path on this machine, which is copied.
    """

    name: str
    content: "UploadedFile[bytes] | Path"
    split: str = ""


def receive_upload(
    *,
    by: User,
    project: Project,
    files: Sequence[Part],
    dataset_name: str,
    dataset: Dataset | None = None,
    queued: bool = True,
) -> Upload:
    """Take in one file, or several of which each is one split, and have a worker check them.

    `dataset` is given for a new version of one. Without `dataset_name` the first file's name is taken, and without a
    split in a `Part` its file's name is looked at (`train.jsonl`). Without `queued` no worker is told, and the caller
    runs `working.work_on` itself. Raises `DataRefused`: no file, too many, an empty or too large one, two for one
    split, over the quota, no room. Returns the upload in state `checking`; poll `Upload.state` until it is `ready`
    or `failed`.
    """
    named = _checked_parts(files)
    sizes = [_size(part) for part in named]
    _refuse_oversize(project, named, sizes)
    name = dataset.name if dataset else shown_name(dataset_name or dataset_name_from(named[0].name), limit=120)
    upload = Upload(project=project, code=new_upload_code(), dataset=dataset, dataset_name=name, created_by=by)
    folder = upload_folder(upload)
    folder.mkdir(parents=True)
    try:
        for number, (part, size) in enumerate(zip(named, sizes, strict=True)):
            _put(part.content, folder / str(number))
            upload.files.append(
                {"name": shown_name(part.name), "path": str(number), "bytes": size, "split": part.split}
            )
        with transaction.atomic():
            upload.save()
            record(by, "upload.received", upload, name=name, files=[each["name"] for each in upload.files])
            if queued:
                dispatch(upload)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return upload


def check_again(*, by: User, upload: Upload, mapping: ColumnMapping | None, splits: Sequence[str] = ()) -> Upload:
    """Read the files again with this mapping (None: propose one anew), and with each file's split if given.

    Raises `DataRefused` if the upload is being worked on or is stored.
    """
    with transaction.atomic():
        current = _waiting(upload)
        if splits:
            parts = [Part(each["name"], Path(), split) for each, split in zip(current.files, splits, strict=True)]
            for each, part in zip(current.files, _checked_parts(parts), strict=True):
                each["split"] = part.split
        current.mapping = mapping.model_dump(mode="json") if mapping else None
        _begin(current, UploadState.CHECKING)
    return current


def store_upload(*, by: User, upload: Upload, options: StoreOptions, queued: bool = True) -> Upload:
    """Decide: have a worker store a checked upload as a new immutable version.

    Raises `DataRefused` if it is not checked, has no fit row, or has faulty rows that `options` does not leave out.
    Returns the upload in state `storing`; it ends as `stored` with `Upload.version`, or as `ready` with `failure`.
    Without `queued` no worker is told, and the caller runs `working.work_on` itself.
    """
    with transaction.atomic():
        current = _waiting(upload)
        if current.state != UploadState.READY:
            raise DataRefused("This upload has no rows that can be stored.")
        faulty = int(current.report.get("faults_total", 0))
        if faulty and not options.leave_out_faulty:
            raise DataRefused(f"{faulty:,} rows have faults. Leave them out, or correct the file and upload it again.")
        current.options = options.model_dump(mode="json")
        record(by, "upload.decided", current, **options.model_dump(mode="json", exclude={"plan"}))
        _begin(current, UploadState.STORING, queued=queued)
    return current


def discard_upload(*, by: User, upload: Upload) -> None:
    """Throw an upload and its files away. Raises `DataRefused` while it is being stored, or when it is."""
    with transaction.atomic():
        current = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if current is None:
            return
        if current.state in (UploadState.STORING, UploadState.STORED):
            raise DataRefused("This upload is stored, or about to be. Delete the version instead.")
        record(by, "upload.discarded", current, name=current.dataset_name)
        folder = upload_folder(current)
        current.delete()
        transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def uses_of(version: DatasetVersion) -> list[str]:
    """What reads the version: names of jobs and studies, newest first, each once."""
    jobs = version.used_by.order_by("-job__created_at").values_list("job__name", "job__code").distinct()[:20]
    studies = version.studies.order_by("-created_at").values_list("question", flat=True)[:20]
    return [*(f"study “{question}”" for question in studies), *(f"job “{name}” ({code})" for name, code in jobs)]


def delete_version(*, by: User, version: DatasetVersion) -> None:
    """Delete a version and its rows; its dataset too if it was the only one. Raises `InUse` if anything reads it."""
    try:
        with transaction.atomic():
            used = uses_of(version)
            if used:
                raise InUse(f"{version} is used by {', '.join(used[:3])}{' and others' if len(used) > 3 else ''}.")
            folder = version.folder
            dataset = version.dataset
            record(by, "version.deleted", version, project=dataset.project, name=str(version), digest=version.digest)
            Upload.objects.filter(version=version).delete()
            version.delete()
            if not dataset.versions.exists() and not dataset.uploads.exists():
                dataset.delete()
            transaction.on_commit(lambda: forget_version(folder))
    except ProtectedError:
        # launched between the look and the deletion
        raise InUse(f"{version} is used by a job that was launched just now.") from None


def add_version(upload: Upload, *, manifest: dict[str, Any], folder: str) -> tuple[DatasetVersion, bool]:
    """Enter what a worker stored in `folder` (relative to the state folder) as the next version of its dataset.

    Returns the version and whether it is new: the same rows in the same splits are the version that is there.
    Must run in a transaction.
    """
    dataset = upload.dataset or Dataset.objects.create(
        project=upload.project,
        code=free_dataset_code(upload.project, upload.dataset_name),
        name=upload.dataset_name,
        created_by=upload.created_by,
    )
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    same = dataset.versions.filter(digest=manifest["digest"]).first()
    if same is not None:
        return same, False
    newest = dataset.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=newest + 1,
        digest=manifest["digest"],
        row_type=manifest["type"],
        folder=folder,
        splits={name: split["rows"] for name, split in manifest["splits"].items()},
        bytes=sum(split["bytes"] for split in manifest["splits"].values()),
        manifest=manifest,
        created_by=upload.created_by,
    )
    record(upload.created_by, "version.stored", version, project=upload.project, name=str(version), rows=version.rows)
    return version, True


def stored_bytes(project: Project) -> int:
    """What the project's versions and open uploads take up."""
    versions = DatasetVersion.objects.filter(dataset__project=project).aggregate(total=Sum("bytes"))["total"] or 0
    uploads = project.uploads.exclude(state=UploadState.STORED).values_list("files", flat=True)
    return int(versions) + sum(int(each["bytes"]) for files in uploads for each in files)


def _checked_parts(files: Sequence[Part]) -> list[Part]:
    """The parts with their splits settled; raises `DataRefused`."""
    if not files:
        raise DataRefused("Choose a file.")
    if len(files) == 1:
        return [Part(files[0].name, files[0].content, "")]
    if len(files) > MOST_FILES:
        raise DataRefused(f"At most {MOST_FILES} files: one each for train, validation and test.")
    splits = [part.split or guess_split(part.name) for part in files]
    for part, split in zip(files, splits, strict=True):
        if split not in SPLITS:
            raise DataRefused(f"Say whether “{shown_name(part.name)}” is for train, validation or test.")
    if len(set(splits)) < len(splits):
        raise DataRefused("Each split has one file: put the rows of one split into one file.")
    return [Part(part.name, part.content, split) for part, split in zip(files, splits, strict=True)]


def _refuse_oversize(project: Project, files: Sequence[Part], sizes: Sequence[int]) -> None:
    for part, size in zip(files, sizes, strict=True):
        if size == 0:
            raise DataRefused(f"“{shown_name(part.name)}” is empty.")
        if size > settings.MAX_UPLOAD_BYTES:
            limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
            raise DataRefused(f"“{shown_name(part.name)}” is larger than {limit:,} MB, the limit of this installation.")
    quota = settings.DATA_QUOTA_BYTES
    if quota and stored_bytes(project) + sum(sizes) > quota:
        raise DataRefused(
            f"The project's data would take more than {quota // (1024 * 1024):,} MB. Delete versions that nothing uses."
        )
    if not has_room(2 * sum(sizes)):
        raise DataRefused("There is not enough room on the server's disk for this file. Tell whoever runs it.")


def _size(part: Part) -> int:
    return part.content.stat().st_size if isinstance(part.content, Path) else int(part.content.size or 0)


def _put(content: "UploadedFile[bytes] | Path", place: Path) -> None:
    """Move or copy the content to `place`. What came with a request lies on the same disk, so moving is a rename."""
    if isinstance(content, Path):
        shutil.copyfile(content, place)
        return
    temporary = getattr(content, "temporary_file_path", None)
    if temporary is not None:
        shutil.move(temporary(), place)
        place.chmod(0o600)
        return
    with place.open("wb") as file:
        for chunk in content.chunks():
            file.write(chunk)


def _waiting(upload: Upload) -> Upload:
    """The upload as stored now, held until the transaction ends; raises `DataRefused` unless it waits for a person."""
    current = (
        Upload.objects.select_for_update(of=("self",)).select_related("project", "dataset").filter(pk=upload.pk).first()
    )
    if current is None:
        raise DataRefused("This upload was thrown away.")
    if current.state in WORKING:
        raise DataRefused("This upload is being worked on. Wait until that is done.")
    if current.state == UploadState.STORED:
        raise DataRefused("This upload is stored already.")
    return current


def _begin(upload: Upload, state: UploadState, *, queued: bool = True) -> None:
    """Hand the upload to the workers, or to the caller."""
    upload.state, upload.claim, upload.attempts, upload.progress, upload.failure = state, "", 0, 0.0, ""
    upload.changed_at = timezone.now()
    upload.save()
    if queued:
        dispatch(upload)
