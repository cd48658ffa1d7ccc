"""How many weights an adapter adds, and what a training step holds in memory, from a model's sizes. Torch-free."""

from collections.abc import Collection
from dataclasses import dataclass

from .catalogue import Shape

ATTENTION_MAPS = ("q", "k", "v", "o")

FOUR_BIT_BYTES = 0.6
"""A weight in 4 bits with its share of the block scales."""


def linear_maps(model: Shape) -> dict[str, tuple[int, int]]:
    """The linear maps of one layer as (inputs, outputs), by their usual names: hidden size h, g key and value heads of
    size h_d, feed-forward width m."""
    hidden, inner = model.hidden_size, model.intermediate_size
    keys = hidden // max(1, model.attention_heads) * model.key_value_heads
    attention = {"q": (hidden, hidden), "k": (hidden, keys), "v": (hidden, keys), "o": (hidden, hidden)}
    return attention | {"gate": (hidden, inner), "up": (hidden, inner), "down": (inner, hidden)}


def lora_parameters(model: Shape, rank: int, targets: Collection[str]) -> int:
    """Weights that LoRA adds: for each target map of each layer two matrices, inputs x rank and rank x outputs.
    Hu et al. 2021, section 4.1."""
    return model.layers * rank * sum(ins + outs for name, (ins, outs) in linear_maps(model).items() if name in targets)


@dataclass(frozen=True)
class TrainingMemory:
    """Bytes of one device while it trains, by what they hold."""

    frozen_weights: float
    learned_weights: float
    gradients: float
    optimizer: float
    activations: float
    logits: float

    @property
    def total(self) -> float:
        """All parts together."""
        weights = self.frozen_weights + self.learned_weights
        return weights + self.gradients + self.optimizer + self.activations + self.logits


def training_memory(
    model: Shape, *, learned: int, frozen_width: float, width: int, tokens: float, targets: float
) -> TrainingMemory:
    """Memory of one step. `learned`: weights that learn, held in fp32 with their gradient and Adam's two moments;
    `frozen_width`: bytes of a weight that does not (0 where all learn); `width`: bytes of a value in the forward pass;
    `tokens`, `targets`: read and scored in one batch.

    Activations: 17 values of the hidden size a token and layer are kept for the backward pass (34 bytes in 16 bits),
    after Korthikanti et al. 2022, equation 2, without the attention scores that fused attention does not keep. Logits
    are held with their gradient in fp32.
    """
    return TrainingMemory(
        frozen_weights=model.parameters * frozen_width,
        learned_weights=4.0 * learned,
        gradients=4.0 * learned,
        optimizer=8.0 * learned,
        activations=17.0 * width * tokens * model.hidden_size * model.layers,
        logits=8.0 * targets * model.vocabulary,
    )
