"""Who works on an upload: one process at a time, told apart by a claim that is taken by a conditional update.

While it works, a process gives signs of life through `Claim.tell`. Without them for `SILENT_SECONDS` another one
may take over; every write of the old one is lost from then on, because it carries the old claim.
"""

import time
import uuid
from datetime import timedelta
from typing import Any, Self

import structlog
from django.db import DatabaseError
from django.db.models import F, Q
from django.utils import timezone

from .models import WORKING, Upload

log = structlog.get_logger("uplift.datasets")

SILENT_SECONDS = 60
MOST_ATTEMPTS = 3
_TELL_EVERY_SECONDS = 1.0


class ClaimLost(Exception):
    """Another process took the upload over, or somebody threw it away: stop, and write nothing more."""


class Claim:
    """The right to write one upload's progress and outcome."""

    def __init__(self, upload_id: int, name: str) -> None:
        self.upload_id = upload_id
        self.name = name
        self._told_at = time.monotonic()

    @classmethod
    def take(cls, upload_id: int) -> Self | None:
        """Claim the upload if there is work and nobody alive does it; None otherwise."""
        name, now = uuid.uuid4().hex, timezone.now()
        silent = Q(changed_at__lt=now - timedelta(seconds=SILENT_SECONDS))
        free = Upload.objects.filter(Q(claim="") | silent, pk=upload_id, state__in=WORKING, attempts__lt=MOST_ATTEMPTS)
        if not free.update(claim=name, attempts=F("attempts") + 1, changed_at=now):
            return None
        return cls(upload_id, name)

    def tell(self, fraction: float) -> None:
        """A sign of life with the part that is done, 0 to 1; at most one write a second. Raises `ClaimLost`."""
        if time.monotonic() - self._told_at < _TELL_EVERY_SECONDS:
            return
        self._told_at = time.monotonic()
        try:
            held = self._write(progress=min(1.0, max(0.0, fraction)))
        except DatabaseError as error:
            # a database that is away for a while does not end the work; if it stays away, the outcome is not written
            log.warning("progress not written", upload_id=self.upload_id, error=str(error))
            return
        if not held:
            raise ClaimLost

    def finish(self, **fields: Any) -> bool:
        """Write the outcome and let go; False if the claim was lost, and then nothing is written."""
        return self._write(**fields, claim="", progress=1.0)

    def _write(self, **fields: Any) -> bool:
        held = Upload.objects.filter(pk=self.upload_id, claim=self.name, state__in=WORKING)
        return bool(held.update(**fields, changed_at=timezone.now()))
