"""Scenarios in the admin pages: to look at, not to change past the history."""

from django.contrib import admin
from django.http import HttpRequest

from .models import Scenario, ScenarioVersion


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # for two models
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Scenario)
class ScenarioAdmin(_ReadOnly):
    """Every scenario by project."""

    list_display = ("name", "project", "version", "is_main", "changed_at")
    search_fields = ("name", "code")


@admin.register(ScenarioVersion)
class ScenarioVersionAdmin(_ReadOnly):
    """Every stored version."""

    list_display = ("scenario", "number", "created_by", "created_at", "note")
