"""Phases, milestones and gates: addresses, from the root of the site."""

from django.urls import URLPattern

app_name = "roadmap"

urlpatterns: list[URLPattern] = []
