"""Greedy answers in batches: rows of like length together, the shared prefix computed once, finished rows leave."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from ..layout import WRITTEN_ROWS, WRITTEN_TOKENS
from .forward import LanguageModel, Prefix

CPU_CACHE_BYTES = 1 << 30
GPU_CACHE_BYTES = 8 << 30
"""Keys and values of a batch whose every answer takes its full length stay below this, unless one row is larger."""
KEEP_ABOVE = 0.75
"""The cache is copied without the finished rows once fewer than this share of its rows still run."""


@dataclass(frozen=True)
class Answer:
    """The tokens written for one prompt, without the stop token. `is_complete`: it stopped by itself."""

    index: int
    ids: list[int]
    is_complete: bool


def generate_greedy(
    language_model: LanguageModel,
    prompts: Sequence[Sequence[int]],
    prefix: Prefix,
    *,
    max_new_tokens: int,
    stop_ids: frozenset[int],
    batch_tokens: int | None = None,
    check: Callable[[], None] = lambda: None,
) -> Iterator[list[Answer]]:
    """The likeliest next token again and again, until a stop token or `max_new_tokens`.

    `prefix` must start every prompt. Yields the answers of a batch at a time; `check` is called between tokens
    and may raise to stop. Ties go to the lower token number.
    """
    budget = batch_tokens or language_model.token_budget(*WRITTEN_TOKENS)
    for batch in _batches(prompts, len(prefix.ids), budget, _row_limit(language_model, prefix, max_new_tokens)):
        own = [prompts[index][len(prefix.ids) :] for index in batch]
        written, ended = _generate_batch(language_model, own, prefix, max_new_tokens, stop_ids, check)
        yield [Answer(*parts) for parts in zip(batch, written, ended, strict=True)]


def _row_limit(language_model: LanguageModel, prefix: Prefix, max_new_tokens: int) -> Callable[[int], int]:
    """How many rows a batch may have, from the tokens of its longest prompt behind the prefix."""
    on_cpu = language_model.device.type == "cpu"
    most, cache_bytes = (WRITTEN_ROWS[0], CPU_CACHE_BYTES) if on_cpu else (WRITTEN_ROWS[1], GPU_CACHE_BYTES)

    def limit(longest: int) -> int:
        row_bytes = (prefix.length + longest + max_new_tokens) * language_model.cache_bytes_per_token
        return max(1, min(most, cache_bytes // row_bytes))

    return limit


def _batches(
    prompts: Sequence[Sequence[int]], shared: int, budget: int, row_limit: Callable[[int], int]
) -> Iterator[list[int]]:
    """Indices of prompts, the shortest first, each batch within `budget` padded tokens and its limit of rows."""
    batch: list[int] = []
    for index in sorted(range(len(prompts)), key=lambda index: len(prompts[index])):
        longest = len(prompts[index]) - shared
        if batch and (len(batch) >= row_limit(longest) or longest * (len(batch) + 1) > budget):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _generate_batch(
    language_model: LanguageModel,
    prompts: list[Sequence[int]],
    prefix: Prefix,
    max_new_tokens: int,
    stop_ids: frozenset[int],
    check: Callable[[], None],
) -> tuple[list[list[int]], list[bool]]:
    """Tokens written for each row of own tokens (after the prefix), and whether it met a stop token."""
    written: list[list[int]] = [[] for _ in prompts]
    ended = [False] * len(prompts)
    cache = prefix.cache(len(prompts))
    ids, seen, positions = _padded(prompts, prefix.length, language_model.device)
    logits = language_model.logits(ids, positions, _prompt_mask(seen, ids.shape[1]), cache, 1)
    position = positions[:, -1:]
    alive = list(range(len(prompts)))  # the row of `prompts` that each row of the cache belongs to
    for count in range(1, max_new_tokens + 1):
        chosen = logits[:, -1].argmax(-1)
        for row, token in zip(alive, chosen.tolist(), strict=True):
            if not ended[row]:
                ended[row] = token in stop_ids
                written[row] += [] if ended[row] else [token]
        running = [place for place, row in enumerate(alive) if not ended[row]]
        if not running or count == max_new_tokens:
            break
        check()
        if len(running) < KEEP_ABOVE * len(alive):
            kept = torch.tensor(running, device=chosen.device)
            cache.batch_select_indices(kept)
            chosen, seen, position = chosen[kept], seen[kept], position[kept]
            alive = [alive[place] for place in running]
        seen = torch.nn.functional.pad(seen, (0, 1), value=True)
        position = position + 1
        logits = language_model.logits(chosen[:, None], position, seen[:, None, None], cache, 1)
    return written, ended


def _padded(
    prompts: list[Sequence[int]], shared: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows padded on the left, behind the shared prefix: ids [b, q], cached and new tokens that are real
    [b, shared + q], positions [b, q]."""
    longest = max(map(len, prompts))
    ids = torch.zeros(len(prompts), longest, dtype=torch.long)
    seen = torch.ones(len(prompts), shared + longest, dtype=torch.bool)
    positions = torch.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        padding = longest - len(prompt)
        ids[row, padding:] = torch.tensor(list(prompt))
        seen[row, shared : shared + padding] = False
        positions[row, padding:] = torch.arange(shared, shared + len(prompt))
    return ids.to(device), seen.to(device), positions.to(device)


def _prompt_mask(seen: torch.Tensor, new: int) -> torch.Tensor:
    """[b, 1, new, k]: causal over the last `new` of the k tokens, and never at padding."""
    k = seen.shape[1]
    causal = torch.ones(new, k, dtype=torch.bool, device=seen.device).tril(k - new)
    mask = causal[None] & seen[:, None]
    # a padding token looks at itself, because a softmax over nothing is not a number
    mask |= torch.eye(new, k, dtype=torch.bool, device=seen.device).roll(k - new, 1)[None]
    return mask[:, None]
