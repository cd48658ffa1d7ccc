"""What makes gates be judged again: measurements, scenarios, dataset versions."""

from typing import Any

from django.db.models.signals import post_delete, post_save

from webapp.business.signals import scenario_changed
from webapp.datasets.models import DatasetVersion
from webapp.jobs.signals import measured

from .tasks import evidence_changed


def _on_evidence(*, project_id: int, **kwargs: Any) -> None:
    evidence_changed(project_id)


def _on_version(*, instance: DatasetVersion, **kwargs: Any) -> None:
    evidence_changed(instance.dataset.project_id)


def connect() -> None:
    """Listen. Called once, when the app is ready."""
    measured.connect(_on_evidence, dispatch_uid="roadmap-measured")
    scenario_changed.connect(_on_evidence, dispatch_uid="roadmap-scenario")
    post_save.connect(_on_version, sender=DatasetVersion, dispatch_uid="roadmap-version")
    post_delete.connect(_on_version, sender=DatasetVersion, dispatch_uid="roadmap-version-gone")
