"""Opening an upload: recognised by its content, unpacked under limits, decoded to UTF-8, never held whole.

A `Source` gives UTF-8 bytes without a byte-order mark, in chunks, and knows how much of the file it has read.
"""

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, cast

from .archives import single_member
from .limits import DEFAULT_LIMITS, Limits
from .report import FileFault, Reason

CHUNK_BYTES = 256 * 1024
HEAD_BYTES = 64 * 1024
_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
_ZIP_EMPTY = b"PK\x05\x06"
_OTHER_BINARY = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"ARROW1": "an Arrow file",
    b"SQLite format": "an SQLite database",
    b"\x7fELF": "a program",
    b"\x80\x02": "a pickle",
    b"\x80\x04": "a pickle",
    b"\xd0\xcf\x11\xe0": "an old Office document",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass
class Source:
    """An opened file. `stream` gives the unpacked bytes; `name` is that of the content (inside an archive)."""

    stream: BinaryIO
    name: str
    head: bytes
    packed: str | None
    file: IO[bytes]
    file_bytes: int
    encoding: str = "utf-8"
    progress_override: float | None = field(default=None)

    @property
    def is_parquet(self) -> bool:
        """Whether the content starts as Parquet does."""
        return self.head.startswith(_PARQUET)

    @property
    def progress(self) -> float:
        """The part of the uploaded file that was read, 0 to 1."""
        if self.progress_override is not None:
            return self.progress_override
        return min(1.0, self.file.tell() / max(1, self.file_bytes))

    def chunks(self) -> Iterator[bytes]:
        """The content as UTF-8 without a byte-order mark. Bytes that cannot be decoded stay broken UTF-8."""
        raw = _raw_chunks(self.stream, self.head)
        if self.encoding == "utf-8":
            yield from raw
        elif self.encoding == "utf-8-sig":
            yield next(raw)[len(codecs.BOM_UTF8) :]
            yield from raw
        else:
            yield from _recoded(raw, self.encoding)


@contextmanager
def open_source(path: Path, *, name: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Iterator[Source]:
    """Open `path` (called `name` by its owner); raises `FileFault` for what is no file of rows."""
    if not path.is_file():
        raise FileFault(Reason.MISSING_FILE, f"There is no file {path.name}")
    size = path.stat().st_size
    if size == 0:
        raise FileFault(Reason.EMPTY_FILE, "The file is empty")
    if size > limits.max_file_bytes:
        raise FileFault(Reason.TOO_LARGE, f"The file has {size:,} bytes; at most {limits.max_file_bytes:,} are taken")
    with path.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        stream, inner_name, packed = _unpacked(file, start, name or path.name, size, limits)
        try:
            head = _read_fully(stream, HEAD_BYTES)
            _refuse_unreadable(head, packed)
            encoding = next((encoding for bom, encoding in _BOMS if head.startswith(bom)), "utf-8")
            _refuse_binary(head, encoding)
            yield Source(stream, inner_name, head, packed, file, size, encoding)
        finally:
            stream.close()


def _unpacked(file: IO[bytes], start: bytes, name: str, size: int, limits: Limits) -> tuple[BinaryIO, str, str | None]:
    if start.startswith(_GZIP):
        inner = name[:-3] if name.lower().endswith(".gz") else name
        unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))
        return cast(BinaryIO, _Guarded(unpacked, file, size, limits)), inner, "gzip"
    if start.startswith((_ZIP, _ZIP_EMPTY)):
        member, inner = single_member(cast(BinaryIO, file))
        return cast(BinaryIO, _Guarded(member, file, size, limits)), inner, "zip"
    return cast(BinaryIO, file), name, None


class _Guarded(io.RawIOBase):
    """An unpacking stream that counts what comes out and turns every way it can break into a `FileFault`."""

    def __init__(self, stream: BinaryIO, file: IO[bytes], packed_bytes: int, limits: Limits) -> None:
        self._stream = stream
        self._file = file
        self._packed_bytes = packed_bytes
        self._limits = limits
        self._count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; raises `FileFault` for a broken archive or a bomb."""
        want = CHUNK_BYTES if size is None or size < 0 else min(size, CHUNK_BYTES)
        try:
            content = self._stream.read(want)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise FileFault(Reason.BAD_ARCHIVE, f"The archive is damaged or incomplete: {error}") from error
        self._count += len(content)
        if self._count > self._limits.max_unpacked_bytes:
            raise FileFault(
                Reason.ZIP_BOMB, f"The archive holds more than {self._limits.max_unpacked_bytes:,} bytes unpacked"
            )
        free = self._limits.ratio_free_bytes
        if self._count > free and self._count > self._limits.max_unpack_ratio * self._packed_bytes:
            raise FileFault(
                Reason.ZIP_BOMB, f"The archive unpacks to more than {self._limits.max_unpack_ratio} times its size"
            )
        return content

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _read_fully(stream: BinaryIO, size: int) -> bytes:
    parts, left = [], size
    while left > 0 and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _raw_chunks(stream: BinaryIO, head: bytes) -> Iterator[bytes]:
    yield head
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _recoded(raw: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-16 to UTF-8. A lone surrogate or a half character becomes bytes that are no UTF-8, so its line is told."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    yield decoder.decode(next(raw))[1:].encode("utf-8", "surrogatepass")
    for chunk in raw:
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        yield b"\xff"


def _refuse_unreadable(head: bytes, packed: str | None) -> None:
    if not head:
        raise FileFault(Reason.EMPTY_FILE, "The archive's file is empty" if packed else "The file is empty")
    if packed and head.startswith((_GZIP, _ZIP)):
        raise FileFault(Reason.ARCHIVE_MEMBERS, "An archive inside an archive is not opened; pack the file itself")
    for magic, what in _OTHER_BINARY.items():
        if head.startswith(magic):
            raise FileFault(Reason.BINARY_FILE, f"This is {what}, not a file of rows")
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileFault(Reason.WRONG_ENCODING, "The file is UTF-32; save it as UTF-8", line=1)


def _refuse_binary(head: bytes, encoding: str) -> None:
    if encoding.startswith("utf-16") or head.startswith(_PARQUET):
        return
    if head.count(0) > len(head) // 8:
        if _looks_like_utf16(head):
            raise FileFault(
                Reason.WRONG_ENCODING, "The file looks like UTF-16 without a byte-order mark; save it as UTF-8", line=1
            )
        raise FileFault(Reason.BINARY_FILE, "The file is binary (it is full of NUL bytes), not a file of rows")
    control = sum(byte < 9 or 14 <= byte < 32 for byte in head)
    if control > len(head) // 10:
        raise FileFault(Reason.BINARY_FILE, "The file is binary (it is full of control characters), not a file of rows")


def _looks_like_utf16(head: bytes) -> bool:
    even, odd = head[0::2], head[1::2]
    return min(even.count(0), odd.count(0)) * 10 < max(even.count(0), odd.count(0))
