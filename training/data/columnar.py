"""Parquet, batch by batch, with its sizes looked at before anything is unpacked."""

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

from .delimited import Item
from .limits import Limits
from .report import FileFault, Reason, RowFault
from .sources import Source

_BATCH_ROWS = 256


def parquet_rows(source: Source, limits: Limits) -> Iterator[Item]:
    """Rows by number (from 1). Raises `FileFault` if the file is damaged or its row groups are too large."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with _seekable(source) as file:
        try:
            parquet = pq.ParquetFile(file, memory_map=False, thrift_string_size_limit=64 << 20)
            _check_shape(parquet.metadata, limits)
            number = 0
            for batch in parquet.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
                for row in _plain_rows(batch, limits):
                    number += 1
                    yield number, row
                source.progress_override = number / max(1, parquet.metadata.num_rows)
        except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
            raise FileFault(Reason.BAD_PARQUET, f"The Parquet file cannot be read: {str(error)[:300]}") from error


@contextmanager
def _seekable(source: Source) -> Iterator[IO[bytes]]:
    """Parquet is read from its end: what comes out of an archive goes through a temporary file first."""
    if source.packed is None:
        source.file.seek(0)
        yield source.file
        return
    with tempfile.TemporaryFile() as file:
        for chunk in source.chunks():
            file.write(chunk)
        file.seek(0)
        yield file


def _check_shape(metadata: Any, limits: Limits) -> None:
    if metadata.num_columns > limits.max_columns:
        raise FileFault(
            Reason.BAD_HEADER, f"{metadata.num_columns:,} columns; at most {limits.max_columns:,} are taken"
        )
    for place in range(metadata.num_row_groups):
        size = metadata.row_group(place).total_byte_size
        if size > limits.max_row_group_bytes:
            allowed = limits.max_row_group_bytes
            raise FileFault(
                Reason.TOO_LARGE,
                f"Row group {place + 1} unpacks to {size:,} bytes; write row groups below {allowed:,}",
            )


def _plain_rows(batch: Any, limits: Limits) -> Iterator[dict[str, Any] | RowFault]:
    """The rows of a batch. Few bytes for all: converted at once; else one by one, so that one row is held."""
    if batch.nbytes <= limits.max_line_bytes:
        for row in batch.to_pylist():
            yield _plain_row(row)
        return
    for place in range(batch.num_rows):
        one = batch.slice(place, 1)
        if one.get_total_buffer_size() and one.nbytes > limits.max_line_bytes:
            yield RowFault(Reason.LINE_TOO_LONG, f"The row is longer than {limits.max_line_bytes:,} bytes")
        else:
            yield _plain_row(one.to_pylist()[0])


def _plain_row(row: dict[str, Any]) -> dict[str, Any] | RowFault:
    try:
        return {str(name): _plain(value) for name, value in row.items()}
    except RowFault as fault:
        return fault


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal | date | datetime | time):
        return str(value)
    raise RowFault(Reason.MIXED_TYPES, f"A column holds {type(value).__name__} values, which are not text")
