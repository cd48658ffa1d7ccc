"""Whether database, broker and workers answer."""

import time
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.db import connection

from webapp.jobs.models import Worker

Check = dict[str, Any]


def health() -> dict[str, Check]:
    """Each part with `ok`, the milliseconds it took, and where it is not well, why."""
    return {
        "web": {"ok": True},
        "database": _timed(_database),
        "broker": _timed(_broker),
        "workers": _timed(_workers),
    }


def _timed(check: Callable[[], str]) -> Check:
    started = time.perf_counter()
    try:
        why = check()
    except Exception as error:  # whatever fails here is the answer, not an error of the page
        why = f"{type(error).__name__}: {error}".strip()
    found: Check = {"ok": not why, "milliseconds": round((time.perf_counter() - started) * 1000, 1)}
    if why:
        found["why"] = why
    return found


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return ""


def _broker() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    finally:
        client.close()
    return ""


def _workers() -> str:
    queues = set(Worker.objects.alive().values_list("queue", flat=True))
    if "default" not in queues:
        return "no worker for light work told of itself lately"
    if not queues - {"default"}:
        return "no training worker told of itself lately"
    return ""
