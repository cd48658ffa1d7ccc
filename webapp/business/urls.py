"""Scenarios and the calculator: addresses, from the root of the site."""

from django.urls import URLPattern

app_name = "business"

urlpatterns: list[URLPattern] = []
