"""The report that an executive reads: addresses, from the root of the site."""

from django.urls import path

from . import views

app_name = "reports"

_PROJECT = "projects/<slug:code>/report/"

urlpatterns = [
    path(_PROJECT, views.report, name="report"),
    path(f"{_PROJECT}draft.pdf", views.draft_pdf, name="draft-pdf"),
    path(f"{_PROJECT}issue/", views.issue, name="issue"),
    path(f"{_PROJECT}<int:number>/", views.issued, name="issued"),
    path(f"{_PROJECT}<int:number>/report.pdf", views.issued_pdf, name="issued-pdf"),
    path(f"{_PROJECT}<int:number>/report.json", views.issued_json, name="issued-json"),
    path(f"{_PROJECT}<int:number>/since/", views.since, name="since"),
    path(f"{_PROJECT}<int:number>/share/", views.share, name="share"),
    path(f"{_PROJECT}<int:number>/share/<int:link>/revoke/", views.revoke, name="revoke"),
    path("shared/<str:key>/", views.shared, name="shared"),
    path("shared/<str:key>/report.pdf", views.shared_pdf, name="shared-pdf"),
]
