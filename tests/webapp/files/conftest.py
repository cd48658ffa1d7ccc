"""A server that speaks S3, in a thread, and machines that use a bucket of it."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from webapp.files import bucket as buckets

OnMachine = Callable[[str], Path]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The server's address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket_url(s3_server: str, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> str:
    """An empty bucket with a prefix, set as the place of all files."""
    for name, value in (
        ("AWS_ENDPOINT_URL_S3", s3_server),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    name = f"files-{uuid4().hex[:8]}"
    boto3.client("s3").create_bucket(Bucket=name)
    settings.ARTIFACTS_URL = f"s3://{name}/some/prefix"
    buckets._bucket.cache_clear()
    return settings.ARTIFACTS_URL


@pytest.fixture
def on_machine(bucket_url: str, settings: Settings, tmp_path: Path) -> OnMachine:
    """Makes this process the machine of that name: its state folder holds what only it has. Returns the folder."""

    def go(name: str) -> Path:
        settings.STATE = tmp_path / name
        settings.STATE.mkdir(exist_ok=True)
        settings.UPLOAD_FOLDER = settings.STATE / "uploads"
        return tmp_path / name

    return go
