"""The job process: `run_job` runs one spec in one folder and returns its exit status.

A lock on the folder keeps two processes from writing one job. A job that was stopped or killed goes on when the
same call comes again with the same folder; one that is done answers so at once.
"""

import fcntl
import json
import os
import resource
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from .events import EventLog, EventType, Watcher, last_event
from .faults import BadData, BadSpec, Cancelled, ExitStatus, as_fault
from .imports import import_all
from .result import Result, read_result, write_json
from .run import Run
from .spec import KINDS, JobSpec, SpecFault, SpecFaults, parse_spec
from .spec.forms import Field, fields, value_at
from .spec.paths import MissingFile, locate
from .stopping import Ending, Signals, end_when_due, stop_signals, watch_parent

LOCK_WAIT_SECONDS = 20.0
WATCH_PARENT = "UPLIFT_WATCH_PARENT"
MEMORY_LIMIT = "UPLIFT_JOB_MEMORY_BYTES"

RESUMABLE_FIELDS = frozenset(
    {"budget", "checkpoint_every_steps", "eval_every_steps", "sample_prompts", "device", "devices"}
)
"""What a spec may change between two attempts at one job; anything else would make it another job."""

_RESERVE_BYTES = 64 * 1024

Entry = Callable[[JobSpec, Run], Result]


def run_job(spec_path: Path, folder: Path, watch: Watcher | None = None) -> ExitStatus:
    """Run the spec in `folder`, going on from what an earlier run of it left there.

    `watch` is called with each event. Under a launcher of several processes (RANK in the environment) only the
    first writes events, result and artifacts.
    """
    signals = Signals()
    rank = int(os.environ.get("RANK") or 0)
    with stop_signals(signals):
        if os.environ.get(WATCH_PARENT):
            watch_parent(signals.stop)
        folder.mkdir(parents=True, exist_ok=True)
        if rank > 0:
            return _run_locked(spec_path, folder, signals, rank, watch)
        with (folder / "lock").open("w") as lock:
            if not _locked(lock, signals.stop):
                if signals.stop.is_set():
                    return ExitStatus.CANCELLED
                _tell(f"{folder} is held by another process")
                return ExitStatus.OTHER
            return _run_locked(spec_path, folder, signals, rank, watch)


def _run_locked(spec_path: Path, folder: Path, signals: Signals, rank: int, watch: Watcher | None) -> ExitStatus:
    try:
        given = parse_spec(json.loads(spec_path.read_text(encoding="utf-8")))
        spec, missing = locate(given, [Path.cwd(), spec_path.resolve().parent])
        _check_same_job(spec, folder)
    except (SpecFaults, OSError, ValueError) as error:
        return _refuse(folder, spec_path, error, rank, watch)
    if (folder / "result.json").exists():
        return _say_done_again(folder, rank, watch)
    run = Run(folder, spec, stop=signals.stop, hurry=signals.hurry, rank=rank, watch=watch)
    ending = Ending()
    end_when_due(run, ending, lambda reason: _end(run, reason))
    try:
        result = _work(run, missing)
    except BaseException as error:
        ending.take_or_sleep()
        return _end(run, error)
    ending.take_or_sleep()
    return _finish(run, result)


def _work(run: Run, missing: list[MissingFile]) -> Result:
    """What can fail: from the first event to the job's own result."""
    if run.is_main:
        (run.folder / "reserve").write_bytes(b"\0" * _RESERVE_BYTES)
        write_json(run.folder / "spec.json", run.spec.model_dump(mode="json"))
    run.emit(EventType.STARTED, kind=run.spec.kind, pid=os.getpid(), devices=run.spec.devices)
    if missing:
        raise _missing_fault(missing)
    _limit_memory()
    module, function = KINDS[run.spec.kind].entry.split(":")
    import_all([module])
    entry = cast(Entry, getattr(sys.modules[module], function))
    return entry(run.spec, run)


def _missing_fault(missing: list[MissingFile]) -> BadData:
    """One fault for all the files that are not there."""
    fields = ", ".join(f"{file.field} ({file.named})" for file in missing)
    places = " and ".join(dict.fromkeys(str(folder) for folder in missing[0].looked_in))
    return BadData(
        f"Not found: {fields}",
        why=f"A relative path is looked for in {places}",
        remedy="Correct the path, or run from the folder that holds the file.",
    )


def _finish(run: Run, result: Result) -> ExitStatus:
    """Write the result and the `done` event, in this order: a reader of `done` finds the result."""
    if not run.is_main:
        return ExitStatus.DONE
    try:
        write_json(run.folder / "result.json", result.to_json())
        _free_reserve(run.folder)
        # a done job is never resumed, and checkpoints of full fine-tuning are three times its model
        shutil.rmtree(run.checkpoints, ignore_errors=True)
        run.emit(EventType.DONE, elapsed_seconds=run.elapsed_seconds, usd=run.usd, exit_status=int(ExitStatus.DONE))
    except Exception as error:
        return _end(run, error)
    return ExitStatus.DONE


def _end(run: Run, error: BaseException) -> ExitStatus:
    """Turn an error into the last event; returns the exit status."""
    _lift_memory_limit()
    fault = as_fault(error)
    if fault.exit_status in (ExitStatus.OTHER, ExitStatus.OUT_OF_RESOURCES):
        with suppress(OSError):
            traceback.print_exception(error)
    told: dict[str, Any] = {**fault.fields(), "elapsed_seconds": run.elapsed_seconds, "usd": run.usd}
    if not run.is_main:
        if not isinstance(fault, Cancelled):
            write_json(run.folder / f"fault-{run.rank}.json", fault.fields())
        return fault.exit_status
    if isinstance(fault, Cancelled):
        told.update(_fault_of_another_process(run.folder))
    status = ExitStatus(int(told["exit_status"]))
    _free_reserve(run.folder)
    try:
        run.emit(EventType.CANCELLED if status is ExitStatus.CANCELLED else EventType.FAILED, **told)
    except OSError:  # a full disk cannot take the event either: the exit status still tells
        _tell(str(fault))
    return status


def _fault_of_another_process(folder: Path) -> dict[str, Any]:
    """Why a sibling process failed: its launcher then stops this one, which is no cancellation."""
    for path in sorted(folder.glob("fault-*.json")):
        told = read_result(path)
        path.unlink()
        return told
    return {}


def _free_reserve(folder: Path) -> None:
    """Give back the bytes that were kept so that the last event fits on a full disk."""
    with suppress(OSError):
        (folder / "reserve").unlink(missing_ok=True)


def _say_done_again(folder: Path, rank: int, watch: Watcher | None) -> ExitStatus:
    """The job is done. A crash between result and event leaves the event to write."""
    path = folder / "events.jsonl"
    last = last_event(path)
    if rank == 0 and (last is None or last["type"] != EventType.DONE):
        cost = read_result(folder / "result.json").get("cost") or {}
        log = EventLog(path, watch)
        log.emit(
            EventType.DONE,
            elapsed_seconds=cost["device_seconds"] / cost["devices"] if cost else None,
            usd=cost.get("usd"),
            exit_status=int(ExitStatus.DONE),
        )
        log.close()
    return ExitStatus.DONE


def _check_same_job(spec: JobSpec, folder: Path) -> None:
    """Refuse a spec that would go on from another job's checkpoint, or be answered with another job's result."""
    checkpoints = folder / "checkpoints"
    has_work = (folder / "result.json").exists() or (checkpoints.is_dir() and any(checkpoints.iterdir()))
    if not has_work or not (folder / "spec.json").exists():
        return
    before = parse_spec(json.loads((folder / "spec.json").read_text(encoding="utf-8")))
    if before.kind != spec.kind:
        raise SpecFaults([SpecFault("kind", f"differs from the job that {folder} holds; give another --out folder")])
    changed = [
        field.path
        for field in fields(spec.kind)
        if field.path.split(".")[0] not in RESUMABLE_FIELDS
        and _compared(field, value_at(before, field.path)) != _compared(field, value_at(spec, field.path))
    ]
    if changed:
        raise SpecFaults(
            SpecFault(path, f"differs from the job that {folder} holds; give another --out folder") for path in changed
        )


def _compared(field: Field, value: Any) -> Any:
    """A file by its name: another machine that goes on with the job may have it in another place."""
    return Path(value).name if field.names and value else value


def _refuse(folder: Path, spec_path: Path, error: Exception, rank: int, watch: Watcher | None) -> ExitStatus:
    if isinstance(error, SpecFaults):
        faults = [{"path": fault.path, "message": fault.message} for fault in error.faults]
    else:
        faults = [{"path": "spec", "message": f"{spec_path} cannot be read as JSON: {error}"}]
    text = "\n".join(f"{fault['path']}: {fault['message']}" for fault in faults)
    refusal = BadSpec("The spec has faults", why=text, remedy="Correct the named fields.")
    _tell(text)
    if rank == 0 and not (folder / "result.json").exists():
        log = EventLog(folder / "events.jsonl", watch)
        log.emit(EventType.FAILED, **refusal.fields(), faults=faults)
        log.close()
    return ExitStatus.BAD_SPEC


def _tell(text: str) -> None:
    with suppress(OSError):  # the disk under the log may be full
        print(text, file=sys.stderr, flush=True)


def _locked(lock: IO[str], stop: threading.Event) -> bool:
    """Take the folder's lock; waits a little for a process that is on its way out."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while not stop.is_set():
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            if time.monotonic() > deadline:
                return False
            stop.wait(0.2)
    return False


def _limit_memory() -> None:
    """Make an allocation past `UPLIFT_JOB_MEMORY_BYTES` fail here, before the system kills the process."""
    limit = os.environ.get(MEMORY_LIMIT)
    if limit:
        if not limit.isdecimal():
            raise BadSpec(
                f"{MEMORY_LIMIT} must be a whole number of bytes, not {limit!r}", remedy=f"Correct {MEMORY_LIMIT}."
            )
        resource.setrlimit(resource.RLIMIT_DATA, (int(limit), resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _lift_memory_limit() -> None:
    """Leave room to write the last event: the limit is the soft one."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
