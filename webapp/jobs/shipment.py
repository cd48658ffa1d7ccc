"""A job's files between the machine that runs it and the bucket, under the job's claim.

`bring` makes the folder what the last machine that ran the job published, unless that was this one; `tick` publishes
what is new while the job runs; `deliver` publishes the end. Files go into the bucket in a thread, under keys of the
claim's own fence; then the claim's thread names their listing in the job's row, in an update that is bound to the
fence. A worker that lost its claim may still write files, but nothing that anyone reads. Without a bucket nothing
here does anything.
"""

import fcntl
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import structlog
from django.conf import settings

from training.faults import as_fault
from webapp.datasets.published import fetch_split
from webapp.datasets.working import remove_orphans
from webapp.files.bucket import FileMissing, FilesFault, bucket
from webapp.files.places import is_remote
from webapp.files.trees import CHECKPOINTS, Tree, fetch, picture, store

from . import workers
from .lease import Lease, LeaseLost
from .models import Job, JobData, JobState, new_code
from .published import COPY_FILE, copy_name, fetched, published_tree, tree_key
from .references import artifacts_named
from .verdict import Verdict

PUBLISH_SECONDS = 15.0
"""Least time between two publications of a running job."""

PATIENCE_SECONDS = 600.0
"""How long a bucket that is away is waited for at the start and at a good end; at another end a tenth of it."""

_LOOK_SECONDS = 2.0
_LOCK_SECONDS = 30.0
_SNAPSHOTS = ".publishing-"
_PRIVATE = ("lock", "reserve", "launch.json", COPY_FILE)

_Value = TypeVar("_Value")
Insist = Callable[[Callable[[], Any]], Any]
"""Calls a function that asks the database until it answers, and returns the answer."""

log = structlog.get_logger("uplift.files")


class _Stopped(Exception):
    """Whoever waited for this transfer does not want it any more."""


class Transfer(threading.Thread):
    """Work in a thread that ends early once `stop` is set. `result` or `error` is there when it ended."""

    def __init__(self, work: Callable[["Transfer"], Any], *, patience_seconds: float = 0.0) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._give_up_at = time.monotonic() + patience_seconds
        self._stop_asked = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None

    def moved(self, count: int) -> None:
        """Called while bytes move: ends the work once it is to stop."""
        if self._stop_asked.is_set():
            raise _Stopped

    def stop(self) -> None:
        """End the work soon."""
        self._stop_asked.set()

    def run(self) -> None:
        wait_seconds = 0.5
        while True:
            try:
                self.result = self._work(self)
                return
            except (FileMissing, _Stopped) as error:
                self.error = error
                return
            except FilesFault as error:
                if time.monotonic() + wait_seconds > self._give_up_at or self._stop_asked.wait(wait_seconds):
                    self.error = error
                    return
                log.warning("the bucket is away", error=str(error))
                wait_seconds = min(2 * wait_seconds, 30.0)
            except Exception as error:
                self.error = error
                return


class Shipment:
    """One claim's files. All methods are called by the claim's thread, and raise `LeaseLost`."""

    def __init__(self, job: Job, lease: Lease, folder: Path, insist: Insist) -> None:
        self._job = job
        self._lease = lease
        self._insist = insist
        self._folder = folder
        self._copy = ""
        self._number = 0
        self._tree = Tree()
        self._seen: frozenset[tuple[str, int]] = frozenset()
        self._looked_at = self._published_at = 0.0
        self._transfer: Transfer | None = None

    def bring(self) -> None:
        """Make the job's folder the newest there is. Raises `FilesFault` and `OSError`."""
        if not is_remote():
            return
        _remove_leftovers(self._folder.parent)
        self._insist(remove_orphans)  # copies of data that was deleted
        job, published = self._job, self._job.published
        copy = copy_name(self._folder)
        is_newest = copy == published.get("copy", "")
        tree = self._wait(lambda transfer: published_tree(job))
        if not is_newest:
            self._wait(lambda transfer: _replace_folder(self._folder, tree, transfer))
        if not is_newest or not copy:
            self._folder.mkdir(parents=True, exist_ok=True)
            copy = new_code()
            (self._folder / COPY_FILE).write_text(copy, encoding="utf-8")
            job.published = {**published, "copy": copy}
            self._insist(lambda: self._lease.write(published=job.published))
        self._copy, self._tree = copy, tree
        self._seen = self._look()

    def bring_inputs(self) -> None:
        """Have the data, models and adapters here that the spec names. Raises `FilesFault` and `OSError`."""
        if not is_remote():
            return
        for used in self._insist(lambda: list(self._job.data.select_related("version"))):
            self._wait(_split_fetch(used))
        for made, path in self._insist(lambda: artifacts_named(self._job.project, self._job.spec)):
            self._wait(_artifact_fetch(made, path))

    def tick(self) -> None:
        """While the job runs: publish a new checkpoint or artifact, and name in the row what was published.

        What the database raises is raised; the next call goes on.
        """
        if not is_remote():
            return
        if self._transfer is not None:
            if self._transfer.is_alive():
                return
            if self._transfer.error is None:
                self._confirm(self._transfer.result)
            else:
                log.warning("the job's files were not published; tried again soon", error=str(self._transfer.error))
                self._seen = frozenset()
            self._transfer = None
            return
        now = time.monotonic()
        if now - self._looked_at < _LOOK_SECONDS or now - self._published_at < PUBLISH_SECONDS:
            return
        self._looked_at = now
        seen = self._look()
        if seen != self._seen:
            self._seen, self._published_at = seen, now
            self._transfer = Transfer(self._publication(with_checkpoints=True))
            self._transfer.start()

    def deliver(self, verdict: Verdict) -> Verdict:
        """Publish what the job leaves, before its end is written. Returns the verdict that holds then.

        A job whose results no other machine could read is not done.
        """
        if not is_remote() or not self._copy:
            return verdict
        self.close()
        self._insist(lambda: self._lease.write(stage="Storing its files"))
        is_done = verdict.state == JobState.DONE
        patience = PATIENCE_SECONDS if is_done else PATIENCE_SECONDS / 10
        try:
            tree = self._wait(self._publication(with_checkpoints=not is_done), patience_seconds=patience)
        except (FilesFault, OSError) as error:
            log.error("what the job left was not published", error=str(error))
            return Verdict(JobState.FAILED, as_fault(error).fields()) if is_done else verdict
        self._insist(lambda: self._confirm(tree))
        if is_done:
            with suppress(FilesFault):
                rest = bucket().keys(f"jobs/{self._job.code}/")
                keep = tree.keys | {tree_key(self._job.code, self._job.published)}
                bucket().delete([key for key in rest if key not in keep])
        return verdict

    def close(self) -> None:
        """End what is under way; nothing of it counts."""
        if self._transfer is not None:
            self._transfer.stop()
            self._transfer.join()
            self._transfer = None

    def _confirm(self, tree: Tree) -> None:
        """Name the tree in the job's row; then the files that only its forerunner had may go."""
        published = {"copy": self._copy, "fence": self._lease.fence, "number": self._number}
        self._lease.write(published=published)
        before, self._tree = self._tree, tree
        old_listing = {tree_key(self._job.code, self._job.published)} if "number" in self._job.published else set()
        self._job.published = published
        with suppress(FilesFault):
            bucket().delete([*(before.keys - tree.keys), *old_listing])

    def _publication(self, *, with_checkpoints: bool) -> Callable[[Transfer], Tree]:
        """What stores the folder as it is when it is called, as the claim's next tree."""
        self._number += 1
        before, prefix = self._tree, f"jobs/{self._job.code}/{self._lease.fence}"
        key = tree_key(self._job.code, {"fence": self._lease.fence, "number": self._number})

        def publish(transfer: Transfer) -> Tree:
            with tempfile.TemporaryDirectory(prefix=_SNAPSHOTS, dir=self._folder.parent) as place:
                snapshot = Path(place) / "files"
                picture(self._folder, snapshot, lambda name: _is_kept(name, with_checkpoints))
                tree = store(bucket(), prefix, snapshot, before=[before], moved=transfer.moved)
            transfer.moved(0)
            bucket().put_text(tree.to_json(), key)
            return tree

        return publish

    def _look(self) -> frozenset[tuple[str, int]]:
        """What makes a publication worth while: checkpoints, and artifacts by name."""
        found = set()
        for part in ("checkpoints", "artifacts"):
            for path in (self._folder / part).rglob("*"):
                name = path.relative_to(self._folder).as_posix()
                with suppress(FileNotFoundError):
                    if _is_kept(name, True) and path.is_file():
                        found.add((name, path.stat().st_mtime_ns if part == "checkpoints" else 0))
        return frozenset(found)

    def _wait(self, work: Callable[[Transfer], _Value], *, patience_seconds: float = PATIENCE_SECONDS) -> _Value:
        """Do the work in a thread and keep the claim meanwhile. A worker that is told to stop gives the claim up."""
        transfer = Transfer(work, patience_seconds=patience_seconds)
        transfer.start()
        renewed_at = time.monotonic()
        stop_at: float | None = None
        try:
            while transfer.is_alive():
                transfer.join(0.05)
                now = time.monotonic()
                if now - renewed_at > settings.LEASE_SECONDS / 4:
                    self._insist(self._lease.write)
                    renewed_at = now
                if workers.draining.is_set():
                    stop_at = stop_at or now + settings.STOP_GRACE_SECONDS
                    if now > stop_at:
                        raise LeaseLost(self._lease)
        finally:
            transfer.stop()
        if transfer.error is not None:
            raise transfer.error
        return transfer.result  # type: ignore[no-any-return]


def _is_kept(name: str, with_checkpoints: bool) -> bool:
    if name in _PRIVATE or any(part.endswith(".part") or part.startswith(".") for part in Path(name).parts):
        return False
    return with_checkpoints or not name.startswith(CHECKPOINTS)


def _replace_folder(folder: Path, tree: Tree, transfer: Transfer) -> None:
    """Make the folder the tree's files alone. Waits for a process of an older claim that is on its way out."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        _take(lock.fileno(), transfer)
        _empty(path for path in folder.iterdir() if path.name != "lock")
        fetch(bucket(), tree, folder, moved=transfer.moved)


def _remove_leftovers(jobs: Path) -> None:
    """Delete day-old pictures of job folders that crashes left."""
    for leftover in jobs.glob(f"{_SNAPSHOTS}*"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > 86_400:
                shutil.rmtree(leftover, ignore_errors=True)


def _split_fetch(used: JobData) -> Callable[[Transfer], Path]:
    return lambda transfer: fetch_split(used.version, used.split)


def _artifact_fetch(made: Job, path: str) -> Callable[[Transfer], Path]:
    return lambda transfer: fetched(made, path, transfer.moved)


def _take(handle: int, transfer: Transfer) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            transfer.moved(0)
            time.sleep(0.2)


def _empty(paths: Iterable[Path]) -> None:
    for path in list(paths):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
