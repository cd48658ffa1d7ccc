"""The report that an executive reads: addresses, from the root of the site."""

from django.urls import URLPattern

app_name = "reports"

urlpatterns: list[URLPattern] = []
