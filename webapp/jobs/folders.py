"""Where a job's files lie."""

from pathlib import Path

from webapp.files.places import files_root

from .models import Job


def jobs_folder() -> Path:
    """The folder of all job folders."""
    folder = files_root() / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def job_folder(job: Job) -> Path:
    """The job's own folder; not made here."""
    return jobs_folder() / job.code
