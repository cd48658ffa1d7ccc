"""Statistics of rows in one pass: rows, characters, token lengths, labels, turns."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .canonical import texts_in
from .messages import text_of

TokenCounter = Callable[[str], int]

HISTOGRAM_EDGES = (
    *(0, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072),
    *(4096, 6144, 8192, 12288, 16384, 24576, 32768),
)
"""Tokens a row; a bucket counts rows from its edge up to below the next."""
_COARSE_FROM, _COARSE_STEP = 4096, 64
MAX_LABELS = 200
_LABEL_CHARS = 80


def estimated_tokens(text: str) -> int:
    """A stand-in without a tokenizer: one token for each 4 bytes of UTF-8, which English text comes near to."""
    return (len(text) if text.isascii() else len(text.encode("utf-8", "replace"))) // 4 + 1


def token_counter(tokenizer_json: Path) -> TokenCounter:
    """Counts tokens as the model whose `tokenizer.json` this is would; special tokens are left out."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_json))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


def answer_of(row: Mapping[str, Any]) -> str | None:
    """What may be a row's label: its thumbs up or down, or its completion."""
    if "label" in row:
        return "true" if row["label"] else "false"
    return text_of(row["completion"]).strip() if "completion" in row else None


class Statistics:
    """Grows row by row; memory does not grow with the rows."""

    def __init__(self, count_tokens: TokenCounter | None = None) -> None:
        self._count = count_tokens or estimated_tokens
        self._is_estimate = count_tokens is None
        self.rows = 0
        self.characters = 0
        self.tokens = 0
        self._answers: Counter[str] | None = Counter()
        self._lengths: Counter[int] = Counter()
        self._turns: Counter[int] = Counter()

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one canonical row."""
        texts = texts_in(row)
        tokens = sum(map(self._count, texts))
        self.rows += 1
        self.characters += sum(map(len, texts))
        self.tokens += tokens
        self._lengths[tokens if tokens < _COARSE_FROM else tokens // _COARSE_STEP * _COARSE_STEP] += 1
        if "messages" in row:
            self._turns[min(len(row["messages"]), 1000)] += 1
        if self._answers is not None and (answer := answer_of(row)) is not None:
            self._answers[answer[: _LABEL_CHARS + 1]] += 1
            if len(self._answers) > MAX_LABELS or len(answer) > _LABEL_CHARS:
                self._answers = None

    @property
    def answers(self) -> Counter[str] | None:
        """Counts of the different answers; None if there are more than `MAX_LABELS` of them, or long ones."""
        return self._answers

    @property
    def labels(self) -> Counter[str]:
        """The answers, where they come again often enough to be labels."""
        answers = self._answers or Counter()
        return answers if len(answers) * 4 <= self.rows else Counter()

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
