"""Dataset versions between this machine and the bucket. Without a bucket they simply lie in their folder.

A version's files have one key each, `datasets/<folder>/<file>`: they never change, and the row in the database, with
a digest for each split, is written after them.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import structlog

from webapp.files.bucket import FilesFault, bucket
from webapp.files.places import files_root, is_remote

from .models import DatasetVersion

log = structlog.get_logger("uplift.datasets")


def publish_version(folder: str, tell: Callable[[float], object]) -> None:
    """Store a version's folder (as `DatasetVersion.folder`) in the bucket. Raises `FilesFault`.

    `tell` gets the share that is done.
    """
    if not is_remote():
        return
    files = sorted(path for path in (files_root() / folder).iterdir() if path.is_file())
    total, done = sum(path.stat().st_size for path in files) or 1, 0

    def moved(count: int) -> None:
        nonlocal done
        done += count
        tell(done / total)

    for path in files:
        bucket().put(path, f"{folder}/{path.name}", moved)


def fetch_split(version: DatasetVersion, split: str) -> Path:
    """The split's file on this machine, brought from the bucket if need be and checked. Raises `FilesFault`."""
    path = files_root() / version.folder / f"{split}.jsonl"
    if is_remote() and not path.exists():
        told = version.manifest.get("splits", {}).get(split, {})
        bucket().get(f"{version.folder}/{path.name}", path, sha256=str(told.get("sha256", "")))
    return path


def forget_version(folder: str) -> None:
    """Delete a version's files, here and in the bucket. A bucket that is away keeps them; the log says so."""
    shutil.rmtree(files_root() / folder, ignore_errors=True)
    if is_remote():
        try:
            bucket().delete(list(bucket().keys(f"{folder}/")))
        except FilesFault as error:
            log.error("a version's files stay in the bucket", folder=folder, error=str(error))
