"""Packing: several rows in one sequence, each token computed once.

Rows are laid out as a tree: a row's tokens that begin another row of the same pack are shared, and a token
sees exactly its own row's earlier tokens. So nothing is padded, and a common instruction is computed once
a pack. The output equals that of each row alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .encode import Example


@dataclass(frozen=True)
class Pack:
    """One sequence of L tokens that holds several rows, and its T targets, of which U differ.

    ids, positions: [1, L]; mask: bool [1, 1, L, L], true where a token may look, or None for plain causal.
    target_index, labels, counts: [U]: hidden state, its next token, and how many rows share this target.
    pair_of, row_of: [T]: for each target of each row its place among the U, and its row within the pack.
    rows: the rows' numbers in their dataset. row_tokens: tokens of all rows before sharing.
    """

    ids: Tensor
    positions: Tensor
    mask: Tensor | None
    target_index: Tensor
    labels: Tensor
    counts: Tensor
    pair_of: Tensor
    row_of: Tensor
    rows: tuple[int, ...]
    row_tokens: int

    @property
    def targets(self) -> int:
        """T, the learned tokens of all rows."""
        return int(self.pair_of.numel())

    @property
    def computed_tokens(self) -> int:
        """Tokens that pass through the model."""
        return int(self.ids.numel())

    def to(self, device: torch.device) -> "Pack":
        """The same pack on another device."""
        moved = {name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)}
        return Pack(**{**vars(self), **moved})


def shared_length(a: Example, b: Example) -> int:
    """Leading input tokens that two rows have in common (the last token of a row is only a label)."""
    most = min(len(a.ids), len(b.ids)) - 1
    for index in range(most):
        if a.ids[index] != b.ids[index]:
            return index
    return most


def plan_packs(
    examples: Sequence[Example], rows: Sequence[int], *, max_tokens: int, max_rows: int | None = None
) -> list[list[int]]:
    """Group `rows` into packs of about equal size, none above `max_tokens` unless a single row is.

    Rows with a common beginning come to lie together. Every row is in exactly one pack.
    """
    ordered = sorted(rows, key=lambda row: (examples[row].ids, row))
    added = [_added_tokens(examples, ordered, place) for place in range(len(ordered))]
    whole = sum(added)
    even_tokens = -(-whole // -(-whole // max_tokens)) if whole else 0
    packs: list[list[int]] = []
    size = 0
    for place, row in enumerate(ordered):
        alone = len(examples[row].ids) - 1
        is_full = not packs or size + added[place] > max_tokens or size >= even_tokens
        if is_full or (max_rows is not None and len(packs[-1]) >= max_rows):
            packs.append([row])
            size = alone
        else:
            packs[-1].append(row)
            size += added[place]
    return packs


def _added_tokens(examples: Sequence[Example], ordered: Sequence[int], place: int) -> int:
    """Tokens that a row adds after its predecessor in sorted order, with which it shares most."""
    example = examples[ordered[place]]
    own = len(example.ids) - 1
    return own if place == 0 else own - shared_length(examples[ordered[place - 1]], example)


def build_pack(examples: Sequence[Example], rows: Sequence[int]) -> Pack:
    """Lay out `rows` (in sorted order, as `plan_packs` gives them) as one sequence."""
    ids: list[int] = []
    positions: list[int] = []
    path: list[int] = []
    spans: list[tuple[int, list[int]]] = []
    pairs: dict[tuple[int, int], int] = {}
    pair_of: list[int] = []
    row_of: list[int] = []
    for order, row in enumerate(rows):
        example = examples[row]
        inputs = example.ids[:-1]
        shared = shared_length(examples[rows[order - 1]], example) if order else 0
        path = path[:shared] + list(range(len(ids), len(ids) + len(inputs) - shared))
        spans.append((len(ids), path))
        ids.extend(inputs[shared:])
        positions.extend(range(shared, len(inputs)))
        for place in range(1, len(example.ids)):
            if example.learned[place]:
                pair = (path[place - 1], example.ids[place])
                pair_of.append(pairs.setdefault(pair, len(pairs)))
                row_of.append(order)
    pair_tensor = torch.tensor(pair_of, dtype=torch.long)
    keys = torch.tensor(list(pairs), dtype=torch.long).reshape(-1, 2)
    return Pack(
        ids=torch.tensor([ids], dtype=torch.long),
        positions=torch.tensor([positions], dtype=torch.long),
        mask=None if len(rows) == 1 else _tree_mask(len(ids), spans),
        target_index=keys[:, 0].contiguous(),
        labels=keys[:, 1].contiguous(),
        counts=torch.bincount(pair_tensor, minlength=len(pairs)).float(),
        pair_of=pair_tensor,
        row_of=torch.tensor(row_of, dtype=torch.long),
        rows=tuple(rows),
        row_tokens=sum(len(examples[row].ids) for row in rows),
    )


def _tree_mask(length: int, spans: Sequence[tuple[int, list[int]]]) -> Tensor:
    """[1, 1, length, length]: each row's own tokens see their row's path up to themselves."""
    mask = torch.zeros(length, length, dtype=torch.bool)
    for start, path in spans:
        shared = len([place for place in path if place < start])
        whole = torch.tensor(path)
        seen = torch.ones(len(path), len(path), dtype=torch.bool).tril()[shared:]
        mask[whole[shared:, None], whole[None, :]] = seen
    return mask[None, None]
