"""A PostgreSQL server of the tests' own, in a temporary folder and on a unix socket."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

START_SECONDS = 30.0


class PostgresServer:
    """A server that can be stopped and started again."""

    def __init__(self, folder: Path, program: str, user: str | None) -> None:
        self.url = f"postgres://uplift@{quote(str(folder), safe='')}/postgres"
        self._folder = folder
        self._program = program
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [self._program, "-D", str(self._folder / "data"), "-k", str(self._folder)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "-c", "listen_addresses=", "-c", "fsync=off"],
                user=self._user,
                extra_groups=[] if self._user else None,
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise AssertionError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()}")

    def stop(self) -> None:
        """Stop it at once; its connections break."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A fresh, empty, running server. Skips the test where PostgreSQL is not installed."""
    initdb, program = shutil.which("initdb"), shutil.which("postgres")
    if initdb is None or program is None:
        pytest.skip("PostgreSQL (initdb, postgres) is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _server_user()
    if user is not None:
        shutil.chown(folder, user)
    command = [initdb, "--pgdata", str(folder / "data"), "--username", "uplift", "--auth", "trust", "--no-sync"]
    try:
        subprocess.run(
            [*command, "--encoding", "UTF8"],
            user=user,
            extra_groups=[] if user else None,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        server = PostgresServer(folder, program, user)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> str | None:
    """The server refuses to run as root: another user then, else this one."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
