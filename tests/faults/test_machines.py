"""Machines with a state folder each: one with broker and database, and two that train, of which the first dies."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from webapp.launcher.places import broker_socket

from .installation import SOURCE, Installation
from .ledger import check_counted_once

pytestmark = pytest.mark.faults
STEPS = 120
READ = (
    "import sys, django; django.setup(); from webapp.jobs.models import Job; "
    "from webapp.jobs.published import fetched; "
    "print(fetched(Job.objects.get(code=sys.argv[1]), 'artifacts/count.json').read_text())"
)


@pytest.fixture(params=["path", "bucket"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where files live: a value of ARTIFACTS_URL."""
    if request.param == "path":
        yield str(tmp_path)
        return
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    boto3.client("s3").create_bucket(Bucket="machines")
    yield "s3://machines/uplift"
    server.stop()


class Main(Installation):
    """The machine with broker and database; it does not train."""

    def __init__(self, address: str) -> None:
        super().__init__(only="broker,default,beat", ARTIFACTS_URL=address)

    def _workers_since(self, started_at: float) -> int:
        return super()._workers_since(started_at) + 1

    def read_result(self, code: str) -> dict[str, Any]:
        """What the job counted to, as a page of this machine reads it."""
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "webapp.settings"}
        command = [sys.executable, "-c", READ, code]
        made = subprocess.run(command, env=environment, cwd=SOURCE, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(made.stdout)
        return found


class Trainer(Installation):
    """A machine that only trains, with the database and broker of the main one."""

    def __init__(self, main: Main, address: str) -> None:
        database, broker = main.state / "uplift.sqlite3", broker_socket(main.state)
        super().__init__(
            only="train", ARTIFACTS_URL=address, DATABASE_URL=f"sqlite:///{database}", REDIS_URL=f"unix://{broker}"
        )
        self._main = main
        self._address = address

    def query(self, sql: str, *values: object) -> list[Any]:
        return self._main.query(sql, *values)

    def folder(self, code: str) -> Path:
        return super().folder(code) if "://" in self._address else Path(self._address) / "jobs" / code

    def die(self) -> None:
        """Every process of it at once, as when the power goes."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_a_job_goes_on_where_another_machine_died(address: str) -> None:
    main = Main(address)
    first, second = Trainer(main, address), Trainer(main, address)
    try:
        main.start()
        first.start()
        (code,) = main.launch({"steps": STEPS, "step_seconds": 0.1})
        is_safe = (lambda: "number" in main.job(code)["published"]) if "://" in address else (lambda: True)
        main.wait_until(lambda: main.job(code)["step"] > 20 and is_safe(), 40, "a checkpoint that others can read")
        first.die()
        second.start()
        main.wait_for_end(code, seconds=60)
        check_counted_once(second, code, STEPS)
        starts = [event for event in main.stored_events(code) if event["type"] == "started"]
        assert len(starts) == 2, "the second machine went on with the first one's work"
        assert main.read_result(code)["total"] == STEPS * (STEPS + 1) // 2
    finally:
        for machine in (first, second, main):
            machine.remove()
