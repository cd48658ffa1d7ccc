"""A PostgreSQL server of the tests' own, in a temporary folder and on a unix socket."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

START_SECONDS = 30.0


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yields the DATABASE_URL of a fresh, empty server. Skips the test where PostgreSQL is not installed."""
    initdb, postgres = shutil.which("initdb"), shutil.which("postgres")
    if initdb is None or postgres is None:
        pytest.skip("PostgreSQL (initdb, postgres) is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _server_user()
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    try:
        subprocess.run(
            [
                initdb,
                "--pgdata",
                str(data),
                "--username",
                "uplift",
                "--auth",
                "trust",
                "--no-sync",
                "--encoding",
                "UTF8",
            ],
            user=user,
            extra_groups=[] if user else None,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [postgres, "-D", str(data), "-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off"],
                user=user,
                extra_groups=[] if user else None,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            _await_socket(folder, server)
            yield f"postgres://uplift@{quote(str(folder), safe='')}/postgres"
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> str | None:
    """The server refuses to run as root: another user then, else this one."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _await_socket(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    ready = shutil.which("pg_isready")
    while time.monotonic() < deadline and server.poll() is None:
        is_there = (folder / ".s.PGSQL.5432").exists()
        if is_there and (
            ready is None or subprocess.run([ready, "-h", str(folder), "-q"], check=False).returncode == 0
        ):
            return
        time.sleep(0.05)
    raise AssertionError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
