"""Addresses of the interactive parts; each gives a whole page, or for htmx the part of it that changed."""

from django.urls import path

from .chooser import views as chooser
from .explorers import views as explorers
from .flows import views as flows

urlpatterns = [
    path("topics/explorers/<slug:key>/", explorers.explorer, name="explorer"),
    path("topics/flows/<slug:key>/", flows.first_station, name="flow-start"),
    path("topics/flows/<slug:key>/<slug:station>/", flows.station, name="flow"),
    path("topics/methods/", chooser.methods, name="methods"),
    path("topics/choose/", chooser.choose, name="choose"),
    path("topics/walk/", chooser.test_time, name="walk"),
]
