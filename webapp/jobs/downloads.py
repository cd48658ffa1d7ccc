"""Handing out what a job left. Names come from the artifact table, so no address can ask for a path."""

from pathlib import Path

from django.http import FileResponse, Http404
from django.utils.http import content_disposition_header
from zipstream import ZipStream

from .models import Artifact, Job
from .published import fetched, place


def artifact_path(artifact: Artifact) -> Path:
    """Where the artifact lies, brought here if need be.

    Raises `Http404` if it is gone or would lie outside its job's folder, and `FilesFault`.
    """
    folder = place(artifact.job, "").resolve()
    path = (folder / artifact.path).resolve()
    if not path.is_relative_to(folder) or not fetched(artifact.job, artifact.path).exists():
        raise Http404("This artifact is no longer on disk")
    return path


def artifact_response(job: Job, name: str) -> FileResponse:
    """One artifact as a download: a file as it is, a folder as a zip written while it is sent.

    Raises `Http404` if the job left nothing of that name.
    """
    artifact = job.artifacts.filter(name=name).first()
    if artifact is None:
        raise Http404("The job left nothing of that name")
    path = artifact_path(artifact)
    stem = f"{job.code}-{artifact.name}"
    if path.is_file():
        return FileResponse(path.open("rb"), as_attachment=True, filename=stem + path.suffix)
    # weights do not compress, so the zip only bundles; its size is known before it is written
    archive = ZipStream.from_path(path, arcname=stem, sized=True)
    response = FileResponse(archive, as_attachment=True, filename=stem + ".zip", content_type="application/zip")
    response["Content-Length"] = str(len(archive))
    # FileResponse names only what it can read like a file
    response["Content-Disposition"] = str(content_disposition_header(True, stem + ".zip"))
    return response
