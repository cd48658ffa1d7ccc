"""The job process: `run_job` runs one spec in one folder and returns its exit status.

A lock on the folder keeps two processes from writing one job. SIGTERM, and end-of-file on the pipe
from a supervisor that died, stop the job; the same call with the same folder resumes it.
"""

import errno
import fcntl
import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from .events import EventLog, EventType
from .faults import BadSpec, Cancelled, ExitStatus, JobFault, OutOfResources
from .result import Result, write_json
from .run import Run
from .spec import KINDS, JobSpec, SpecFaults, parse_spec

LOCK_WAIT_SECONDS = 20.0
STOP_GRACE_SECONDS = 60.0
WATCH_PARENT = "UPLIFT_WATCH_PARENT"
MEMORY_LIMIT = "UPLIFT_JOB_MEMORY_BYTES"

Entry = Callable[[JobSpec, Run], Result]


def run_job(spec_path: Path, folder: Path) -> ExitStatus:
    """Run the spec in `folder`, resuming what an earlier run of it left there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        if not _locked(lock):
            print(f"{folder} is held by another process", file=sys.stderr)
            return ExitStatus.OTHER
        if (folder / "result.json").exists():
            return ExitStatus.DONE
        return _run_locked(spec_path, folder)


def _run_locked(spec_path: Path, folder: Path) -> ExitStatus:
    try:
        spec = parse_spec(json.loads(spec_path.read_text(encoding="utf-8")))
    except (SpecFaults, OSError, ValueError) as error:
        return _refuse(folder, spec_path, error)
    run = Run(folder, spec)
    _limit_memory()
    _watch_for_stop(run)
    try:
        write_json(folder / "spec.json", spec.model_dump(mode="json"))
        run.emit(EventType.STARTED, kind=spec.kind, pid=os.getpid(), devices=spec.devices)
        module, function = KINDS[spec.kind].entry.split(":")
        entry = cast(Entry, getattr(importlib.import_module(module), function))
        result = entry(spec, run)
        write_json(folder / "result.json", result.to_json())
        run.emit(EventType.DONE, elapsed_seconds=run.elapsed_seconds, usd=run.usd)
        return ExitStatus.DONE
    except BaseException as error:
        return _end(run, error)


def _end(run: Run, error: BaseException) -> ExitStatus:
    """Turn an error into the last event; returns the exit status."""
    fault = as_fault(error)
    type_ = EventType.CANCELLED if isinstance(fault, Cancelled) else EventType.FAILED
    if fault.exit_status is ExitStatus.OTHER:
        traceback.print_exception(error)
    try:
        run.emit(type_, **fault.fields(), elapsed_seconds=run.elapsed_seconds, usd=run.usd)
    except OSError:  # a full disk cannot take the event either: the exit status still tells
        print(f"{fault.what}. {fault.why} {fault.remedy}", file=sys.stderr)
    return fault.exit_status


def _refuse(folder: Path, spec_path: Path, error: Exception) -> ExitStatus:
    if isinstance(error, SpecFaults):
        faults = [{"path": fault.path, "message": fault.message} for fault in error.faults]
    else:
        faults = [{"path": "spec", "message": f"{spec_path} cannot be read as JSON: {error}"}]
    print("\n".join(f"{fault['path']}: {fault['message']}" for fault in faults), file=sys.stderr)
    refusal = BadSpec("The spec has faults", why="; ".join(fault["message"] for fault in faults), remedy="Correct the named fields.")
    log = EventLog(folder / "events.jsonl")
    log.emit(EventType.FAILED, **refusal.fields(), faults=faults)
    log.close()
    return ExitStatus.BAD_SPEC


def as_fault(error: BaseException) -> JobFault:
    """The reason behind any exception, in words that name what to change."""
    if isinstance(error, JobFault):
        return error
    if isinstance(error, SpecFaults):
        return BadSpec("The spec has faults", why=str(error), remedy="Correct the named fields.")
    if isinstance(error, KeyboardInterrupt):
        return Cancelled("The job was interrupted")
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "can't allocate memory" in text:
        return OutOfResources(
            "The job ran out of memory",
            why=text[:2000],
            remedy="Lower optim.batch_size (raise gradient_accumulation to keep the same step), lower max_tokens, or choose lora.",
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutOfResources(
            "The disk is full",
            why=text[:2000],
            remedy="Free space in the state folder (UPLIFT_HOME), or raise checkpoint_every_steps; then resume.",
        )
    return JobFault("The job stopped on an error", why=text[:2000], remedy="The log has the whole trace.")


def _locked(lock: IO[str]) -> bool:
    """Take the folder's lock; waits a little for a process that is on its way out."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.2)


def _limit_memory() -> None:
    """Make an allocation past `UPLIFT_JOB_MEMORY_BYTES` fail here, before the system kills the process."""
    limit = os.environ.get(MEMORY_LIMIT)
    if limit:
        resource.setrlimit(resource.RLIMIT_DATA, (int(limit), int(limit)))


def _watch_for_stop(run: Run) -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: run.stop.set())
    threading.Thread(target=_stop_when_told, args=(run,), daemon=True).start()
    if os.environ.get(WATCH_PARENT):
        threading.Thread(target=_stop_when_parent_ends, args=(run,), daemon=True).start()


def _stop_when_told(run: Run) -> None:
    """End the process: at once while nothing is worth a checkpoint, else when the job had time for one."""
    run.stop.wait()
    deadline = time.monotonic() + STOP_GRACE_SECONDS
    while run.is_graceful.is_set() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.2)  # the main thread may be ending by itself
    status = _end(run, Cancelled("The job was cancelled", remedy="Resume it to go on from its last checkpoint."))
    os._exit(status)


def _stop_when_parent_ends(run: Run) -> None:
    # os.read and not a buffered read: that one can abort the interpreter at exit
    while os.read(0, 1024):
        pass
    run.stop.set()
