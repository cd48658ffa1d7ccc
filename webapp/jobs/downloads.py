"""Handing out what a job left. Names come from the artifact table, so no address can ask for a path."""

from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, Http404
from django.utils.http import content_disposition_header
from zipstream import ZipStream

from webapp.files.bucket import bucket

from .models import Artifact, Job
from .published import is_here, place, published_tree


def artifact_path(artifact: Artifact) -> Path:
    """Where the artifact lies on this machine.

    Raises `Http404` if it is gone or would lie outside its job's folder.
    """
    folder = place(artifact.job, "").resolve()
    path = (folder / artifact.path).resolve()
    if not path.is_relative_to(folder) or not path.exists():
        raise Http404("This artifact is no longer on disk")
    return path


def artifact_response(job: Job, name: str) -> FileResponse:
    """One artifact as a download: a file as it is, a folder as a zip written while it is sent.

    Raises `Http404` if the job left nothing of that name, and `FilesFault`.
    """
    artifact = job.artifacts.filter(name=name).first()
    if artifact is None:
        raise Http404("The job left nothing of that name")
    stem = f"{job.code}-{artifact.name}"
    if not is_here(job):
        return _from_bucket(artifact, stem)
    path = artifact_path(artifact)
    if path.is_file():
        return FileResponse(path.open("rb"), as_attachment=True, filename=stem + path.suffix)
    # weights do not compress, so the zip only bundles; its size is known before it is written
    return _streamed(ZipStream.from_path(path, arcname=stem, sized=True), stem + ".zip")


def _from_bucket(artifact: Artifact, stem: str) -> FileResponse:
    """The same from the bucket: passed on piece by piece as it arrives, nothing is kept here."""
    files = published_tree(artifact.job).under(artifact.path).files
    if not files:
        raise Http404("This artifact is no longer stored")
    if artifact.path in files:
        stored = files[artifact.path]
        response = FileResponse(bucket().stream(stored.key), content_type="application/octet-stream")
        return _named(response, stem + Path(artifact.path).suffix, stored.bytes)
    archive = ZipStream(sized=True)
    for path, stored in files.items():
        inside = path.removeprefix(artifact.path.rstrip("/"))
        archive.add(_when_asked(stored.key), arcname=f"{stem}{inside}", size=stored.bytes)
    return _streamed(archive, stem + ".zip")


def _when_asked(key: str) -> Iterator[bytes]:
    yield from bucket().stream(key)  # not before it is this file's turn: a connection does not wait for long


def _streamed(archive: ZipStream, name: str) -> FileResponse:
    return _named(FileResponse(archive, content_type="application/zip"), name, len(archive))


def _named(response: FileResponse, name: str, size: int) -> FileResponse:
    """With size and name, which `FileResponse` finds only for what it can read like a file."""
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    return response
