"""What makes gates be judged again: measurements, scenarios, dataset versions, another base model or minimum effect."""

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_delete, post_save

from webapp.business.signals import scenario_changed
from webapp.datasets.models import DatasetVersion
from webapp.jobs.signals import measured
from webapp.projects.signals import settings_changed

from .tasks import evidence_changed

_JUDGED_BY = {"base_model", "minimum_effect"}
"""Settings that say which measurements are of the base model, and which differences matter."""


def _on_evidence(*, project_id: int, **kwargs: Any) -> None:
    evidence_changed(project_id)


def _on_version(*, instance: DatasetVersion, **kwargs: Any) -> None:
    evidence_changed(instance.dataset.project_id)


def _on_settings(*, project_id: int, names: Collection[str], **kwargs: Any) -> None:
    if _JUDGED_BY & set(names):
        evidence_changed(project_id)


def connect() -> None:
    """Listen. Called once, when the app is ready."""
    measured.connect(_on_evidence, dispatch_uid="roadmap-measured")
    scenario_changed.connect(_on_evidence, dispatch_uid="roadmap-scenario")
    settings_changed.connect(_on_settings, dispatch_uid="roadmap-settings")
    post_save.connect(_on_version, sender=DatasetVersion, dispatch_uid="roadmap-version")
    post_delete.connect(_on_version, sender=DatasetVersion, dispatch_uid="roadmap-version-gone")
