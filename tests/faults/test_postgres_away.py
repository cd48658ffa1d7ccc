"""The whole runner on PostgreSQL, and what it does while the server is gone."""

from collections.abc import Iterator

import pytest

from tests.postgres import PostgresServer, postgres_server

from .installation import Installation
from .ledger import check_counted_once

pytestmark = pytest.mark.faults


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with postgres_server() as made:
        yield made


def test_jobs_go_on_while_postgres_is_away(server: PostgresServer) -> None:
    installation = Installation(from_scratch=True, DATABASE_URL=server.url)
    try:
        installation.start()
        codes = installation.launch({"steps": 30}, {"steps": 120, "step_seconds": 0.1})
        installation.wait_until(lambda: all(installation.job(code)["step"] > 0 for code in codes), 30, "first steps")
        server.stop()
        short = installation.folder(codes[0]) / "result.json"
        installation.wait_until(short.exists, 30, "the short job's end while nobody could be told")
        server.start()
        installation.wait_for_end(*codes)
        check_counted_once(installation, codes[0], 30)
        check_counted_once(installation, codes[1], 120)
        assert installation.job(codes[1])["fence"] == 1
        installation.stop()
        assert installation.processes() == {}
    finally:
        installation.remove()
