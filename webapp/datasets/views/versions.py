"""Datasets and their versions: list, statistics, rows, download, deletion."""

from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from training.data.browse import browse
from webapp.jobs.models import JobData
from webapp.projects.access import get_project
from webapp.projects.pages import frame, person
from webapp.ui.rail import address

from .. import charts, services
from ..access import get_dataset, get_version
from ..folders import split_file
from ..forms import RowFilter
from ..models import Dataset, DatasetVersion, Upload, UploadState
from ..options import InUse
from ..rows import shown_row
from ..statistics import by_count

PAGE_ROWS = 20


@require_safe
def dataset_list(request: HttpRequest, code: str) -> HttpResponse:
    """The project's datasets, and the uploads that wait for a worker or for a decision."""
    project = get_project(person(request), code)
    newest = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by("-number").values("pk")[:1]
    datasets = (
        Dataset.objects.filter(project=project)
        .annotate(version_count=Count("versions"), newest_pk=Subquery(newest))
        .order_by("name", "pk")
    )
    versions = DatasetVersion.objects.defer("manifest").in_bulk([each.newest_pk for each in datasets if each.newest_pk])
    open_uploads = Upload.objects.filter(project=project).exclude(state=UploadState.STORED).select_related("created_by")
    context = {
        "datasets": [(each, versions.get(each.newest_pk)) for each in datasets],
        "uploads": open_uploads[:50],
    }
    return render(request, "datasets/list.html", {**frame(request, project, "data"), **context})


@require_safe
def dataset(request: HttpRequest, code: str, dataset: str) -> HttpResponse:
    """A dataset's newest version."""
    found = get_dataset(person(request), code, dataset)
    newest = found.versions.order_by("-number").first()
    if newest is None:
        raise Http404("This dataset has no versions")
    return redirect("datasets:version", code, dataset, newest.number)


@require_safe
def version(request: HttpRequest, code: str, dataset: str, number: int) -> HttpResponse:
    """What a version holds, where it comes from and what reads it."""
    found = get_version(person(request), code, dataset, number)
    return _version(request, found)


def _version(request: HttpRequest, found: DatasetVersion, *, status: int = 200, refused: str = "") -> HttpResponse:
    stored = found.manifest.get("splits", {})
    splits = {name: stored[name]["statistics"] for name, _ in found.split_rows if name in stored}
    labels = by_count(found.manifest.get("statistics", {}).get("labels", {}))
    context = {
        **frame(request, found.dataset.project, "data"),
        "version": found,
        "manifest": found.manifest,
        "others": found.dataset.versions.order_by("-number")[:50],
        "splits": [(name, stored[name]) for name in splits],
        **_head(found, "about"),
        "labels": labels,
        "rows_left_out": found.manifest.get("rows_total", found.rows) - found.rows,
        "uses": [(use, _address("jobs:job", found, use.job.code)) for use in _uses(found)],
        "studies": [(study, _address("jobs:study", found, study.code)) for study in found.studies.all()[:50]],
        "refused": refused,
    }
    if splits:
        context |= {"lengths": charts.length_histogram(splits), "lengths_finding": charts.length_finding(splits)}
    if labels:
        context |= {"label_chart": charts.label_counts(labels), "label_finding": charts.label_finding(labels)}
    return render(request, "datasets/version.html", context, status=status)


def _uses(version: DatasetVersion) -> QuerySet[JobData]:
    return version.used_by.select_related("job").order_by("-job__created_at", "field")[:50]


def _address(name: str, version: DatasetVersion, code: str) -> str:
    """The page of a job or a study, if the site has one."""
    return address((name,), version.dataset.project.code, code) or ""


def _head(version: DatasetVersion, current: str) -> dict[str, object]:
    """The tabs, and where a study with this version is launched if it has rows to train on and to measure with."""
    launch = address(("jobs:launch-study",), version.dataset.project.code)
    usable = launch is not None and {"train", "test"} <= set(version.splits)
    return {"tabs": _tabs(version, current), "study_url": f"{launch}?data={version.digest}" if usable else ""}


def _tabs(version: DatasetVersion, current: str) -> list[dict[str, object]]:
    place = [version.dataset.project.code, version.dataset.code, version.number]
    return [
        {"label": "About", "href": reverse("datasets:version", args=place), "current": current == "about"},
        {
            "label": "Rows",
            "href": reverse("datasets:rows", args=place),
            "current": current == "rows",
            "count": version.rows,
        },
    ]


@require_safe
def rows(request: HttpRequest, code: str, dataset: str, number: int) -> HttpResponse:
    """The rows of a split, page by page or those in which a text stands."""
    found = get_version(person(request), code, dataset, number)
    split = request.GET.get("split") or found.split_rows[0][0]
    if split not in found.splits:
        raise Http404("There is no such split")
    asked = RowFilter(request.GET)
    wanted = asked.cleaned_data if asked.is_valid() else {}
    offset, search = wanted.get("offset") or 0, wanted.get("q") or ""
    page = browse(split_file(found, split), offset=offset, limit=PAGE_ROWS, search=search)
    context = {
        **frame(request, found.dataset.project, "data"),
        "version": found,
        **_head(found, "rows"),
        "split": split,
        "search": search,
        "offset": offset,
        "last": offset + len(page.rows),
        "page": page,
        "rows": [shown_row(each.row, each.index + 1) for each in page.rows],
        "previous": max(0, offset - PAGE_ROWS) if offset and not search else None,
    }
    return render(request, "datasets/rows.html", context)


@require_safe
def download(request: HttpRequest, code: str, dataset: str, number: int, split: str) -> HttpResponseBase:
    """A split's canonical rows as JSONL."""
    found = get_version(person(request), code, dataset, number)
    if split not in found.splits:
        raise Http404("There is no such split")
    name = f"{found.dataset.code}-v{found.number}-{split}.jsonl"
    content = split_file(found, split).open("rb")
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/jsonl")


@require_POST
def delete(request: HttpRequest, code: str, dataset: str, number: int) -> HttpResponseBase:
    """Delete a version that nothing reads, once its name was typed."""
    found = get_version(person(request), code, dataset, number, edit=True)
    if request.POST.get("confirm", "").strip() != str(found):
        return _version(request, found, status=422, refused=f"Type the name “{found}” exactly to delete it.")
    try:
        services.delete_version(by=person(request), version=found)
    except InUse as reason:
        return _version(request, found, status=409, refused=str(reason))
    messages.success(request, f"{found} is deleted.")
    return redirect("datasets:list", code)
