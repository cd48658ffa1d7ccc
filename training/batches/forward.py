"""Two ways from rows to a loss: packed (fast, where the architecture allows it) and padded (any causal LM).

Both answer the same: `plan` cuts rows into micro-batches, `losses` computes one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

from ..layout import PACK_TOKENS
from ..models.adapt import Adapted
from .encode import Example
from .loss import summed_loss
from .packing import Pack, build_pack, plan_packs

CHECK_ROWS = 3
CHECK_TOKENS = 256
CHECK_TOLERANCE_NATS = {torch.float32: 1e-3, torch.bfloat16: 0.25, torch.float16: 0.05}
"""Largest mean difference of a row's loss from the plain forward's. A logit near 20 is known to 0.06 in bfloat16, so
for the loss of an answer of three tokens 0.1 is rounding; a row that sees another one is told apart without it."""
LEAK_NATS = 1e-3
"""How far a row's summed loss may move when another row of its pack changes. Where rows are apart it moves by exactly 0
(measured in fp32 and bf16); with another number of threads the same forward moves by 1e-5, rows that do see each other
by half a nat."""
LEAK_MEASURES = 3
"""A leak is there each time it is measured; a glitch of a busy machine (0.0013 was seen once) is not."""


@dataclass(frozen=True)
class Losses:
    """One micro-batch. total: summed loss in nats with its gradient; row_nats, row_targets: [rows], detached."""

    total: Tensor
    row_nats: Tensor
    row_targets: Tensor
    computed_tokens: int
    row_tokens: int


class Forward(Protocol):
    """Rows in, losses out."""

    name: str

    def plan(self, examples: Sequence[Example], rows: Sequence[int]) -> list[list[int]]:
        """Cut `rows` into micro-batches."""
        ...

    def losses(self, examples: Sequence[Example], rows: Sequence[int]) -> Losses:
        """Compute one micro-batch that `plan` gave."""
        ...

    def widened(self) -> "Forward":
        """For validation: no gradient is kept, so a micro-batch may hold more rows."""
        ...


class PackedForward:
    """Rows share a sequence under a tree mask; logits exist only at targets."""

    name = "packed"

    def __init__(self, adapted: Adapted, *, device: torch.device, max_tokens: int, max_rows: int | None) -> None:
        model = adapted.causal_lm
        self._adapted = adapted
        self._body = cast(nn.Module, getattr(model, model.base_model_prefix))
        self._embed = model.get_input_embeddings()
        self._head = cast(nn.Linear, cast(Any, model).get_output_embeddings())
        self._device = device
        self._max_tokens = max_tokens
        self._max_rows = max_rows
        self._dtype = model.dtype

    def plan(self, examples: Sequence[Example], rows: Sequence[int]) -> list[list[int]]:
        """Packs of even size, rows with a common beginning together."""
        return plan_packs(examples, rows, max_tokens=self._max_tokens, max_rows=self._max_rows)

    def losses(self, examples: Sequence[Example], rows: Sequence[int]) -> Losses:
        """One forward over one pack."""
        pack = build_pack(examples, rows).to(self._device)
        hidden = self._hidden(pack)
        targets = hidden.index_select(0, pack.target_index)
        total, losses = summed_loss(targets, self._head.weight, self._head.bias, pack.labels, pack.counts)
        nats, count = _by_row(losses[pack.pair_of], pack.row_of, len(rows))
        return Losses(total, nats, count, pack.computed_tokens, pack.row_tokens)

    def _hidden(self, pack: Pack) -> Tensor:
        """[L, d]: the last hidden states of a pack's tokens. A soft prompt is the root that all rows share."""
        prompt = self._adapted.soft_prompt()
        before = 0 if prompt is None else prompt.shape[1]
        mask = None
        if pack.mask is not None:
            visible = functional.pad(pack.mask, (before, 0, 0, 0), value=True)
            visible = functional.pad(visible, (0, 0, before, 0), value=False)
            visible[..., :before, :before] = torch.ones(before, before, dtype=torch.bool, device=self._device).tril()
            mask = torch.zeros(visible.shape, dtype=self._dtype, device=self._device)
            mask.masked_fill_(~visible, torch.finfo(self._dtype).min)
        first = torch.arange(before, device=self._device)[None]
        positions = torch.cat([first, pack.positions + before], dim=1)
        inputs = {"input_ids": pack.ids} if prompt is None else {"inputs_embeds": self._after(prompt, pack.ids)}
        output = self._body(**inputs, position_ids=positions, attention_mask=mask, use_cache=False)
        return cast(Tensor, output.last_hidden_state[0, before:])

    def _after(self, prompt: Tensor, ids: Tensor) -> Tensor:
        return torch.cat([prompt, self._embed(ids)], dim=1)

    def widened(self) -> "PackedForward":
        """As many rows a pack as there is room for."""
        return PackedForward(self._adapted, device=self._device, max_tokens=self._max_tokens, max_rows=None)


class PaddedForward:
    """Rows side by side, padded to the longest, through the model's own forward. Slower; asks nothing of the model."""

    name = "padded"

    def __init__(self, model: nn.Module, *, device: torch.device, max_rows: int, pad_id: int) -> None:
        self._model = model
        self._device = device
        self._max_rows = max_rows
        self._pad_id = pad_id

    def plan(self, examples: Sequence[Example], rows: Sequence[int]) -> list[list[int]]:
        """Batches of rows of similar length."""
        ordered = sorted(rows, key=lambda row: (len(examples[row].ids), row))
        return [ordered[start : start + self._max_rows] for start in range(0, len(ordered), self._max_rows)]

    def losses(self, examples: Sequence[Example], rows: Sequence[int]) -> Losses:
        """One forward over one padded batch."""
        longest = max(len(examples[row].ids) for row in rows)
        ids = torch.full((len(rows), longest), self._pad_id, dtype=torch.long)
        present = torch.zeros(len(rows), longest, dtype=torch.long)
        learned = torch.zeros(len(rows), longest, dtype=torch.bool)
        for order, row in enumerate(rows):
            length = len(examples[row].ids)
            ids[order, :length] = torch.tensor(examples[row].ids)
            present[order, :length] = 1
            learned[order, :length] = torch.tensor(examples[row].learned)
        ids, present, learned = ids.to(self._device), present.to(self._device), learned.to(self._device)
        output = self._model(input_ids=ids, attention_mask=present, use_cache=False)
        logits = cast(Tensor, output.logits)[:, -longest:]  # a soft prompt stands in front
        row_of, place = learned[:, 1:].nonzero(as_tuple=True)
        losses = functional.cross_entropy(logits[row_of, place].float(), ids[row_of, place + 1], reduction="none")
        nats, count = _by_row(losses.detach(), row_of, len(rows))
        row_tokens = sum(len(examples[row].ids) for row in rows)
        return Losses(losses.sum(), nats, count, ids.numel(), row_tokens)

    def widened(self) -> "PaddedForward":
        """At least eight rows a batch."""
        return PaddedForward(self._model, device=self._device, max_rows=max(8, self._max_rows), pad_id=self._pad_id)


def choose_forward(
    adapted: Adapted,
    examples: Sequence[Example],
    tokenizer: PreTrainedTokenizerBase,
    *,
    device: torch.device,
    packing: bool,
    batch_size: int,
) -> tuple[Forward, str]:
    """The packed forward if it gives the plain one's losses on the first rows, else the padded; and why, in words.

    Leaves the model in evaluation mode: with dropout no two forwards are alike, and peft makes its adapters in training
    mode.
    """
    adapted.model.eval()
    pad_id = cast(int, tokenizer.pad_token_id)
    padded = PaddedForward(adapted.model, device=device, max_rows=batch_size, pad_id=pad_id)
    if not packing:
        return padded, "Packing is off: rows are padded to the longest of their batch."
    causal_lm = adapted.causal_lm
    obstacle = _obstacle(adapted, examples)
    if obstacle is None:
        budget = PACK_TOKENS.get(device.type, 1024)
        packed = PackedForward(adapted, device=device, max_tokens=budget, max_rows=batch_size)
        obstacle, difference = _disagreement(packed, padded, examples, CHECK_TOLERANCE_NATS[causal_lm.dtype])
        if obstacle is None:
            how = f"Rows are packed to at most {budget} tokens; agrees with the plain forward to {difference:.1g} nats."
            return packed, how
    return padded, f"Rows are padded, not packed: {obstacle}."


def _obstacle(adapted: Adapted, examples: Sequence[Example]) -> str | None:
    """What keeps rows from sharing a sequence, as far as the configuration tells."""
    causal_lm = adapted.causal_lm
    config: Any = causal_lm.config
    if config._attn_implementation not in ("sdpa", "eager"):
        return f"the attention is {config._attn_implementation}"
    if not isinstance(cast(Any, causal_lm).get_output_embeddings(), nn.Linear):
        return "the model has no linear output layer"
    window = getattr(config, "sliding_window", None)
    longest = max(len(example.ids) for example in examples)
    if window is not None and window < longest and getattr(config, "use_sliding_window", True):
        return f"its attention window of {window} tokens is shorter than a row"
    return None


@torch.no_grad()
def _disagreement(
    packed: PackedForward, padded: PaddedForward, examples: Sequence[Example], tolerance_nats: float
) -> tuple[str | None, float]:
    """Why the packed forward cannot be trusted with this model, None if it can; and how far it is from the plain one.

    Two questions: does a row's loss stay the same when another row of its pack changes (exactly, in any precision),
    and is it the plain forward's loss (up to rounding)?
    """
    some = [_cut(example) for example in examples[: 4 * CHECK_ROWS]]
    some = [example for example in some if example.targets][:CHECK_ROWS]
    if not some:
        return "no short row to compare", 0.0
    rows = sorted(range(len(some)), key=lambda row: (some[row].ids, row))
    try:
        fast = packed.losses(some, rows)
        leak = _lasting_leak(packed, some, rows, fast)
    except (TypeError, ValueError, RuntimeError, AttributeError, IndexError) as error:
        return f"{type(error).__name__}: {error}"[:200], 0.0
    if leak > LEAK_NATS:
        return f"rows of a pack see each other ({leak:.2g} nats)", leak
    plain = padded.losses(some, rows)
    difference = float(((fast.row_nats - plain.row_nats) / plain.row_targets).abs().mean())
    if not difference <= tolerance_nats:
        return f"the packed forward does not agree with the plain one ({difference:.2g} nats)", difference
    return None, difference


def _lasting_leak(packed: PackedForward, some: Sequence[Example], rows: Sequence[int], before: Losses) -> float:
    """The smallest of several measures of `_leak`; one that is within the bound settles it."""
    smallest = float("inf")
    for _ in range(LEAK_MEASURES):
        smallest = min(smallest, _leak(packed, some, rows, before))
        if smallest <= LEAK_NATS:
            break
        before = packed.losses(some, rows)
    return smallest


def _leak(packed: PackedForward, some: Sequence[Example], rows: Sequence[int], before: Losses) -> float:
    """How much the losses of the other rows move when the first row's own part changes, in nats; 0 for one row."""
    first, others = rows[0], rows[1:]
    ids = some[first].ids
    shared = max((_common(ids, some[row].ids) for row in others), default=len(ids))
    if shared >= len(ids) - 1:
        return 0.0
    taken = {some[row].ids[shared] for row in others if len(some[row].ids) > shared} | {ids[shared]}
    token = next(token for token in range(len(taken) + 1) if token not in taken)
    changed = list(some)
    changed[first] = replace(some[first], ids=(*ids[:shared], token, *ids[shared + 1 :]))
    after = packed.losses(changed, rows)
    return float((after.row_nats - before.row_nats)[1:].abs().max())


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the common prefix."""
    return next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _cut(example: Example) -> Example:
    return Example(example.ids[:CHECK_TOKENS], example.learned[:CHECK_TOKENS], example.prompt, example.completion)


def _by_row(losses: Tensor, row_of: Tensor, rows: int) -> tuple[Tensor, Tensor]:
    """losses, row_of: [T]; returns each row's summed loss and number of targets, [rows]."""
    nats = torch.zeros(rows, device=losses.device).index_add_(0, row_of, losses)
    return nats, torch.bincount(row_of, minlength=rows)
