"""One job from claim to end, in one thread of a worker.

The job itself is a process of its own. This thread copies its events into the database, keeps the lease, and stops
the process when someone cancels, when the worker is told to stop, or when the lease is lost. While the database is
away the process goes on; its events wait in their file.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from training.events import FINAL_TYPES, Event, EventType
from training.faults import ExitStatus, as_fault
from training.spec import SpecFaults
from webapp.files.bucket import FilesFault
from webapp.files.places import is_shared

from . import references, workers
from .children import Child, start_child
from .folders import job_folder
from .ingest import BATCH_EVENTS, Tail, match_file, store
from .lease import Lease, LeaseLost, claim
from .models import Job, JobState
from .outcome import finish
from .shipment import Shipment
from .verdict import Stop, Verdict, judge

TICK_SECONDS = 0.1
SYNC_SECONDS = 0.4
LONGEST_RETRY_SECONDS = 5.0
_LOG_TAIL_BYTES = 1500
_AWAY = (OperationalError, InterfaceError)

_Value = TypeVar("_Value")

log = structlog.get_logger("uplift.jobs")


def supervise(job_id: int, *, owner: str, queue: str) -> bool:
    """Claim the job and run it to its end; False if it cannot be claimed."""
    if workers.draining.is_set():
        return False
    short_waits()
    lease = claim(job_id, owner=owner, queue=queue)
    if lease is None:
        return False
    job = Job.objects.select_related("project").get(pk=job_id)
    with structlog.contextvars.bound_contextvars(job=job.code, fence=lease.fence):
        try:
            Supervision(job, lease).run()
        except LeaseLost:
            log.warning("the claim was lost; nothing more is written for it")
            return True
    tell_ended(job_id)
    return True


def tell_ended(job_id: int) -> None:
    """Let what waits for this job go on, if it ended. The sweeper repeats what fails here."""
    from .services import job_ended

    job = Job.objects.get(pk=job_id)
    if job.has_ended:
        log.info("job ended", job=job.code, state=job.state, what=job.failure.get("what"))
        job_ended(job)


class Supervision:
    """The claim's thread. Every write is bound to the claim; `LeaseLost` ends it after the process is stopped."""

    def __init__(self, job: Job, lease: Lease) -> None:
        self._job = job
        self._lease = lease
        self._folder = job_folder(job)
        self._stop: Stop | None = None
        self._final: Event | None = None
        self._retry_seconds = 0.0
        self._sync_at = 0.0
        self._renewed_at = time.monotonic()
        self._tail = Tail(self._folder / "events.jsonl", job.last_seq)
        self._shipment = Shipment(job, lease, self._folder, self._insist)

    def run(self) -> None:
        """Start the process, follow it, write what became of it."""
        try:
            self._run()
        finally:
            self._shipment.close()

    def _run(self) -> None:
        try:
            self._shipment.bring()
        except (OSError, FilesFault) as error:
            self._finish(Verdict(JobState.FAILED, as_fault(error).fields()))
            return
        self._catch_up()
        if self._final is not None and self._final["type"] == EventType.FAILED:
            # the job failed while no worker was there to write it down: it is not run again
            self._finish(judge(ExitStatus.OTHER, final=self._final, stop=None, attempts=0, max_attempts=0))
            return
        self._final = None
        try:
            child = self._start()
        except (OSError, SpecFaults, KeyError, FilesFault) as error:
            log.warning("the job could not be started", error=str(error))
            self._finish(Verdict(JobState.FAILED, as_fault(error).fields()))
            return
        try:
            self._follow(child)
        finally:
            child.stop()
            while not child.wait(TICK_SECONDS):
                pass
        self._store_rest()
        verdict = self._judge(child)
        log.info("job process ended", returncode=child.returncode, state=verdict.state, stop=self._stop)
        self._finish(verdict)

    def _catch_up(self) -> None:
        """Store what an earlier claim left in the file."""
        self._tail.seq = self._insist(lambda: match_file(self._lease, self._folder / "events.jsonl"))
        self._store_rest()

    def _follow(self, child: Child) -> None:
        """Watch over the process until it ends. Raises `LeaseLost`."""
        while not child.wait(TICK_SECONDS):
            if workers.draining.is_set():
                self._ask_to_stop(child, Stop.DRAIN)
            if self._stop is not Stop.LOST and time.monotonic() >= self._sync_at:
                self._sync(child)
        if self._stop is Stop.LOST:
            raise LeaseLost(self._lease)

    def _finish(self, verdict: Verdict) -> None:
        # a worker that is told to stop is not the job's fault: its attempt does not count
        is_blameless = self._stop is Stop.DRAIN
        verdict = self._shipment.deliver(verdict)
        self._insist(lambda: finish(self._lease, verdict, self._folder, is_blameless=is_blameless))

    def _start(self) -> Child:
        self._shipment.bring_inputs()
        spec = self._insist(lambda: references.resolved_spec(self._job))
        child = start_child(spec, self._folder)
        log.info("job process started", pid=child.pid, was_spare=child.was_spare, attempt=self._job.attempts)
        return child

    def _sync(self, child: Child) -> None:
        """One round with the database: events in, lease renewed, cancellation read. It may be away."""
        try:
            is_more = self._store_next()
            if time.monotonic() - self._renewed_at > settings.LEASE_SECONDS / 4:
                self._lease.write()
                self._renewed_at = time.monotonic()
            self._shipment.tick()
            found = self._lease.rows().values_list("cancel_requested_at", flat=True)
            row = list(found[:1])
            if not row:
                raise LeaseLost(self._lease)
            if row[0] is not None:
                self._ask_to_stop(child, Stop.CANCEL)
        except LeaseLost:
            self._ask_to_stop(child, Stop.LOST)
        except _AWAY as error:
            self._back_off(error)
            if is_shared() and time.monotonic() - self._renewed_at > settings.LEASE_SECONDS / 2:
                # the next claimant may be on another machine and write the same files: be gone by then
                self._ask_to_stop(child, Stop.LOST)
        else:
            self._retry_seconds = 0.0
            self._sync_at = time.monotonic() + (0.0 if is_more else SYNC_SECONDS)

    def _ask_to_stop(self, child: Child, why: Stop) -> None:
        if self._stop is None or why is Stop.LOST:
            log.info("stopping the job process", why=why.value)
            self._stop = why
        child.stop(hurry=why is Stop.CANCEL)

    def _store_next(self) -> bool:
        """Store the next batch of events; True if more may wait. Raises `LeaseLost` and what a database away raises."""
        events = self._tail.read()
        if not events:
            return False
        store(self._lease, events)
        self._tail.advance(events)
        self._renewed_at = time.monotonic()
        for event in events:
            self._final = event if event["type"] in FINAL_TYPES else None
        return len(events) >= BATCH_EVENTS

    def _store_rest(self) -> None:
        while self._insist(self._store_next):
            pass

    def _insist(self, write: Callable[[], _Value]) -> _Value:
        """Try until the database answers.

        A worker told to stop tries for `STOP_GRACE_SECONDS`, then leaves the claim to expire: raises `LeaseLost`.
        """
        give_up_at: float | None = None
        while True:
            try:
                return write()
            except _AWAY as error:
                self._back_off(error)
            if workers.draining.is_set():
                give_up_at = give_up_at or time.monotonic() + settings.STOP_GRACE_SECONDS
                if time.monotonic() > give_up_at:
                    raise LeaseLost(self._lease)
            time.sleep(self._retry_seconds)

    def _back_off(self, error: DatabaseError | InterfaceError) -> None:
        self._retry_seconds = min(max(2 * self._retry_seconds, 0.25), LONGEST_RETRY_SECONDS)
        self._sync_at = time.monotonic() + self._retry_seconds
        log.warning("the database is away", error=str(error).strip(), retry_seconds=self._retry_seconds)
        with suppress(DatabaseError, InterfaceError):
            connection.close()
        with suppress(DatabaseError, InterfaceError):
            short_waits()

    def _judge(self, child: Child) -> Verdict:
        assert child.returncode is not None
        attempts = self._insist(lambda: Job.objects.values_list("attempts", flat=True).get(pk=self._job.pk))
        return judge(
            child.returncode,
            final=self._final,
            stop=self._stop,
            attempts=attempts,
            max_attempts=settings.JOB_ATTEMPTS,
            log_tail=_log_tail(self._folder / "log.txt"),
        )


def short_waits() -> None:
    """Let this thread's SQLite connection wait 2 s for a lock, not 20: a job's thread has other things to do."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout=2000")


def _log_tail(path: Path) -> str:
    """The last lines that the process printed."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LOG_TAIL_BYTES))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""
