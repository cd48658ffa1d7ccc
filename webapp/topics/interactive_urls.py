"""Addresses of the interactive parts; each gives a whole page, or for htmx the part of it that changed."""

from django.urls import path

from .explorers import views as explorers

urlpatterns = [
    path("topics/explorers/<slug:key>/", explorers.explorer, name="explorer"),
]
