"""Addresses of the data pages; `code` is the project's."""

from django.urls import URLPattern

app_name = "datasets"
urlpatterns: list[URLPattern] = []
