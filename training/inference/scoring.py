"""Log-likelihoods of continuations: many questions and all their options in one forward.

One row holds several questions. Under a tree mask a token sees the shared prefix, its own question's prompt and
its own option, nothing else; so a prompt is computed once, however many options it has. The last token of an
option is only predicted, never read, so an option of one token adds nothing to the row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from ..layout import SCORED_TOKENS
from .forward import LanguageModel, Prefix

_LOGIT_CELLS = 1 << 25
"""Logits held in float32 at one time (128 MiB)."""


@dataclass(frozen=True)
class Question:
    """A prompt and the continuations to score; every one of them has at least one token."""

    prompt: Sequence[int]
    options: Sequence[Sequence[int]]


@dataclass(frozen=True)
class _Branch:
    """Some options of one question, as they stand in one row."""

    question: int
    prompt: Sequence[int]
    first_option: int
    options: Sequence[Sequence[int]]

    @property
    def tokens(self) -> int:
        return len(self.prompt) + sum(len(option) - 1 for option in self.options)


def score_options(
    language_model: LanguageModel, questions: Sequence[Question], prefix: Prefix, *, batch_tokens: int | None = None
) -> Iterator[list[tuple[int, list[float]]]]:
    """For each question, in order: its index, and the log-likelihood of each option in nats.

    `prefix` must start every prompt. A list comes out after each forward, with the questions it completed.
    """
    budget = batch_tokens or language_model.token_budget(*SCORED_TOKENS)
    scores: list[list[float]] = [[] for _ in questions]
    done = 0
    for row in _rows(questions, len(prefix.ids), budget):
        for branch, values in zip(row, _score_row(language_model, row, prefix), strict=True):
            scores[branch.question] += values
        completed = []
        while done < len(questions) and len(scores[done]) == len(questions[done].options):
            completed.append((done, scores[done]))
            done += 1
        yield completed


def _rows(questions: Sequence[Question], shared: int, budget: int) -> Iterator[list[_Branch]]:
    """Fill rows up to `budget` tokens. A question whose options do not fit takes several rows."""
    row: list[_Branch] = []
    filled = 0
    for branch in _branches(questions, shared, budget):
        if row and filled + branch.tokens > budget:
            yield row
            row, filled = [], 0
        row.append(branch)
        filled += branch.tokens
    if row:
        yield row


def _branches(questions: Sequence[Question], shared: int, budget: int) -> Iterator[_Branch]:
    for index, question in enumerate(questions):
        prompt = question.prompt[shared:]
        start, filled = 0, len(prompt)
        for end, option in enumerate(question.options):
            if end > start and filled + len(option) - 1 > max(budget, 2 * len(prompt)):
                yield _Branch(index, prompt, start, question.options[start:end])
                start, filled = end, len(prompt)
            filled += len(option) - 1
        yield _Branch(index, prompt, start, question.options[start:])


def _score_row(language_model: LanguageModel, row: Sequence[_Branch], prefix: Prefix) -> list[list[float]]:
    ids: list[int] = []
    positions: list[int] = []
    question_of: list[int] = []
    option_of: list[int] = []  # -1 for the tokens of a prompt
    sources: list[int] = []  # where the prediction of each target is read
    targets: list[int] = []
    option_number = 0
    for number, branch in enumerate(row):
        start = prefix.length
        ids += branch.prompt
        positions += range(start, start + len(branch.prompt))
        question_of += [number] * len(branch.prompt)
        option_of += [-1] * len(branch.prompt)
        last = len(ids) - 1
        for option in branch.options:
            read = option[:-1]
            sources += [last, *range(len(ids), len(ids) + len(read))]
            targets += option
            ids += read
            positions += range(start + len(branch.prompt), start + len(branch.prompt) + len(read))
            question_of += [number] * len(read)
            option_of += [option_number] * len(read)
            option_number += 1

    device = language_model.device
    keep, source_rows = torch.unique(torch.tensor(sources, device=device), return_inverse=True)
    logits = language_model.logits(
        torch.tensor([ids], device=device),
        torch.tensor([positions], device=device),
        _tree_mask(question_of, option_of, prefix.length, device),
        prefix.cache() if prefix.length else None,
        keep,
    )[0]
    values = _target_log_likelihoods(logits, source_rows, torch.tensor(targets, device=device)).tolist()
    scores: list[list[float]] = []
    at = 0
    for branch in row:
        scores.append([])
        for option in branch.options:
            scores[-1].append(sum(values[at : at + len(option)]))
            at += len(option)
    return scores


def _tree_mask(question_of: list[int], option_of: list[int], shared: int, device: torch.device) -> torch.Tensor:
    """[1, 1, q, shared + q], true where the token of the row may look."""
    question = torch.tensor(question_of, device=device)
    option = torch.tensor(option_of, device=device)
    own = (question[:, None] == question[None]) & ((option[None] == -1) | (option[:, None] == option[None]))
    return torch.nn.functional.pad(own.tril(), (shared, 0), value=True)[None, None]


def _target_log_likelihoods(logits: torch.Tensor, rows: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """log p of each target. logits: [n, v]; rows, targets: [t], the row that predicts each target. Returns [t]."""
    step = max(1, _LOGIT_CELLS // logits.shape[-1])
    parts = (logits[start : start + step] for start in range(0, len(logits), step))
    normalisers = torch.cat([part.float().logsumexp(-1) for part in parts])
    return logits[rows, targets].float() - normalisers[rows]
