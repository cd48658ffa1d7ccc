"""Public modules, claims and the glossary: addresses, from the root of the site."""

from django.urls import URLPattern

app_name = "topics"

urlpatterns: list[URLPattern] = []
