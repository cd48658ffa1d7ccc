"""Migrations say what the models say: quick tests make their tables from the models, the others by the migrations."""

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from pytest_django import Settings


def test_the_models_have_nothing_that_no_migration_brings(settings: Settings) -> None:
    settings.MIGRATION_MODULES = {}  # also where the tables were made without migrations
    loader = MigrationLoader(None)
    found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    assert found.changes(graph=loader.graph) == {}
    assert {app.label for app in apps.get_app_configs() if app.name.startswith("webapp.")} & loader.migrated_apps
