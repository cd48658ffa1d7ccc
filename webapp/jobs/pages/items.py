"""Single rows: the first batch as the model saw it, the best and worst validation rows, and an evaluation's answers.

What reads a job's files raises `FilesFault` where they lie in a bucket that does not answer.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator

from ..models import Job, JobState
from ..predictions import Item, browse, predictions_path, prompt_text, read_predictions
from ..published import fetched

ROWS_SHOWN = 4
TOKENS_SHOWN = 1500
ENDS_SHOWN = 15
ANSWERS_A_PAGE = 25
SHOWS = {"all": "All", "wrong": "Wrong", "right": "Right"}


@dataclass(frozen=True)
class Span:
    """Neighbouring tokens with the same mask, as text; `tokens` is how many they are."""

    text: str
    learned: bool
    tokens: int


@dataclass(frozen=True)
class BatchRow:
    """One row of the first batch. `cut` counts the tokens that are not shown."""

    number: int
    spans: list[Span]
    tokens: int
    learned: int
    cut: int


@dataclass(frozen=True)
class FirstBatch:
    """Some rows of the first batch, and how many there were."""

    rows: list[BatchRow]
    total: int


def first_batch(job: Job) -> FirstBatch | None:
    """The first training batch decoded; None while there is none."""
    path = fetched(job, "artifacts/first_batch.json")
    if not path.exists():
        return None
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return FirstBatch([_batch_row(row) for row in rows[:ROWS_SHOWN]], len(rows))


def _batch_row(row: Mapping[str, Any]) -> BatchRow:
    tokens = row["tokens"]
    spans: list[Span] = []
    for token in tokens[:TOKENS_SHOWN]:
        learned = bool(token["learned"])
        if spans and spans[-1].learned == learned:
            spans[-1] = Span(spans[-1].text + token["token"], learned, spans[-1].tokens + 1)
        else:
            spans.append(Span(token["token"], learned, 1))
    count = sum(bool(token["learned"]) for token in tokens)
    return BatchRow(int(row["row"]), spans, len(tokens), count, max(0, len(tokens) - TOKENS_SHOWN))


@dataclass(frozen=True)
class ValidationItems:
    """The validation rows with the highest and with the lowest loss, each list from its own end."""

    worst: list[dict[str, Any]]
    best: list[dict[str, Any]]


def validation_items(job: Job) -> ValidationItems | None:
    """Best and worst validation rows of a training job; None while there are none."""
    return _ends(list(_lines(fetched(job, "artifacts/validation_items.jsonl"))))


def _ends(rows: list[dict[str, Any]]) -> ValidationItems | None:
    if not rows:
        return None
    rows.sort(key=lambda row: -float(row["loss_nats"]))
    half = min(ENDS_SHOWN, (len(rows) + 1) // 2)
    return ValidationItems(rows[:half], rows[: half - 1 : -1][:ENDS_SHOWN])


def read_items(job: Job) -> ValidationItems | None:
    """The items of an evaluation that only reads (perplexity), which has no right and wrong: hardest and easiest."""
    read = [
        {
            "index": row["index"],
            "prompt": prompt_text(row["prompt"]),
            "completion": row["expected"],
            "loss_nats": -row["loglik_nats"] / max(1, row["tokens"]),
        }
        for row in read_predictions(job)
        if row.get("correct") is None
    ]
    return _ends(read)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file)


@dataclass(frozen=True)
class Answers:
    """One page of an evaluation's answers, and what it is narrowed to. `other` is the job set beside, if any."""

    page: Any
    items: list[Item]
    read: int
    show: str
    search: str
    other: Job | None
    others: list[Job]
    shows: list[tuple[str, str]]


def answers(job: Job, query: Mapping[str, str]) -> Answers | None:
    """Wrong answers first; beside them another model's on the same items where `beside` names its job."""
    if not predictions_path(job).exists():
        return None
    others = comparable(job)
    other = next((found for found in others if found.code == query.get("beside")), None)
    shows = {**SHOWS, "differs": "Only one of the two is right"} if other is not None else SHOWS
    show = query.get("show", "all") if query.get("show") in shows else "all"
    search = query.get("q", "").strip()[:200]
    number = query.get("page", "1")
    offset = (max(1, int(number[:6])) - 1) * ANSWERS_A_PAGE if number.isdecimal() else 0
    found = browse(job, show=show, search=search, other=other, offset=offset, limit=ANSWERS_A_PAGE)
    page = Paginator(range(found.found), ANSWERS_A_PAGE).get_page(number)
    return Answers(page, found.items, found.read, show, search, other, others, list(shows.items()))


def comparable(job: Job) -> list[Job]:
    """Other finished evaluations of the same rows in the project, those of the same study first."""
    data = job.spec.get("data") or {}
    done = Job.objects.filter(project=job.project, kind="evaluate", state=JobState.DONE).exclude(pk=job.pk)
    same = [
        other
        for other in done.defer("result", "prediction").order_by("-created_at")[:200]
        if (other.spec.get("data") or {}).get("test") == data.get("test")
    ]
    return sorted(same, key=lambda other: other.study_id != job.study_id)[:20]
