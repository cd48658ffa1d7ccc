"""A job's files as other machines see them: what its newest tree in the bucket holds, brought here on demand.

`Job.published` names that tree, and the copy of the job's folder that is ahead of it: the one on the machine that ran
the job last. Without a bucket every function here speaks of the job's folder alone.
"""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from webapp.files.bucket import bucket
from webapp.files.places import cache_root, is_remote
from webapp.files.trees import Tree, fetch

from .folders import job_folder
from .models import Job

COPY_FILE = ".copy"
"""Holds the name of this machine's copy of the folder; `Job.published` names the copy that is the newest."""

KEPT_SECONDS = 7 * 86_400
"""Copies of files that nobody asked for in this time are deleted."""

_trimmed_at = float("-inf")


def tree_key(code: str, published: dict[str, Any]) -> str:
    """Where the listing of a job's files stands in the bucket."""
    return f"jobs/{code}/{published['fence']}/{published['number']}.json"


def copy_name(folder: Path) -> str:
    """The name of this copy of a job's folder; empty for one that a bucket never knew."""
    try:
        return (folder / COPY_FILE).read_text(encoding="utf-8")
    except OSError:
        return ""


def is_here(job: Job) -> bool:
    """Whether the job's own folder on this machine is the newest."""
    return not is_remote() or not job.published or copy_name(job_folder(job)) == job.published.get("copy")


def place(job: Job, path: str) -> Path:
    """Where a file or folder of the job lies on this machine, or will once it is fetched. Fetches nothing."""
    return job_folder(job) / path if is_here(job) else _cache(job) / path


def is_left(job: Job, path: str) -> bool:
    """Whether the job left this file or folder. Raises `FilesFault`."""
    return (job_folder(job) / path).exists() if is_here(job) else bool(published_tree(job).under(path).files)


def fetched(job: Job, path: str, moved: Callable[[int], object] | None = None) -> Path:
    """The file or folder on this machine, brought from the bucket if need be; it is not there if the job left none.

    Raises `FilesFault`.
    """
    if not is_here(job):
        fetch(bucket(), published_tree(job).under(path), _cache(job), moved=moved)
        _trim()
    return place(job, path)


def published_tree(job: Job) -> Tree:
    """The newest listing of the job's files, empty if there is none yet. Raises `FilesFault`."""
    if "number" not in job.published:
        return Tree()
    listing = _cache(job) / ".tree.json"
    try:
        return Tree.from_json(listing.read_text(encoding="utf-8"))
    except OSError:
        pass
    bucket().get(tree_key(job.code, job.published), listing)
    return Tree.from_json(listing.read_text(encoding="utf-8"))


def _cache(job: Job) -> Path:
    """The folder of copies from the job's newest tree; marked as used now."""
    folder = cache_root() / "jobs" / job.code / f"{job.published.get('fence', 0)}-{job.published.get('number', 0)}"
    with suppress(OSError):
        os.utime(folder)
    return folder


def _trim() -> None:
    """Delete copies that nobody used lately; looks once an hour."""
    global _trimmed_at
    if time.monotonic() - _trimmed_at < 3600:
        return
    _trimmed_at = time.monotonic()
    for folder in (cache_root() / "jobs").glob("*/*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
