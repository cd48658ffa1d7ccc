"""A bucket that speaks S3: files in and out, streamed. Credentials and endpoint come from the usual AWS variables."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings

from training.faults import JobFault

_CHUNK_BYTES = 1024 * 1024
_DELETED_AT_ONCE = 1000
_ABSENT = {"404", "NoSuchKey", "NotFound"}

Moved = Callable[[int], object]
"""Called with the bytes moved since the last call; what it raises ends the transfer."""


class FilesFault(JobFault):
    """Files could not be brought or stored: the bucket is away, refuses, or holds something else than it should."""


class FileMissing(FilesFault):
    """The bucket does not have this file."""


class Bucket:
    """One bucket and prefix. Keys are relative to the prefix. Every method raises `FilesFault`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._name = parts.netloc
        self._prefix = f"{parts.path.strip('/')}/".lstrip("/")
        self._url = url
        self._client = _client()

    def put(self, path: Path, key: str, moved: Moved | None = None) -> None:
        """Store the file at `path`, a large one in parts; it appears whole or not at all."""
        from boto3.s3.transfer import TransferConfig

        with self._faults(key):
            # in this thread, so that `moved` may stop it
            config = TransferConfig(use_threads=False)
            self._client.upload_file(str(path), self._name, self._prefix + key, Callback=moved, Config=config)

    def put_text(self, text: str, key: str) -> None:
        """Store a small text."""
        with self._faults(key):
            self._client.put_object(Bucket=self._name, Key=self._prefix + key, Body=text.encode())

    def text(self, key: str) -> str:
        """A small text that was stored."""
        with self._faults(key):
            body = self._client.get_object(Bucket=self._name, Key=self._prefix + key)["Body"]
            content: bytes = body.read()
        return content.decode()

    def stream(self, key: str) -> Iterator[bytes]:
        """The content in pieces. What is missing is told before the first piece."""
        with self._faults(key):
            body = self._client.get_object(Bucket=self._name, Key=self._prefix + key)["Body"]
        return self._pieces(body, key)

    def _pieces(self, body: Any, key: str) -> Iterator[bytes]:
        with self._faults(key):
            try:
                yield from body.iter_chunks(_CHUNK_BYTES)
            finally:
                body.close()

    def get(self, key: str, path: Path, *, sha256: str = "", moved: Moved | None = None) -> None:
        """Write the content to `path`, whole or not at all; where `sha256` is given, only if it is the content's."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
        digest = hashlib.sha256()
        try:
            with part.open("wb") as file:
                for piece in self.stream(key):
                    file.write(piece)
                    digest.update(piece)
                    if moved is not None:
                        moved(len(piece))
            if sha256 and digest.hexdigest() != sha256:
                raise FilesFault(
                    f"{path.name} is damaged in {self._url}",
                    why=f"The content of {key} is not what was stored (sha256 {digest.hexdigest()[:12]})",
                    remedy="Bring the file back from a backup of the bucket, or make it anew.",
                )
            os.replace(part, path)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys that begin so."""
        pages = self._client.get_paginator("list_objects_v2")
        with self._faults(prefix):
            for page in pages.paginate(Bucket=self._name, Prefix=self._prefix + prefix):
                for found in page.get("Contents", ()):
                    yield found["Key"][len(self._prefix) :]

    def delete(self, keys: Iterable[str]) -> None:
        """Delete these; one that is not there is no fault."""
        rest = iter(keys)
        while batch := list(islice(rest, _DELETED_AT_ONCE)):
            with self._faults(batch[0]):
                objects = [{"Key": self._prefix + key} for key in batch]
                self._client.delete_objects(Bucket=self._name, Delete={"Objects": objects, "Quiet": True})

    @contextmanager
    def _faults(self, key: str) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _ABSENT:
                raise FileMissing(
                    f"{key} is not in {self._url}",
                    why="It was deleted there, or stored before this installation used the bucket",
                    remedy="Bring it back into the bucket, or make it anew.",
                ) from error
            raise self._away(error) from error
        except (BotoCoreError, Boto3Error, ConnectionError) as error:
            raise self._away(error) from error

    def _away(self, error: Exception) -> FilesFault:
        return FilesFault(
            f"{self._url} does not take or give files",
            why=str(error),
            remedy="Check ARTIFACTS_URL, the AWS credentials and the network of this machine; then resume.",
        )


def bucket() -> Bucket:
    """The bucket that `ARTIFACTS_URL` names."""
    return _bucket(str(settings.ARTIFACTS_URL), os.getpid())


@lru_cache(maxsize=4)
def _bucket(url: str, pid: int) -> Bucket:
    # one a process: connections do not survive a fork
    return Bucket(url)


def _client() -> Any:
    import boto3
    from botocore.config import Config

    logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells of every credential and endpoint it finds
    has_own_endpoint = bool(os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"))
    config = Config(
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "max_attempts": 4},
        # stores other than Amazon's know neither a host name a bucket nor the newer checksums; files carry their own
        s3={"addressing_style": "path" if has_own_endpoint else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.session.Session().client("s3", config=config)
