"""Judging gates in the background. The row's `stale_since` says what is to be done; the message is only a hint."""

from datetime import timedelta
from typing import Any

import structlog
from celery import shared_task
from celery.exceptions import OperationalError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from webapp.files.bucket import FilesFault

from .models import Roadmap

log = structlog.get_logger("uplift.roadmap")

QUEUE = "default"
LOST_SECONDS = 20
"""A message that was not acted on for so long is taken for lost."""
JUDGED_EVERY = timedelta(hours=1)
"""Waivers and prices end by themselves, so every roadmap is judged again this often."""
_AT_ONCE = 50


def _evaluate(roadmap_id: int) -> None:
    """Judge one roadmap's gates; one that is gone meanwhile is no fault."""
    from .evaluation import evaluate

    try:
        evaluate(roadmap_id)
    except Roadmap.DoesNotExist:
        return
    except FilesFault as fault:
        log.warning("answers could not be fetched; the sweeper tries again", roadmap_id=roadmap_id, error=str(fault))


def _sweep() -> None:
    """Judge what was not judged in time."""
    now = timezone.now()
    lost = Q(stale_since__lt=now - timedelta(seconds=LOST_SECONDS))
    due = Q(evaluated_at__isnull=True) | Q(evaluated_at__lt=now - JUDGED_EVERY)
    for roadmap_id in (
        Roadmap.objects.filter(lost | due).order_by("evaluated_at").values_list("pk", flat=True)[:_AT_ONCE]
    ):
        _evaluate(roadmap_id)


evaluate_roadmap: Any = shared_task(_evaluate, name="roadmap.evaluate")
sweep: Any = shared_task(_sweep, name="roadmap.sweep")


def evidence_changed(project_id: int) -> None:
    """Have the project's gates judged once the transaction is committed, if it has a roadmap."""
    if Roadmap.objects.filter(project=project_id).update(stale_since=timezone.now()):
        transaction.on_commit(lambda: _send(project_id))


def _send(project_id: int) -> None:
    for roadmap_id in Roadmap.objects.filter(project=project_id).values_list("pk", flat=True):
        try:
            evaluate_roadmap.apply_async(args=[roadmap_id], queue=QUEUE, retry=False)
        except (OperationalError, OSError) as error:
            log.warning("the broker is away; the sweeper judges later", roadmap_id=roadmap_id, error=str(error))
