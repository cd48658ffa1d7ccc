"""`python -m training spare`: a process that has imported everything and waits for one job.

Importing torch, transformers and peft takes seconds; a worker keeps one spare, so that a job starts at once. The
spare prints one JSON line, `{"ready": true, "pid": ..., "seconds": ...}`, then reads one from standard input:

    {"spec": path, "out": folder, "env": {name: value}, "cwd": folder, "log": path}

(`env`, `cwd` and `log` may be left out; a value of null removes the variable) and from there behaves as `run`, with
the parent watched through the same pipe. End-of-file or SIGTERM while it waits ends it at once.

Only jobs of one device go to a spare; several need `accelerate launch`. Variables that a library reads when it is
imported (HF_HOME, OMP_NUM_THREADS beyond the number of threads) must be in the spare's own environment.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .faults import BadSpec, ExitStatus
from .imports import import_all
from .process import WATCH_PARENT, run_job
from .progress import Progress
from .spec import KINDS
from .stopping import leave

_LIBRARIES = ("torch", "transformers", "peft")
_LONGEST_LINE = 1024 * 1024


def wait_for_job(libraries: Sequence[str] = _LIBRARIES) -> int:
    """Import `libraries` and the modules of all job kinds, say so, run the job that comes; its exit status."""
    started = time.monotonic()
    # asking whether there is a GPU must not start CUDA here: that would fix the visible devices before `env` comes
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    import_all([*libraries, *(kind.entry.split(":")[0] for kind in KINDS.values())])
    ready = {"ready": True, "pid": os.getpid(), "seconds": round(time.monotonic() - started, 3)}
    print(json.dumps(ready), flush=True)
    line = _read_line()
    if not line:
        return ExitStatus.DONE
    request = _parse(line)
    _enter(request)
    progress = Progress(sys.stderr)
    status = run_job(Path(request["spec"]), Path(request["out"]), progress)
    progress.close()
    leave(status)


def _read_line() -> bytes:
    """One line of standard input without reading past it: the rest of the pipe is the parent watch's."""
    line = b""
    while len(line) < _LONGEST_LINE:
        byte = os.read(0, 1)
        if not byte:
            return b""
        if byte == b"\n":
            return line
        line += byte
    raise BadSpec(f"The request is longer than {_LONGEST_LINE} bytes")


def _parse(line: bytes) -> dict[str, Any]:
    with suppress(ValueError):
        request = json.loads(line)
        if isinstance(request, dict) and isinstance(request.get("spec"), str) and isinstance(request.get("out"), str):
            return request
    raise BadSpec("The request must be a JSON object with spec and out", remedy='{"spec": path, "out": folder}')


def _enter(request: dict[str, Any]) -> None:
    """Take on the request's environment, folder and log."""
    for name, value in (request.get("env") or {}).items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = str(value)
    os.environ[WATCH_PARENT] = "1"
    if request.get("cwd"):
        os.chdir(request["cwd"])
    if request.get("log"):
        log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        sys.stdout.flush()
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdecimal() and int(threads) > 0 and "torch" in sys.modules:
        # read by torch at import only, which is over
        sys.modules["torch"].set_num_threads(int(threads))
