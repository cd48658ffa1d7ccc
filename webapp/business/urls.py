"""Scenarios and the calculator: addresses, from the root of the site."""

from django.urls import URLPattern, path

from .calculator.views import calculator
from .exports.views import calculator_export, export
from .views import actions, bind, compare, edit, gone, history, listing, save, scenario, study

app_name = "business"

urlpatterns: list[URLPattern] = [
    path("roi/", calculator, name="calculator"),
    path("roi/export/", calculator_export, name="calculator-export"),
    path("roi/save/", save.save_calculation, name="save-calculation"),
    *(
        path(f"projects/<slug:code>/scenarios/{rest}", view, name=name)
        for rest, view, name in (
            ("", listing.scenarios, "list"),
            ("new/", listing.new, "new"),
            ("upload/", listing.upload, "upload"),
            ("compare/", compare.compare, "compare"),
            ("from-study/<slug:study>/", study.from_study, "from-study"),
            ("<slug:scenario>/", scenario.scenario, "scenario"),
            ("<slug:scenario>/edit/", edit.edit, "edit"),
            ("<slug:scenario>/history/", history.history, "history"),
            ("<slug:scenario>/history/<int:number>/restore/", history.restore, "restore"),
            ("<slug:scenario>/export/", export, "export"),
            ("<slug:scenario>/bind/", bind.bind, "bind"),
            ("<slug:scenario>/renew/", bind.renew, "renew"),
            ("<slug:scenario>/duplicate/", actions.duplicate, "duplicate"),
            ("<slug:scenario>/main/", actions.main, "main"),
            ("<slug:scenario>/delete/", actions.delete, "delete"),
            ("<slug:scenario>/bring-back/", gone.bring_back, "bring-back"),
        )
    ),
]
