"""From an opened file to raw rows: the format is recognised by content first and by name second."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from .columnar import parquet_rows
from .delimited import DelimitedReader, Item, sniff
from .jsonio import WRAPPED, ElementSplitter, lines, parse_row
from .limits import Limits
from .report import FileFault, Reason, RowFault
from .sources import HEAD_BYTES, Source
from .spellings import is_known_column

_ENDINGS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "text",
    ".md": "text",
    ".parquet": "parquet",
}
_LIST_START = re.compile(rb'\s*\[\s*(?:[{\[\]"]|$)')


class Format(StrEnum):
    """How rows are written down."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"
    TEXT = "text"
    PARQUET = "parquet"


def recognise(source: Source) -> tuple[Format, str]:
    """The format of the file, and the delimiter if it is delimited. Raises `FileFault` if it is none."""
    if source.is_parquet:
        return Format.PARQUET, ""
    named = _ENDINGS.get("." + source.name.lower().rpartition(".")[2], "")
    if named == "parquet":
        raise FileFault(Reason.BAD_PARQUET, "The file is called .parquet but does not start as a Parquet file does")
    head = next(source_head(source))
    starts = [line.strip() for line in head.split(b"\n")[:50] if line.strip()]
    if not starts:
        raise FileFault(Reason.NO_ROWS, "The file holds no rows")
    if _LIST_START.match(head) or WRAPPED.match(head):
        return Format.JSON, ""
    objects = sum(line.startswith(b"{") for line in starts)
    if starts[0].startswith(b"{") or named == "jsonl" or objects * 2 > len(starts):
        pretty = named != "jsonl" and objects * 2 <= len(starts) and not starts[0].endswith(b"}")
        pretty = pretty or starts[0] == b"{"
        return (Format.JSON if pretty else Format.JSONL), ""
    if named == "json":
        return Format.JSON, ""
    return _delimited_or_text(head.decode("utf-8", "replace"), named, is_whole=len(source.head) < HEAD_BYTES)


def source_head(source: Source) -> Iterator[bytes]:
    """The start of the content as UTF-8, without moving the stream."""
    import codecs

    if source.encoding.startswith("utf-16"):
        decoder = codecs.getincrementaldecoder(source.encoding)("replace")
        yield decoder.decode(source.head)[1:].encode()
    else:
        yield source.head.removeprefix(codecs.BOM_UTF8)


def _delimited_or_text(head: str, named: str, *, is_whole: bool) -> tuple[Format, str]:
    found = sniff(head, is_whole=is_whole)
    if found:
        delimiter, header, alike = found
        known = any(is_known_column(name) for name in header)
        plausible = len(set(header)) == len(header) and all(0 < len(name.strip()) <= 64 for name in header)
        if named in ("csv", "tsv") or known or (plausible and alike >= 0.9 and named != "text"):
            return (Format.TSV if delimiter == "\t" else Format.CSV), delimiter
    first = head.split("\n", 1)[0].strip().strip('"')
    if named in ("csv", "tsv") or is_known_column(first):
        return (Format.TSV if named == "tsv" else Format.CSV), ("\t" if named == "tsv" else ",")
    return Format.TEXT, ""


def raw_rows(source: Source, limits: Limits) -> tuple[Format, Iterator[Item]]:
    """The format and the rows, each with its line and either its fields or what is wrong with it."""
    format_, delimiter = recognise(source)
    if format_ is Format.PARQUET:
        return format_, parquet_rows(source, limits)
    if format_ is Format.JSON:
        return format_, _json_rows(source, limits)
    pieces = lines(source.chunks(), limits.max_line_bytes)
    if format_ in (Format.CSV, Format.TSV):
        return format_, DelimitedReader(pieces, delimiter, limits).rows()
    if format_ is Format.JSONL:
        return format_, (item for item in _parsed(pieces, limits) if item is not None)
    return format_, _text_rows(pieces, limits)


def _parsed(pieces: Iterable[tuple[int, bytes | None]], limits: Limits) -> Iterator[Item]:
    for line, content in pieces:
        if content is None:
            yield line, RowFault(Reason.LINE_TOO_LONG, f"The line is longer than {limits.max_line_bytes:,} bytes")
        elif not content.isspace() and content:
            try:
                yield line, parse_row(content, limits)
            except RowFault as fault:
                yield line, fault


def _json_rows(source: Source, limits: Limits) -> Iterator[Item]:
    head = next(source_head(source))
    in_array = bool(_LIST_START.match(head) or WRAPPED.match(head))
    line = 1
    for piece in ElementSplitter(source.chunks(), limits.max_line_bytes, in_array=in_array).elements():
        if isinstance(piece, RowFault):
            yield line, piece
            continue
        line, content = piece
        if content is None:
            yield line, RowFault(Reason.LINE_TOO_LONG, f"The row is longer than {limits.max_line_bytes:,} bytes")
        elif not content:
            yield line, RowFault(Reason.BAD_JSON, "Nothing stands between two commas")
        else:
            yield from _parsed([(line, content)], limits)


def _text_rows(pieces: Iterable[tuple[int, bytes | None]], limits: Limits) -> Iterator[Item]:
    """A plain text file: each line that is not blank is one row."""
    for line, content in pieces:
        if content is None:
            yield line, RowFault(Reason.LINE_TOO_LONG, f"The line is longer than {limits.max_line_bytes:,} bytes")
            continue
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"Byte {error.start + 1} is not UTF-8; save the file as UTF-8"
            yield line, RowFault(Reason.WRONG_ENCODING, message)
            continue
        if text.strip():
            yield line, {"text": text}
