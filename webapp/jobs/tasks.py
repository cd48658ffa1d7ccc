"""What goes through the broker. A message is a hint: whoever receives it asks the database what is to be done."""

import threading
from typing import Any

import structlog
from celery import shared_task
from celery.exceptions import OperationalError
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from . import workers
from .models import Job, JobState
from .queues import DEFAULT_QUEUE, TRAIN_PREFIX, queue_name

log = structlog.get_logger("uplift.tasks")

_identity = {"name": "worker"}
_heartbeats: list[workers.Heartbeat] = []


def _run_job(job_id: int) -> None:
    """Run one job to its end: the oldest that this worker can take, if there is one to take.

    Not strictly the one named: messages come again and out of order, people wait in order.
    """
    from .supervise import supervise

    owner = workers.new_owner(_identity["name"])
    for oldest in workers.jobs_to_take(job_id):
        if supervise(oldest, owner=owner, queue=settings.DEVICE_CLASS):
            return


def _sweep() -> None:
    """Put right what a dead worker or broker left behind."""
    from .sweep import sweep_all

    sweep_all()


# called and not used as decorators: Celery carries no types
run_job: Any = shared_task(_run_job, name="jobs.run")
sweep: Any = shared_task(_sweep, name="jobs.sweep")


def dispatch(job: Job) -> None:
    """Tell the workers of a queued job once the transaction is committed.

    A broker that is away changes nothing: the sweeper tells them later.
    """
    transaction.on_commit(lambda: send(job.pk, job.queue, int(job.spec.get("devices") or 1)))


def send(job_id: int, queue: str, devices: int) -> bool:
    """Send the message now; False if the broker is away."""
    try:
        run_job.apply_async(args=[job_id], queue=queue_name(queue, devices), retry=False)
    except (OperationalError, OSError) as error:
        log.warning("the broker is away; the sweeper sends the job later", job_id=job_id, error=str(error))
        return False
    Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(dispatched_at=timezone.now())
    return True


def messages_waiting(queue: str, devices: int) -> int | None:
    """How many messages stand in a queue of the broker; None if it is away."""
    try:
        with run_job.app.connection_for_write() as connection:
            return int(connection.default_channel.client.llen(queue_name(queue, devices)))
    except (OperationalError, RedisError, OSError):
        return None


def _begin(sender: Any, **kwargs: Any) -> None:
    """The worker is connected: tell of it, free what its predecessor held, get a spare ready."""
    from .sweep import release_dead

    _identity["name"] = sender.hostname
    trains = any(name.startswith(TRAIN_PREFIX) for name in sender.app.amqp.queues.consume_from)
    queue = settings.DEVICE_CLASS if trains else DEFAULT_QUEUE
    heartbeat = workers.Heartbeat(sender.hostname, queue, slots=sender.pool.limit)
    heartbeat.start()
    _heartbeats.append(heartbeat)
    if trains:
        release_dead()
        if settings.SPARE_PROCESS:
            threading.Thread(target=_get_ready, daemon=True, name="get-ready").start()


def _get_ready() -> None:
    """Know the machine, then keep a spare process; jobs do not wait for it."""
    workers.measure_once()
    workers.spare.open()


def _drain(**kwargs: Any) -> None:
    """Runs in a signal handler: only sets a flag."""
    workers.draining.set()


def _end(**kwargs: Any) -> None:
    workers.spare.close()
    for heartbeat in _heartbeats:
        heartbeat.stop()


worker_ready.connect(_begin)
worker_shutting_down.connect(_drain)
worker_shutdown.connect(_end)
