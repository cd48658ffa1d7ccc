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

_BATCH_ROWS, _FEW_ROWS = 256, 16
_MOST_ROW_GROUPS = 100_000
_LONG_TEXT_BYTES = 256 * 1024


def parquet_rows(source: Source, limits: Limits) -> Iterator[Item]:
    """Rows by number (from 1). Raises `FileFault` if the file is damaged or its row groups are too large."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with _seekable(source) as file:
        try:
            metadata = pq.read_metadata(file)
            _check_shape(metadata, limits)
            plain = pq.ParquetFile(file, metadata=metadata)
            shared = pq.ParquetFile(file, metadata=metadata, read_dictionary=_text_columns(metadata))
            number = 0
            for group in range(metadata.num_row_groups):
                for batch in _batches(plain, shared, group):
                    for row in _plain_rows(batch, limits):
                        number += 1
                        yield number, row
                    source.progress_override = number / max(1, metadata.num_rows)
        except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
            raise FileFault(Reason.BAD_PARQUET, f"The Parquet file cannot be read: {str(error)[:300]}") from error


def _batches(plain: Any, shared: Any, group: int) -> Iterator[Any]:
    """The batches of a row group.

    A group may state a long text once and repeat it by number a million times. So its texts are looked at first:
    where they are long, rows are read with their texts shared (`shared`), which takes more memory otherwise.
    """
    metadata = plain.metadata.row_group(group)
    first = next(shared.iter_batches(batch_size=1, row_groups=[group], use_threads=False), None)
    if first is None:
        return
    reader = shared if sum(map(_longest_text, first.columns)) > _LONG_TEXT_BYTES else plain
    # texts stored as differences from the one before can repeat long ones as well
    encodings = {name for place in range(metadata.num_columns) for name in metadata.column(place).encodings}
    size = _FEW_ROWS if "DELTA_BYTE_ARRAY" in encodings else _BATCH_ROWS
    yield from reader.iter_batches(batch_size=size, row_groups=[group], use_threads=False)


def _longest_text(column: Any) -> int:
    """Bytes of the longest text in the column's dictionaries."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        return int(pc.max(pc.binary_length(column.dictionary)).as_py() or 0)
    return sum(map(_longest_text, _inner(column)))


def _inner(column: Any) -> list[Any]:
    """The columns inside a struct or list column; none in others."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_struct(kind):
        return list(column.flatten())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return [column.flatten()]
    if pa.types.is_map(kind):
        return [column.keys, column.items]
    return []


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


def _text_columns(metadata: Any) -> list[str]:
    """The columns that hold texts, those inside lists as well."""
    columns = (metadata.schema.column(place) for place in range(metadata.num_columns))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def _check_shape(metadata: Any, limits: Limits) -> None:
    if metadata.num_row_groups > _MOST_ROW_GROUPS:
        raise FileFault(Reason.TOO_LARGE, f"{metadata.num_row_groups:,} row groups; write fewer and larger ones")
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
    if sum(map(_unpacked_bytes, batch.columns)) <= limits.max_line_bytes:
        for row in batch.to_pylist():
            yield _plain_row(row)
        return
    for place in range(batch.num_rows):
        one = batch.slice(place, 1)
        if sum(map(_unpacked_bytes, one.columns)) > limits.max_line_bytes:
            yield RowFault(Reason.LINE_TOO_LONG, f"The row is longer than {limits.max_line_bytes:,} bytes")
        else:
            yield _plain_row(one.to_pylist()[0])


def _unpacked_bytes(column: Any) -> int:
    """How large the column's values are as Python values, without making them: a dictionary's text counts each time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(column.dictionary)
        return int(pc.sum(pc.take(lengths, column.indices.fill_null(0))).as_py() or 0) if len(lengths) else 0
    inner = _inner(column)
    return 64 * len(column) + sum(map(_unpacked_bytes, inner)) if inner else int(column.nbytes)


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
