"""Real models for the LoRA explorer: those that jobs know, and larger ones to compare with.

Sizes as public copies of each model's config.json state them, read 2026-11-22, and the count of weights as it follows
from them; GPT-3 as its paper does (Brown et al. 2020, table 2.1), with the vocabulary of GPT-2's tokenizer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from training.catalogue import KNOWN_MODELS, Shape
from training.footprint import linear_maps


@dataclass(frozen=True)
class Architecture:
    """A model by its sizes. `gated`: its feed-forward part has a gate; `source`: where the sizes stand."""

    key: str
    title: str
    shape: Shape
    source: str
    gated: bool = True

    def targets(self) -> tuple[str, ...]:
        """The maps of a layer that an adapter can be put beside."""
        return tuple(name for name in linear_maps(self.shape) if self.gated or name != "gate")


def _hub(key: str, title: str, shape: Shape, hub_id: str) -> Architecture:
    return Architecture(key, title, shape, f"{hub_id}, config.json")


_KNOWN = tuple(_hub(known.name, known.title, known.shape, known.hub_id) for known in KNOWN_MODELS.values())

_LARGER = (
    _hub(
        "llama-3.2-3b", "Llama 3.2 3B",
        Shape(3_212_749_824, 28, 3072, 8192, 24, 8, 128_256, 131_072), "meta-llama/Llama-3.2-3B",
    ),
    _hub(
        "qwen2.5-7b", "Qwen2.5 7B",
        Shape(7_615_616_512, 28, 3584, 18_944, 28, 4, 152_064, 131_072, tied_embeddings=False), "Qwen/Qwen2.5-7B",
    ),
    _hub(
        "llama-3.1-8b", "Llama 3.1 8B",
        Shape(8_030_261_248, 32, 4096, 14_336, 32, 8, 128_256, 131_072, tied_embeddings=False),
        "meta-llama/Llama-3.1-8B",
    ),
    _hub(
        "llama-3.1-70b", "Llama 3.1 70B",
        Shape(70_553_706_496, 80, 8192, 28_672, 64, 8, 128_256, 131_072, tied_embeddings=False),
        "meta-llama/Llama-3.1-70B",
    ),
    Architecture(
        "gpt-3-175b", "GPT-3 175B", Shape(175_000_000_000, 96, 12_288, 49_152, 96, 96, 50_257, 2048),
        "Brown et al. 2020, table 2.1", gated=False,
    ),
)  # fmt: skip

ARCHITECTURES: Mapping[str, Architecture] = {each.key: each for each in (*_KNOWN, *_LARGER)}
