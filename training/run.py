"""What a running job holds: its folder, its event log, its budget, and whether it must stop."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .events import Event, EventLog, EventType, Watcher
from .faults import Cancelled, OverBudget
from .result import Cost
from .spec import JobSpec


class Run:
    """One job in progress.

    A job emits events through it and calls `check()` wherever it can stop: after a step it has
    checkpointed, between two batches of an evaluation. Inside `with run.graceful():` a stop waits
    for the next `check()`; outside (imports, loading) the process ends at once, as nothing is lost.
    """

    def __init__(
        self,
        folder: Path,
        spec: JobSpec,
        *,
        stop: threading.Event | None = None,
        hurry: threading.Event | None = None,
        rank: int = 0,
        watch: Watcher | None = None,
    ) -> None:
        """`stop` is set by whoever wants the job to end, `hurry` by who will not wait for a checkpoint either.

        A `rank` above 0 writes no events; `watch` sees each event.
        """
        self.folder = folder
        self.spec = spec
        self.rank = rank
        self.artifacts = folder / "artifacts"
        self.checkpoints = folder / "checkpoints"
        self.artifacts.mkdir(parents=True, exist_ok=True)
        self.checkpoints.mkdir(exist_ok=True)
        self.events = EventLog(folder / "events.jsonl" if rank == 0 else None, watch)
        self.stop = stop or threading.Event()
        self.hurry = hurry or threading.Event()
        self.graceful_lock = threading.RLock()
        self._started = time.monotonic()
        self._seconds_before = 0.0

    @property
    def is_main(self) -> bool:
        """Whether this process writes the job's events, checkpoints, artifacts and result."""
        return self.rank == 0

    def emit(self, type_: EventType, **fields: object) -> Event:
        """Append one event."""
        return self.events.emit(type_, **fields)

    def log(self, text: str) -> None:
        """A line for the person who reads the job's log."""
        self.emit(EventType.LOG, text=text)

    def warn(self, text: str, *, remedy: str = "", code: str = "") -> None:
        """Something the person should know; `code` names the rule that raised it."""
        self.emit(EventType.WARNING, text=text, remedy=remedy, code=code)

    @contextmanager
    def graceful(self) -> Iterator[None]:
        """In this block a stop waits for the next `check()`, which can leave a checkpoint first.

        It holds `graceful_lock`, which whoever ends the process takes first: no end falls into the block.
        """
        with self.graceful_lock:
            yield

    @property
    def stop_reason(self) -> Cancelled | OverBudget | None:
        """Why the job must stop now, or None. The job checkpoints and then raises it."""
        if self.stop.is_set():
            return Cancelled("The job was cancelled", remedy="Resume it to go on from its last checkpoint.")
        budget = self.spec.budget
        minutes = self.elapsed_seconds / 60
        if budget.max_minutes is not None and minutes >= budget.max_minutes:
            return OverBudget(
                f"The job reached its limit of {budget.max_minutes:g} minutes",
                remedy="Raise the limit and resume; the work so far is kept in a checkpoint.",
            )
        usd = self.usd
        if budget.max_usd is not None and usd is not None and usd >= budget.max_usd:
            return OverBudget(
                f"The job reached its limit of {budget.max_usd:g} USD",
                remedy="Raise the limit and resume; the work so far is kept in a checkpoint.",
            )
        return None

    def check(self) -> None:
        """Raise `Cancelled` or `OverBudget` if the job must stop."""
        reason = self.stop_reason
        if reason is not None:
            raise reason

    def continue_from(self, seconds: float) -> None:
        """Count the seconds that earlier attempts used, kept in the checkpoint that is resumed."""
        self._seconds_before = seconds

    @property
    def elapsed_seconds(self) -> float:
        """Wall-clock seconds of this job over all its attempts."""
        return self._seconds_before + time.monotonic() - self._started

    @property
    def usd(self) -> float | None:
        """Cost so far at the price the spec names."""
        price = self.spec.budget.usd_per_device_hour
        return None if price is None else price * self.spec.devices * self.elapsed_seconds / 3600

    def cost(self, device: str) -> Cost:
        """The cost record for `result.json`. `device` is the device class the job ran on."""
        return Cost(
            device=device,
            devices=self.spec.devices,
            device_seconds=self.elapsed_seconds * self.spec.devices,
            usd=self.usd,
            usd_per_device_hour=self.spec.budget.usd_per_device_hour,
        )
