"""Talk to a specialist: addresses, from the root of the site."""

from django.urls import URLPattern

app_name = "inquiries"

urlpatterns: list[URLPattern] = []
