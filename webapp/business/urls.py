"""Scenarios and the calculator: addresses, from the root of the site."""

from django.urls import URLPattern, path

from .calculator.views import calculator

app_name = "business"

urlpatterns: list[URLPattern] = [
    path("roi/", calculator, name="calculator"),
]
