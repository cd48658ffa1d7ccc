"""JSON under bounds: lines and array elements cut out of a byte stream, and one row parsed strictly.

Bytes are UTF-8, so the characters that give JSON its shape can be found without decoding.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from .limits import Limits
from .report import Reason, RowFault, shorten

Piece = tuple[int, bytes | None]
"""Line number (from 1) and content; None where the content was longer than the limit."""

WRAPPED = re.compile(rb'\s*\{\s*"(?:data|rows|train|examples|items|instances|records)"\s*:\s*\[')
_OUTSIDE = re.compile(rb'["{}\[\],]')
_INSIDE = re.compile(rb'["{}\[\]]')
_IN_STRING = re.compile(rb'["\\]')
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


def lines(chunks: Iterable[bytes], max_bytes: int) -> Iterator[Piece]:
    """The lines of a stream, without their ends. A longer one than `max_bytes` is passed over unheld."""
    number, tail, skipping = 1, b"", False
    for chunk in chunks:
        parts = (tail + chunk).split(b"\n")
        tail = parts.pop()
        for part in parts:
            yield number, None if skipping or len(part) > max_bytes else part.removesuffix(b"\r")
            number, skipping = number + 1, False
        if len(tail) > max_bytes:
            tail, skipping = b"", True
    if tail or skipping:
        yield number, None if skipping else tail.removesuffix(b"\r")


class ElementSplitter:
    """Cuts the elements out of a JSON array (or objects that simply follow each other) without parsing them."""

    def __init__(self, chunks: Iterable[bytes], max_bytes: int, *, in_array: bool) -> None:
        self._chunks = iter(chunks)
        self._max_bytes = max_bytes
        self._in_array = in_array
        self._buffer = b""
        self._start = self._at = 0
        self._line = 1
        self._skipped = False
        self._depth = 0
        self._in_string = False

    def elements(self) -> Iterator[Piece | RowFault]:
        """Each element with the line it starts on; a `RowFault` tells what is wrong around the elements."""
        self._more()
        if self._in_array:
            self._enter_array()
        while True:
            pattern = _IN_STRING if self._in_string else _INSIDE if self._depth else _OUTSIDE
            match = pattern.search(self._buffer, self._at)
            if match is None:
                self._at = len(self._buffer)
                if not self._more():
                    yield from self._last()
                    return
                continue
            token = match.group()
            if token == b"\\" and match.end() == len(self._buffer) and self._more():
                continue  # the character after the backslash came with the new chunk: look again
            self._at = match.end() + (token == b"\\")
            if token == b'"':
                self._in_string = not self._in_string
            elif token in b"{[":
                self._depth += 1
            elif token in b"}]":
                if self._depth == 0:
                    yield from self._array_end(match.start(), is_end=self._in_array and token == b"]")
                    return
                self._depth -= 1
                if self._depth == 0 and not self._in_array:
                    yield self._cut(match.end(), match.end())
            elif token == b",":
                yield self._cut(match.start(), match.end())

    def _enter_array(self) -> None:
        match = WRAPPED.match(self._buffer)
        self._at = match.end() if match else self._buffer.index(b"[") + 1
        self._wrapped = match is not None
        self._line += self._buffer.count(b"\n", 0, self._at)
        self._start = self._at

    def _more(self) -> bool:
        """Take the next chunk behind what is still needed; an element past the limit is let go."""
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        if len(self._buffer) - self._start > self._max_bytes:
            self._skipped = True
            self._line += self._buffer.count(b"\n", self._start, self._at)
            self._start = self._at
        self._buffer = self._buffer[self._start :] + chunk
        self._at -= self._start
        self._start = 0
        return True

    def _cut(self, end: int, go_on: int) -> Piece:
        """The element that ends at `end`; the next one starts at `go_on`."""
        content = self._buffer[self._start : end]
        lead = len(content) - len(content.lstrip())
        line = self._line + content.count(b"\n", 0, lead)
        self._line += content.count(b"\n")
        self._start = go_on
        too_long, self._skipped = self._skipped or len(content) > self._max_bytes, False
        return line, None if too_long else content.strip()

    def _array_end(self, end: int, *, is_end: bool) -> Iterator[Piece | RowFault]:
        if not is_end:
            yield RowFault(Reason.BAD_JSON, f"A closing bracket without its opening one, at line {self._line}")
            return
        if self._buffer[self._start : end].strip() or self._skipped:
            yield self._cut(end, end + 1)
        rest = self._buffer[end + 1 :].strip()
        if (rest or (self._more() and self._buffer.strip(b"] \t\r\n"))) and not (self._wrapped and rest == b"}"):
            yield RowFault(Reason.BAD_JSON, f"What follows the end of the list was not read (line {self._line})")

    def _last(self) -> Iterator[Piece | RowFault]:
        rest = self._buffer[self._start :].strip()
        if self._in_array:
            if rest or self._skipped:
                yield self._cut(len(self._buffer), len(self._buffer))
            yield RowFault(Reason.BAD_JSON, "The list is not closed: the file ends in the middle")
        elif rest or self._skipped:
            yield self._cut(len(self._buffer), len(self._buffer))


def parse_row(content: bytes, limits: Limits) -> dict[str, Any]:
    """The JSON object in `content`; raises `RowFault` for anything that is not one, plain and finite."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RowFault(Reason.WRONG_ENCODING, f"Byte {error.start + 1} is not UTF-8; save the file as UTF-8") from error
    value = parse_value(text, content, limits)
    if not isinstance(value, dict):
        raise RowFault(Reason.NOT_AN_OBJECT, f"A row must be an object, not {_kind(value)}")
    return value


def parse_value(text: str, content: bytes, limits: Limits) -> Any:
    """The JSON value in `text` (`content` is the same in bytes); raises `RowFault`."""
    _check_nesting(content, limits)
    try:
        return _DECODER.decode(text)
    except RowFault:
        raise
    except json.JSONDecodeError as error:
        raise RowFault(Reason.BAD_JSON, f"Not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise RowFault(Reason.TOO_DEEP, "Nested too deeply") from error
    except ValueError as error:
        raise RowFault(Reason.BAD_NUMBER, "A number has too many digits") from error


def _check_nesting(content: bytes, limits: Limits) -> None:
    """Refuse deep nesting before parsing. A row with few brackets in all needs no closer look."""
    if content.count(b"{") + content.count(b"[") <= limits.max_depth:
        return
    shape = _STRINGS.sub(b"", content)
    if shape.count(b"{") + shape.count(b"[") > limits.max_nested_values:
        raise RowFault(Reason.TOO_DEEP, f"More than {limits.max_nested_values:,} nested values in one row")
    depth = 0
    for match in re.finditer(rb"[{}\[\]]", shape):
        depth += 1 if match.group() in b"{[" else -1
        if depth > limits.max_depth:
            raise RowFault(Reason.TOO_DEEP, f"Nested deeper than {limits.max_depth} levels")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise RowFault(Reason.DUPLICATE_KEY, f"The key {shorten(twice, 40)!r} stands twice in one object")
    return value


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise RowFault(Reason.BAD_NUMBER, f"The number {shorten(digits, 30)} is too large")
    return value


def _refuse_constant(name: str) -> None:
    raise RowFault(Reason.BAD_NUMBER, f"{name} is not a JSON number")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse_constant)
