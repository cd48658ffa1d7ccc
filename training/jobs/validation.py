"""Validation during and after training: losses by item, and answers a person can read."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from ..batches.encode import Example, prompt_ids
from ..batches.forward import Forward
from ..events import EventType
from ..layout import ROWS_DURING_TRAINING
from ..run import Run
from .ranks import Ranks

LONGEST_SAMPLE_TOKENS = 64


@dataclass(frozen=True)
class ItemLoss:
    """One validation row's summed loss in nats over its `targets` learned tokens."""

    index: int
    nats: float
    targets: int


def mean_nats(items: Sequence[ItemLoss]) -> float:
    """Mean loss in nats a learned token."""
    return sum(item.nats for item in items) / sum(item.targets for item in items)


class Validation:
    """Losses of the validation rows under the model as it is now."""

    def __init__(self, examples: Sequence[Example], forward: Forward, ranks: Ranks, device: torch.device) -> None:
        self._examples, self._forward, self._ranks, self._device = examples, forward, ranks, device

    @property
    def rows_during_training(self) -> int:
        """Rows behind each point of the validation curve."""
        return min(ROWS_DURING_TRAINING, len(self._examples))

    @torch.no_grad()
    def items(self, first: int | None = None) -> list[ItemLoss]:
        """The loss of each of the `first` rows (of all if left out), in order."""
        first = len(self._examples) if first is None else first
        nats = torch.zeros(first, device=self._device)
        own = list(range(first))[self._ranks.rank :: self._ranks.world]
        for some in self._forward.plan(self._examples, own):
            nats[torch.tensor(some, device=self._device)] = self._forward.losses(self._examples, some).row_nats
        self._ranks.sum_into([nats])
        return [ItemLoss(index, value, self._examples[index].targets) for index, value in enumerate(nats.tolist())]


class Sampler:
    """Lets the model answer a few validation prompts, greedily, and emits what it said."""

    def __init__(
        self, run: Run, model: nn.Module, tokenizer: Any, examples: Sequence[Example], device: torch.device
    ) -> None:
        self._run, self._model, self._tokenizer, self._examples, self._device = run, model, tokenizer, examples, device

    @torch.no_grad()
    def sample(self, step: int) -> None:
        """One `sample` event a prompt. The model is in evaluation mode."""
        for index, example in enumerate(self._examples):
            prompt = torch.tensor([prompt_ids(example)], device=self._device)
            if not prompt.numel():
                continue
            self._run.emit(
                EventType.SAMPLE,
                step=step,
                index=index,
                prompt=example.prompt,
                completion=self._answer(prompt, example.targets + 8),
                expected=example.completion,
            )

    def _answer(self, prompt: Tensor, most_tokens: int) -> str:
        """prompt: [1, s]; the model's greedy answer as text."""
        with warnings.catch_warnings():
            # peft says of a soft prompt that positions are its own business, which is what is wanted
            warnings.filterwarnings("ignore", message="Position ids are not supported")
            answer = cast(Any, self._model).generate(
                input_ids=prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=min(LONGEST_SAMPLE_TOKENS, most_tokens),
                do_sample=False,
                pad_token_id=self._tokenizer.pad_token_id,
            )[0]
        return str(self._tokenizer.decode(answer[prompt.shape[1] :], skip_special_tokens=True)).strip()
