"""Calls on datasets: send files, read what the check found, decide, fetch rows."""

from typing import Annotated, Any

from django.http import FileResponse, Http404, HttpRequest
from ninja import Body, File, Form, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from webapp.datasets.access import get_upload, get_version
from webapp.datasets.models import DatasetVersion
from webapp.datasets.options import DataRefused, StoreOptions
from webapp.datasets.services import Part, delete_version, discard_upload, receive_upload, store_upload
from webapp.jobs.references import split_path
from webapp.projects.access import get_project
from webapp.projects.models import Role

from .callers import caller
from .jobs import REFUSED
from .projects import Limit, Offset
from .schemas import DetailOut, UploadOut, VersionOut

router = Router(tags=["datasets"])

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


@router.get("/projects/{code}/datasets", response={200: list[VersionOut], 404: DetailOut})
def list_versions(request: HttpRequest, code: str, limit: Limit = 50, offset: Offset = 0) -> list[VersionOut]:
    """The versions of the project's datasets, newest first."""
    project = get_project(caller(request), code)
    versions = DatasetVersion.objects.filter(dataset__project=project).select_related("dataset").order_by("-pk")
    return [VersionOut.of(version) for version in versions[offset : offset + limit]]


@router.post("/projects/{code}/datasets", response={202: UploadOut, **REFUSED})
def send(
    request: HttpRequest,
    code: str,
    files: Annotated[list[UploadedFile], File(description="One file, or one for each of train, validation, test.")],
    name: Annotated[str, Form(max_length=120)] = "",
) -> Status[UploadOut]:
    """Send a dataset. A worker reads it through; ask for the upload until its state is `ready` or `failed`."""
    user = caller(request)
    project = get_project(user, code, need=Role.EDITOR)
    told = getattr(request, "upload_refused", "")
    if told:
        raise DataRefused(told)
    parts = [Part(file.name or "", file) for file in files]
    return Status(202, UploadOut.of(receive_upload(by=user, project=project, files=parts, dataset_name=name)))


@router.get("/projects/{code}/uploads/{upload}", response={200: UploadOut, 404: DetailOut})
def show_upload(request: HttpRequest, code: str, upload: str) -> UploadOut:
    """An upload, with the report of its check, and the version once it is stored."""
    return UploadOut.of(get_upload(caller(request), code, upload))


@router.post("/projects/{code}/uploads/{upload}/store", response={202: UploadOut, **REFUSED})
def store(
    request: HttpRequest, code: str, upload: str, payload: Annotated[dict[str, Any], Body()]
) -> Status[UploadOut]:
    """Store a checked upload as a version: `leave_out_faulty`, `mask_personal_data`, `plan` and the like decide how."""
    user = caller(request)
    found = get_upload(user, code, upload, edit=True)
    stored = store_upload(by=user, upload=found, options=StoreOptions.parse(payload))
    return Status(202, UploadOut.of(stored))


@router.delete("/projects/{code}/uploads/{upload}", response={204: None, **REFUSED})
def discard(request: HttpRequest, code: str, upload: str) -> Status[None]:
    """Throw an upload away that is not stored."""
    user = caller(request)
    discard_upload(by=user, upload=get_upload(user, code, upload, edit=True))
    return Status(204, None)


@router.get("/projects/{code}/datasets/{dataset}/{number}", response={200: VersionOut, 404: DetailOut})
def show_version(request: HttpRequest, code: str, dataset: str, number: Number) -> VersionOut:
    """One version and how specs name its splits."""
    return VersionOut.of(get_version(caller(request), code, dataset, number))


@router.delete("/projects/{code}/datasets/{dataset}/{number}", response={204: None, **REFUSED})
def delete(request: HttpRequest, code: str, dataset: str, number: Number) -> Status[None]:
    """Delete a version that no job and no study reads."""
    user = caller(request)
    delete_version(by=user, version=get_version(user, code, dataset, number, edit=True))
    return Status(204, None)


@router.get("/projects/{code}/datasets/{dataset}/{number}/rows/{split}", response={200: bytes, 404: DetailOut})
def fetch_rows(request: HttpRequest, code: str, dataset: str, number: Number, split: str) -> FileResponse:
    """The canonical rows of a split, one JSON object a line."""
    version = get_version(caller(request), code, dataset, number)
    if split not in version.splits:
        raise Http404("The version has no such split")
    name = f"{version.dataset.code}-v{version.number}-{split}.jsonl"
    return FileResponse(split_path(version, split).open("rb"), as_attachment=True, filename=name)
