"""Statistics of rows in one pass: rows, characters, token lengths, labels, turns."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .canonical import texts_in

TokenCounter = Callable[[str], int]

HISTOGRAM_EDGES = (0, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
"""Tokens a row; a bucket counts rows from its edge up to below the next."""
_COARSE_FROM, _COARSE_STEP = 4096, 64
_MAX_LABELS = 1_000


def estimated_tokens(text: str) -> int:
    """A stand-in without a tokenizer: one token for each 4 bytes of UTF-8, which English text comes near to."""
    return (len(text) if text.isascii() else len(text.encode("utf-8", "replace"))) // 4 + 1


def token_counter(tokenizer_json: Path) -> TokenCounter:
    """Counts tokens as the model whose `tokenizer.json` this is would; special tokens are left out."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_json))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


class Statistics:
    """Grows row by row; memory does not grow with the rows."""

    def __init__(self, count_tokens: TokenCounter | None = None) -> None:
        self._count = count_tokens or estimated_tokens
        self._is_estimate = count_tokens is None
        self.rows = 0
        self.characters = 0
        self.tokens = 0
        self.labels: Counter[str] = Counter()
        self._lengths: Counter[int] = Counter()
        self._turns: Counter[int] = Counter()
        self._labels_left_out = 0

    def add(self, row: Mapping[str, Any], label: str | None = None) -> None:
        """Count one canonical row."""
        texts = texts_in(row)
        tokens = sum(map(self._count, texts))
        self.rows += 1
        self.characters += sum(map(len, texts))
        self.tokens += tokens
        self._lengths[tokens if tokens < _COARSE_FROM else tokens // _COARSE_STEP * _COARSE_STEP] += 1
        if "messages" in row:
            self._turns[min(len(row["messages"]), 1000)] += 1
        if label is not None:
            if label in self.labels or len(self.labels) < _MAX_LABELS:
                self.labels[label] += 1
            else:
                self._labels_left_out += 1

    def percentile(self, share: float) -> int:
        """The token length that `share` of the rows do not exceed (above 4096 tokens to the next lower 64)."""
        wanted, seen = share * self.rows, 0
        for length in sorted(self._lengths):
            seen += self._lengths[length]
            if seen >= wanted:
                return length
        return 0

    def to_json(self) -> dict[str, Any]:
        """Plain numbers. `tokens.estimated` is true where no tokenizer was given."""
        return {
            "rows": self.rows,
            "characters": self.characters,
            "tokens": {
                "estimated": self._is_estimate,
                "total": self.tokens,
                "mean": round(self.tokens / self.rows, 1) if self.rows else 0,
                "median": self.percentile(0.5),
                "p95": self.percentile(0.95),
                "longest": max(self._lengths, default=0),
                "histogram": self._histogram(),
            },
            "labels": dict(self.labels.most_common()),
            "labels_left_out": self._labels_left_out,
            "messages_per_row": {str(turns): count for turns, count in sorted(self._turns.items())},
        }

    def _histogram(self) -> list[dict[str, int | None]]:
        """Buckets up to the last one that holds a row: `from` (inclusive), `below` (None: no end), `rows`."""
        buckets = [0] * len(HISTOGRAM_EDGES)
        for length, count in self._lengths.items():
            buckets[sum(edge <= length for edge in HISTOGRAM_EDGES) - 1] += count
        used = max((place for place, count in enumerate(buckets) if count), default=-1) + 1
        ends: list[int | None] = [*HISTOGRAM_EDGES[1:], None]
        return [{"from": HISTOGRAM_EDGES[i], "below": ends[i], "rows": buckets[i]} for i in range(used)]
