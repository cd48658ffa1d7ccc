"""What Prometheus reads: taken from the database when it asks, so that every web process answers the same."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import django
from django.db.models import Count, Min, Sum
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from webapp.jobs.models import OPEN, Job, JobState, Worker


class ProductCollector(Collector):
    """Jobs, queues and workers."""

    def collect(self) -> Iterator[Metric]:
        """Each metric family, from a few grouped queries."""
        yield InfoMetricFamily("uplift_build", "Versions", {"version": product_version(), "django": django.__version__})
        yield _jobs()
        yield _queue_age()
        yield from _workers()
        yield _spent()


def exposition() -> bytes:
    """All metrics as Prometheus text."""
    registry = CollectorRegistry()
    registry.register(ProductCollector())
    return generate_latest(registry)


def product_version() -> str:
    """The installed version of this product."""
    try:
        return version("uplift")
    except PackageNotFoundError:
        return "source"


def _jobs() -> Metric:
    family = GaugeMetricFamily("uplift_jobs", "Jobs by state, queue and kind", labels=["state", "queue", "kind"])
    for row in Job.objects.order_by().values("state", "queue", "kind").annotate(count=Count("pk")):
        family.add_metric([row["state"], row["queue"], row["kind"]], row["count"])
    return family


def _queue_age() -> Metric:
    family = GaugeMetricFamily(
        "uplift_queue_age_seconds", "How long the oldest queued job has been there, from its launch", labels=["queue"]
    )
    now = timezone.now()
    queued = Job.objects.order_by().filter(state=JobState.QUEUED)
    oldest = dict(queued.values_list("queue").annotate(first=Min("created_at")))
    for queue in Job.objects.order_by().filter(state__in=OPEN).values_list("queue", flat=True).distinct():
        first = oldest.get(queue)
        family.add_metric([queue], (now - first).total_seconds() if first else 0.0)
    return family


def _workers() -> Iterator[Metric]:
    workers = GaugeMetricFamily("uplift_workers", "Workers that told of themselves lately", labels=["queue"])
    slots = GaugeMetricFamily("uplift_worker_slots", "Jobs that these workers run at once", labels=["queue"])
    found = list(Worker.objects.alive())
    for queue in sorted({worker.queue for worker in found}):
        mine = [worker for worker in found if worker.queue == queue]
        workers.add_metric([queue], len(mine))
        slots.add_metric([queue], sum(worker.slots for worker in mine))
    yield workers
    yield slots


def _spent() -> Metric:
    family = GaugeMetricFamily("uplift_job_seconds", "Seconds that all kept jobs ran, by queue", labels=["queue"])
    for row in Job.objects.order_by().values("queue").annotate(seconds=Sum("elapsed_seconds")):
        family.add_metric([row["queue"]], row["seconds"] or 0.0)
    return family
