"""A causal language model as inference here uses it: packed forwards under explicit masks, a prefix computed
once, and the count of what was computed.

Names of shapes: b rows, q new tokens, k cached and new tokens, v vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from transformers import DynamicCache, PreTrainedModel

from ..faults import BadSpec

LEAST_SHARED_TOKENS = 8
"""A shorter common prefix is not worth a pass of its own."""


@dataclass
class Work:
    """What was computed: new tokens through the layers, and floating-point operations (a multiply-add is two)."""

    tokens: int = 0
    flops: float = 0.0


@dataclass(frozen=True)
class Prefix:
    """Tokens that every row starts with, computed once. `ids` excludes a soft prompt, `length` counts it.

    keys, values: one [1, heads, length, head size] a layer; empty lists where there is nothing shared.
    """

    ids: tuple[int, ...] = ()
    length: int = 0
    keys: list[torch.Tensor] = field(default_factory=list)
    values: list[torch.Tensor] = field(default_factory=list)

    def cache(self, rows: int = 1) -> DynamicCache:
        """A fresh cache that starts with the prefix, for `rows` rows."""
        cache = DynamicCache()
        for layer, (key, value) in enumerate(zip(self.keys, self.values, strict=True)):
            cache.update(key.expand(rows, -1, -1, -1), value.expand(rows, -1, -1, -1), layer)
        return cache


class LanguageModel:
    """The model, its soft prompt if it was adapted by one, and the sizes that batching needs."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = cast(Any, model)
        self._soft_prompt: torch.Tensor | None = None
        if hasattr(self.model, "get_prompt"):  # a PeftModel that could not be merged
            self._soft_prompt = _soft_prompt(self.model)
            self.model = self.model.get_base_model()
        self.device: torch.device = self.model.device
        config = self.model.config.get_text_config()
        self.context_tokens = int(getattr(config, "max_position_embeddings", 0) or 1 << 30) - self.soft_tokens
        self._layers = int(config.num_hidden_layers)
        self._attention_size = int(getattr(config, "head_dim", 0) or config.hidden_size // config.num_attention_heads)
        cached_heads = int(getattr(config, "num_key_value_heads", 0) or config.num_attention_heads)
        self.cache_bytes_per_token: int = (
            2 * self._layers * cached_heads * self._attention_size * self.model.dtype.itemsize
        )
        self._attention_size *= int(config.num_attention_heads)
        head = self.model.get_output_embeddings().weight
        self._head_elements = head.numel()
        self.parameters = sum(weight.numel() for weight in self.model.parameters())
        embedding = self.model.get_input_embeddings().weight
        outside = embedding.numel() + (0 if head is embedding else head.numel())
        self._body_elements = self.parameters - outside
        self.work = Work()

    @property
    def soft_tokens(self) -> int:
        """Length of the learned soft prompt, 0 without one."""
        return 0 if self._soft_prompt is None else int(self._soft_prompt.shape[1])

    def token_budget(self, on_cpu: int, on_gpu: int) -> int:
        """New tokens in one forward: a second or so of work, so that a stop is heard. Tuned on 135M parameters."""
        if self.device.type != "cpu":
            return on_gpu
        return max(128, int(on_cpu * min(1.0, 135e6 / max(1, self.parameters))))

    def prefix(self, prompts: Sequence[Sequence[int]]) -> Prefix:
        """The soft prompt and what all prompts start with, computed now. The last token of a prompt stays out of it."""
        ids = _common_start(prompts)
        if len(ids) < LEAST_SHARED_TOKENS:
            ids = ()
        length = self.soft_tokens + len(ids)
        if length == 0:
            return Prefix()
        embed = self.model.get_input_embeddings()
        parts = [] if self._soft_prompt is None else [self._soft_prompt]
        if ids:
            parts.append(embed(torch.tensor([ids], device=self.device)))
        cache = DynamicCache()
        causal = torch.ones(length, length, dtype=torch.bool, device=self.device).tril()
        with torch.inference_mode():
            self.model(
                inputs_embeds=torch.cat(parts, 1),
                position_ids=torch.arange(length, device=self.device)[None],
                attention_mask=causal[None, None],
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
        self._count(length, length * (length + 1) / 2, 1)
        layers: list[Any] = cache.layers
        return Prefix(ids, length, [layer.keys for layer in layers], [layer.values for layer in layers])

    def logits(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        mask: torch.Tensor,
        cache: DynamicCache | None,
        keep: torch.Tensor | int,
    ) -> torch.Tensor:
        """Next-token logits [b, kept, v] at the places `keep` of each row.

        ids, positions: [b, q]; mask: [b, 1, q, k] true where attention is allowed; the cache is extended in place.
        """
        kept = ids.shape[0] * (keep.numel() if isinstance(keep, torch.Tensor) else keep)
        self._count(ids.numel(), float(ids.numel() * mask.shape[-1]), kept)
        with torch.inference_mode():
            output = self.model(
                input_ids=ids,
                position_ids=positions,
                attention_mask=mask,
                past_key_values=cache,
                use_cache=cache is not None,
                logits_to_keep=keep,
            )
        logits: torch.Tensor = output.logits
        return logits

    def _count(self, tokens: int, pairs: float, predictions: int) -> None:
        """2 operations a weight and token, 4 a layer, attention channel and (query, key) pair, as computed."""
        self.work.tokens += tokens
        self.work.flops += 2.0 * self._body_elements * tokens + 2.0 * self._head_elements * predictions
        self.work.flops += 4.0 * self._layers * self._attention_size * pairs


def _soft_prompt(adapted: Any) -> torch.Tensor:
    """The learned embeddings [1, tokens, hidden] of a prompt-tuned model."""
    kind = str(adapted.active_peft_config.peft_type.value)
    if kind not in ("PROMPT_TUNING", "P_TUNING"):
        raise BadSpec(
            f"Adapters of the type {kind} cannot be evaluated here",
            why="Only weight adapters and soft prompts are supported.",
            remedy="Train lora, dora, qlora, ia3 or prompt.",
        )
    with torch.inference_mode():
        prompt: torch.Tensor = adapted.get_prompt(batch_size=1)
    return prompt.to(adapted.get_base_model().dtype)


def _common_start(prompts: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The longest start that all prompts share and that leaves each at least one token of its own."""
    if not prompts:
        return ()
    # all prompts share what the least and the greatest of them share
    least, greatest = min(map(tuple, prompts)), max(map(tuple, prompts))
    longest = min(len(prompt) for prompt in prompts) - 1
    length = 0
    while length < longest and least[length] == greatest[length]:
        length += 1
    return tuple(least[:length])
