"""Where uploads and versions lie on disk, and how much room is left."""

import shutil
from pathlib import Path

from django.conf import settings

from webapp.files.places import files_root

from .models import DatasetVersion, Upload
from .published import fetch_split

DATASETS = "datasets"
_KEEP_FREE_BYTES = 200 * 1024 * 1024


def upload_folder(upload: Upload) -> Path:
    """The folder with an upload's files; not made here."""
    return Path(settings.UPLOAD_FOLDER) / upload.code


def upload_files(upload: Upload) -> list[Path]:
    """An upload's files in the order of `Upload.files`. Their names on disk are ours, never their owners'."""
    return [upload_folder(upload) / each["path"] for each in upload.files]


def version_folder(version: DatasetVersion) -> Path:
    """The folder with a version's rows and manifest."""
    return files_root() / version.folder


def split_file(version: DatasetVersion, split: str) -> Path:
    """The canonical rows of a split, one JSON object a line, brought to this machine if need be.

    `split` must be one of `version.splits`. Raises `FilesFault`.
    """
    if split not in version.splits:
        raise KeyError(split)
    return fetch_split(version, split)


def has_room(wanted_bytes: int) -> bool:
    """Whether the disk of the files holds `wanted_bytes` more and something is left for everything else."""
    return shutil.disk_usage(files_root()).free - wanted_bytes > _KEEP_FREE_BYTES
