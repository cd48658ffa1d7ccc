"""From a file to a decision: send it, see what was found, change the mapping, store it or throw it away."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from training.data.forms import FORMS
from training.data.splits import SPLITS
from webapp.projects.access import get_project
from webapp.projects.models import Project, Role
from webapp.projects.pages import frame, person

from .. import services
from ..access import get_dataset, get_upload
from ..forms import StoreForm, UploadForm
from ..mapping import chosen_form, kept_mapping, mapping_form, previews, tried_mapping
from ..models import Dataset, Upload, UploadState
from ..options import DataRefused

ACCEPTED = ".jsonl,.ndjson,.json,.csv,.tsv,.txt,.parquet,.gz,.zip"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Upload the first version of a dataset."""
    project = get_project(person(request), code, need=Role.EDITOR)
    return _receive(request, project, None)


@require_http_methods(["GET", "HEAD", "POST"])
def new_version(request: HttpRequest, code: str, dataset: str) -> HttpResponse:
    """Upload another version of a dataset."""
    found = get_dataset(person(request), code, dataset, edit=True)
    return _receive(request, found.project, found)


def _receive(request: HttpRequest, project: Project, dataset: Dataset | None) -> HttpResponse:
    form = UploadForm(request.POST if request.method == "POST" else None)
    error, status = "", 200
    if request.method == "POST":
        # what the upload handler refused is told here, and nothing of it was kept
        error = getattr(request, "upload_refused", "")
        status = 413 if error else 422
        if not error and form.is_valid():
            files = [services.Part(file.name or "file", file) for file in request.FILES.getlist("file")]
            name = form.cleaned_data["name"]
            try:
                upload = services.receive_upload(
                    by=person(request), project=project, files=files, dataset_name=name, dataset=dataset
                )
            except DataRefused as refused:
                error = str(refused)
            else:
                return redirect("datasets:upload", project.code, upload.code)
    context = {
        **frame(request, project, "data"),
        "form": form,
        "dataset": dataset,
        "error": error,
        "accepted": ACCEPTED,
        "limit_bytes": settings.MAX_UPLOAD_BYTES,
    }
    return render(request, "datasets/new.html", context, status=status)


@require_safe
def upload(request: HttpRequest, code: str, upload: str) -> HttpResponse:
    """What was found in an upload. While a worker is at it, the page asks for the progress, then loads itself anew."""
    found = get_upload(person(request), code, upload)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "working":
        if found.is_working:
            return render(request, "datasets/_working.html", {"upload": found, "project": found.project})
        done = HttpResponse(status=204)
        done["HX-Refresh"] = "true"
        return done
    if found.state == UploadState.STORED and found.version is not None:
        return redirect("datasets:version", code, found.version.dataset.code, found.version.number)
    return _upload(request, found)


@require_POST
def check_again(request: HttpRequest, code: str, upload: str) -> HttpResponseBase:
    """Read the files again with the mapping and the splits chosen here."""
    found = get_upload(person(request), code, upload, edit=True)
    form = chosen_form(request.POST.get("form"), found.report)
    chosen = mapping_form(form, found, request.POST) if found.report.get("columns") else None
    if chosen is not None and not chosen.is_valid():
        return _upload(request, found, mapping_form=chosen, form=form, status=422)
    splits = request.POST.getlist("split")
    try:
        services.check_again(
            by=person(request),
            upload=found,
            mapping=chosen.mapping() if chosen else None,
            splits=splits if len(splits) == len(found.files) > 1 else (),
        )
    except DataRefused as refused:
        messages.error(request, str(refused))
    return redirect("datasets:upload", code, upload)


@require_POST
def store(request: HttpRequest, code: str, upload: str) -> HttpResponseBase:
    """Store the rows as decided here."""
    found = get_upload(person(request), code, upload, edit=True)
    form = StoreForm(request.POST, report=found.report, files=found.files)
    if not form.is_valid():
        return _upload(request, found, store_form=form, status=422)
    try:
        services.store_upload(by=person(request), upload=found, options=form.options())
    except DataRefused as refused:
        messages.error(request, str(refused))
    return redirect("datasets:upload", code, upload)


@require_POST
def discard(request: HttpRequest, code: str, upload: str) -> HttpResponseBase:
    """Throw the upload away."""
    found = get_upload(person(request), code, upload, edit=True)
    try:
        services.discard_upload(by=person(request), upload=found)
    except DataRefused as refused:
        messages.error(request, str(refused))
        return redirect("datasets:upload", code, upload)
    messages.success(request, f"The upload “{found.dataset_name}” is thrown away.")
    return redirect("datasets:list", code)


def _upload(request: HttpRequest, upload: Upload, *, status: int = 200, **shown: Any) -> HttpResponse:
    report = upload.report
    context = {**frame(request, upload.project, "data"), "upload": upload, "report": report}
    if not upload.is_working and report.get("columns"):
        form = shown.pop("form", None) or chosen_form(request.GET.get("form"), report)
        mapping = tried_mapping(form, report, request.GET)
        kept = kept_mapping(report)
        shown.setdefault("mapping_form", mapping_form(form, upload, mapping=mapping))
        context |= {
            "chosen": FORMS[form],
            "forms": FORMS.values(),
            "previews": previews(mapping, report),
            "is_changed": kept is None or kept.form is not form or kept.columns != mapping.columns,
            "file_rows": [
                (each, found["rows_kept"]) for each, found in zip(upload.files, report["files"], strict=True)
            ],
            "split_names": SPLITS,
        }
    if upload.state == UploadState.READY:
        shown.setdefault("store_form", StoreForm(report=report, files=upload.files))
    return render(request, "datasets/upload.html", {**context, **shown}, status=status)
