"""Public modules, claims and the glossary: addresses, from the root of the site."""

from django.urls import URLPattern

from . import interactive_urls

app_name = "topics"

# the interactive parts come first: their first segments are no branches
urlpatterns: list[URLPattern] = [
    *interactive_urls.urlpatterns,
]
