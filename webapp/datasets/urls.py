"""Addresses of the data pages; `code` is the project's."""

from django.urls import path

from .views import uploads, versions

app_name = "datasets"
_version = "<slug:dataset>/<int:number>/"
urlpatterns = [
    path("", versions.dataset_list, name="list"),
    path("new/", uploads.new, name="new"),
    path("uploads/<str:upload>/", uploads.upload, name="upload"),
    path("uploads/<str:upload>/check/", uploads.check_again, name="check-again"),
    path("uploads/<str:upload>/store/", uploads.store, name="store"),
    path("uploads/<str:upload>/discard/", uploads.discard, name="discard"),
    path("<slug:dataset>/", versions.dataset, name="dataset"),
    path("<slug:dataset>/new/", uploads.new_version, name="new-version"),
    path(_version, versions.version, name="version"),
    path(_version + "rows/", versions.rows, name="rows"),
    path(_version + "delete/", versions.delete, name="delete"),
    path(_version + "download/<slug:split>.jsonl", versions.download, name="download"),
]
