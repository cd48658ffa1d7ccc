"""A real installation of the product in a folder of its own: real broker, workers, jobs; and ways to hurt it."""

import fcntl
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import psycopg
import psycopg.rows

from webapp.launcher.places import broker_socket

SOURCE = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).resolve().parent / "driver"
ENDED = ("done", "failed", "cancelled")
NO_WEB = "broker,train,default,beat"


def _migrated(shared: Path) -> Path:
    """An empty database at this version, migrated once a run of tests: four seconds, else for each installation."""
    with (shared / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = shared / "migrated"
        if not folder.exists():
            made = Path(tempfile.mkdtemp(dir=shared))
            environment = {**os.environ, "UPLIFT_HOME": str(made)}
            environment.pop("DATABASE_URL", None)
            command = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
            subprocess.run(command, cwd=SOURCE, env=environment, check=True)
            made.rename(folder)
    return folder / "uplift.sqlite3"


class Installation:
    """`manage.py up` in a temporary state folder, with short times, and the `count` job kind for its processes."""

    shared: ClassVar[Path]
    """A folder that all processes of this run of tests have."""

    def __init__(self, *, only: str = NO_WEB, from_scratch: bool = False, **environment: str) -> None:
        self.root = self.state = Path(tempfile.mkdtemp(prefix="up-"))
        self.token = uuid.uuid4().hex
        self.port = _free_port()
        self.only = only
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("UPLIFT_", "DJANGO_"))},
            "UPLIFT_HOME": str(self.state),
            "UPLIFT_TEST_TOKEN": self.token,
            "PYTHONPATH": os.pathsep.join([str(DRIVER), str(SOURCE)]),
            "PORT": str(self.port),
            "UPLIFT_LEASE_SECONDS": "6",
            "UPLIFT_SWEEP_SECONDS": "1",
            "UPLIFT_RESEND_SECONDS": "2",
            "UPLIFT_STOP_GRACE_SECONDS": "5",
            "UPLIFT_SPARE_PROCESS": "0",
            "UPLIFT_CPU_SLOTS": "4",
            **environment,
        }
        if not from_scratch:
            shutil.copy(_migrated(self.shared), self.state)
        self.launcher: subprocess.Popen[bytes] | None = None
        self._actor: subprocess.Popen[str] | None = None

    # life

    def start(self) -> None:
        """Start everything and wait until a training worker tells of itself."""
        output = (self.state / "up.log").open("ab")
        started_at = time.time()
        self.launcher = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--only", self.only],
            cwd=SOURCE,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        output.close()
        self.wait_until(lambda: self._workers_since(started_at) >= 2, 60, "workers")

    def stop(self) -> float:
        """Ctrl-C; returns the seconds until the launcher was gone."""
        assert self.launcher is not None
        started = time.monotonic()
        self.launcher.send_signal(signal.SIGINT)
        self.launcher.wait(60)
        return time.monotonic() - started

    def remove(self) -> None:
        """End whatever is left of this installation, known by its token, and delete its folder."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.launcher is not None:
            self.launcher.wait(20)
        if self._actor is not None:
            self._actor.communicate(timeout=20)
        shutil.rmtree(self.root, ignore_errors=True)

    # jobs

    def launch(self, *specs: dict[str, Any]) -> list[str]:
        """Queue jobs as the site does; returns their codes."""
        codes: list[str] = self.act("launch", specs=[{"kind": "count", **spec} for spec in specs])
        return codes

    def act(self, verb: str, **arguments: object) -> Any:
        """Do what a button of the site does: launch, cancel, resume; or repeat a job's message."""
        if self._actor is None:
            self._actor = subprocess.Popen(
                [sys.executable, str(DRIVER / "act.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self.environment,
                cwd=SOURCE,
                text=True,
            )
        assert self._actor.stdin is not None
        assert self._actor.stdout is not None
        self._actor.stdin.write(json.dumps({"verb": verb, **arguments}) + "\n")
        self._actor.stdin.flush()
        told = json.loads(self._actor.stdout.readline() or '{"error": "the actor ended"}')
        assert "error" not in told, told["error"]
        return told["answer"]

    def query(self, sql: str, *values: object) -> list[Any]:
        """Rows of the database, read past Django."""
        url = self.environment.get("DATABASE_URL")
        if url:
            with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as server:
                return server.execute(sql.replace("?", "%s"), values).fetchall()
        connection = sqlite3.connect(self.state / "uplift.sqlite3", timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def job(self, code: str) -> Any:
        """The job's row."""
        return self.query("SELECT * FROM jobs_job WHERE code = ?", code)[0]

    def stored_events(self, code: str) -> list[Any]:
        """The job's events in the database, by `seq`."""
        return self.query(
            "SELECT e.* FROM jobs_jobevent e JOIN jobs_job j ON j.id = e.job_id WHERE j.code = ? ORDER BY seq", code
        )

    def folder(self, code: str) -> Path:
        """The job's folder."""
        return self.state / "jobs" / code

    def wait_for_state(self, code: str, *states: str, seconds: float = 30) -> Any:
        """Wait until the job is in one of these states; returns its row."""
        self.wait_until(lambda: self.job(code)["state"] in states, seconds, f"job {code} {states}")
        return self.job(code)

    def job_pids(self, code: str) -> list[int]:
        """The processes that run the job."""
        return self.pids("training", str(self.folder(code)))

    def wait_for_end(self, *codes: str, seconds: float = 60) -> None:
        """Wait until all these jobs ended."""
        self.wait_until(lambda: all(self.job(code)["state"] in ENDED for code in codes), seconds, "the jobs' end")

    def wait_until(self, is_so: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait for a condition; fails with the logs at hand."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(sqlite3.OperationalError, psycopg.Error):
                if is_so():
                    return
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds:.0f} s for {what}\n{self.told()}")
            time.sleep(0.05)

    def told(self) -> str:
        """States of all jobs and the ends of the logs."""
        parts = []
        with suppress(sqlite3.OperationalError, psycopg.Error):
            rows = self.query("SELECT code, state, step, attempts, fence, owner, stage, failure FROM jobs_job")
            parts += [str(tuple(row)) for row in rows]
        for path in [self.state / "up.log", *sorted((self.state / "log").glob("*.log"))]:
            if path.exists():
                parts.append(f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}")
        return "\n".join(parts)

    # processes

    @property
    def socket(self) -> Path:
        """The broker's socket."""
        with patch.dict(os.environ, XDG_RUNTIME_DIR=self.environment.get("XDG_RUNTIME_DIR", "")):
            return broker_socket(self.state)

    def processes(self) -> dict[int, str]:
        """Command lines of this installation's live processes by id, without the one that presses its buttons."""
        mark = f"UPLIFT_TEST_TOKEN={self.token}".encode()
        own = (str(self.state), str(self.socket))
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and (self._actor is None or int(folder.name) != self._actor.pid):
                with suppress(OSError):
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    # the broker writes its title over its environment, but the title has its socket
                    is_ours = mark in (folder / "environ").read_bytes() or any(path in command for path in own)
                    if command and is_ours:
                        found[int(folder.name)] = command
        return found

    def pids(self, *words: str) -> list[int]:
        """Processes whose command line has all these words."""
        return [pid for pid, command in self.processes().items() if all(word in command for word in words)]

    def kill(self, victim: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Signal one kind of process; returns how many were hit."""
        words = {
            "job": ("training run",),
            "worker": ("celery", "train-cpu"),
            "default": ("celery", "default@"),
            "broker": ("valkey",),
            "launcher": ("manage.py up",),
        }[victim]
        pids = self.pids(*words)
        if victim == "job":
            pids = pids[:1]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        if victim == "launcher" and self.launcher is not None:
            self.launcher.wait(60)
        return len(pids)

    def _workers_since(self, started_at: float) -> int:
        seen = [row["seen_at"] for row in self.query("SELECT seen_at FROM jobs_worker")]
        times = [datetime.fromisoformat(at) if isinstance(at, str) else at for at in seen]
        return sum(at.replace(tzinfo=UTC).timestamp() >= int(started_at) for at in times)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
