"""The claims and events again on PostgreSQL, and what only it can show: many claims at the same moment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import postgres_server

HERE = Path(__file__).resolve().parent
FILES = ("test_lease.py", "test_ingest.py", "test_sweep.py", "concurrent_claims.py")


@pytest.mark.services
def test_on_postgres() -> None:
    """A process of its own, as the database is chosen when Django starts."""
    with postgres_server() as server:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(str(HERE / name) for name in FILES)],
            env={**os.environ, "DATABASE_URL": server.url},
            cwd=HERE.parents[2],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout
