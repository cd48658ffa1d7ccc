"""What LoRA trains and what it needs in memory, beside full fine-tuning of the same model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from training.catalogue import DEFAULT_MODEL
from training.footprint import FOUR_BIT_BYTES, TrainingMemory, linear_maps, lora_parameters, training_memory
from webapp.ui import formats

from .architectures import ARCHITECTURES, Architecture
from .base import Explorer, Formula, Source, choice, number

PRECISIONS = {"bf16": (2.0, 2), "fp32": (4.0, 4), "4bit": (FOUR_BIT_BYTES, 2)}
"""Bytes of a frozen weight, and of a value in the forward pass."""

TARGET_NAMES = {
    "q": "query", "k": "key", "v": "value", "o": "output", "gate": "gate", "up": "up", "down": "down"
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One part of the memory, for LoRA and for full fine-tuning; widths in percent of the largest bar."""

    name: str
    note: str
    lora_bytes: float
    full_bytes: float
    lora_width: float
    full_width: float


@dataclass(frozen=True)
class LoraOutcome:
    """Counts, memory by part, and how many times less LoRA takes."""

    finding: str
    architecture: Architecture
    maps: list[tuple[str, int, int]]
    trainable: int
    full: int
    share: float
    times_fewer: float
    parts: list[Part]
    lora_bytes: float
    full_bytes: float
    times_less: float


def memory(
    architecture: Architecture, *, trainable: int | None, precision: str, batch: int, context: int
) -> TrainingMemory:
    """Bytes of a training step over `batch` rows of `context` tokens, all of them scored. `trainable`: LoRA's weights;
    None: full fine-tuning, which holds no frozen weights and computes in 16 bits where the base would be in 4."""
    frozen_width, width = PRECISIONS[precision]
    tokens = batch * context
    return training_memory(
        architecture.shape,
        learned=architecture.shape.parameters if trainable is None else trainable,
        frozen_width=0.0 if trainable is None else frozen_width,
        width=width,
        tokens=tokens,
        targets=tokens,
    )


def explore(values: Mapping[str, Any]) -> LoraOutcome:
    """`values`: `model`, `rank`, `targets`, `precision`, `batch`, `context`."""
    architecture = ARCHITECTURES[values["model"]]
    chosen = [name for name in architecture.targets() if name in values["targets"]]
    trainable = lora_parameters(architecture.shape, values["rank"], chosen)
    sizes = {"precision": values["precision"], "batch": values["batch"], "context": values["context"]}
    lora = memory(architecture, trainable=trainable, **sizes)
    full = memory(architecture, trainable=None, **sizes)
    whole = architecture.shape.parameters
    maps = linear_maps(architecture.shape)
    return LoraOutcome(
        finding=(
            f"LoRA trains {formats.count(trainable)} of {formats.sig(whole / 1e6)} million weights, "
            f"{formats.sig(whole / trainable)} times fewer, and needs {formats.filesize(lora.total)} where full "
            f"fine-tuning needs {formats.filesize(full.total)}."
        ),
        architecture=architecture,
        maps=[(TARGET_NAMES[name], *maps[name]) for name in chosen],
        trainable=trainable,
        full=whole,
        share=trainable / (whole + trainable),
        times_fewer=whole / trainable,
        parts=_parts(lora, full),
        lora_bytes=lora.total,
        full_bytes=full.total,
        times_less=full.total / lora.total,
    )


def _parts(lora: TrainingMemory, full: TrainingMemory) -> list[Part]:
    rows = [
        ("Weights of the model", "frozen by LoRA, learned in fp32 by full", lora.frozen_weights, full.learned_weights),
        ("Adapter", "in fp32", lora.learned_weights, 0.0),
        ("Gradients", "4 bytes for each weight that learns", lora.gradients, full.gradients),
        ("Optimizer", "Adam’s two moments, 8 bytes", lora.optimizer, full.optimizer),
        ("Activations", "kept for the backward pass", lora.activations, full.activations),
        ("Logits", "with their gradient, in fp32", lora.logits, full.logits),
    ]
    largest = max(max(row[2], row[3]) for row in rows)
    return [
        Part(name, note, small, large, round(small / largest * 100, 2), round(large / largest * 100, 2))
        for name, note, small, large in rows
    ]


class LoraForm(forms.Form):
    """The model, the adapter, and the size of a step."""

    model = choice("Model", {key: each.title for key, each in ARCHITECTURES.items()}, DEFAULT_MODEL)
    rank = number("Rank", 8, 1, 1024, 1, slider=(1, 128), help="Width of the added matrices.")
    targets = forms.MultipleChoiceField(
        label="Target modules",
        choices=list(TARGET_NAMES.items()),
        initial=["q", "v"],
        widget=forms.CheckboxSelectMultiple,
        help_text="The maps of each layer that get an adapter.",
        error_messages={"required": "Choose at least one module.", "invalid_choice": "Choose from the list."},
    )
    precision = choice(
        "Precision of the base",
        {"bf16": "16 bits (bf16)", "fp32": "32 bits (fp32)", "4bit": "4 bits (QLoRA)"},
        "bf16",
        help="Full fine-tuning is set beside it in 16 bits where the base has 4.",
    )
    batch = number("Batch", 8, 1, 1024, 1, unit="rows", slider=(1, 64))
    context = number("Context", 512, 16, 131_072, 1, unit="tokens", slider=(16, 8192), help="Tokens of a row.")

    def clean(self) -> dict[str, Any]:
        """The context must fit the model, and a model without a gate offers none."""
        values = super().clean() or self.cleaned_data
        architecture = ARCHITECTURES.get(values.get("model", ""))
        if architecture is None:
            return values
        longest = architecture.shape.context_tokens
        if values.get("context", 0) > longest:
            self.add_error("context", f"{architecture.title} reads at most {formats.count(longest)} tokens.")
        if values.get("targets") and not set(values["targets"]) & set(architecture.targets()):
            self.add_error("targets", f"{architecture.title} has no gate. Choose another module.")
        return values


EXPLORER = Explorer(
    key="lora",
    title="LoRA: what it trains and what it holds",
    lede="Low-rank adaptation freezes the model and trains two thin matrices beside some of its maps. Choose a model "
    "and see what is left to train, and where the memory goes.",
    form=LoraForm,
    compute=explore,
    template="topics/explorers/_lora.html",
    formulas=(
        Formula(
            "Trainable weights",
            "layers × rank × Σ (inputs + outputs)",
            "Summed over the target maps of a layer. SmolLM2 135M at rank 8 on query and value: "
            "30 × 8 × (576 + 576 + 576 + 192) = 460,800.",
        ),
        Formula(
            "Memory of weights that learn",
            "4 + 4 + 8 bytes each",
            "The weight in fp32, its gradient, and Adam’s two moments. Frozen weights take 2 bytes, 4 in fp32, 0.6 in "
            "4 bits with their scales.",
        ),
        Formula(
            "Activations",
            "17 × bytes × tokens × hidden size × layers",
            "Without recomputation, with fused attention; tokens are batch × context.",
        ),
        Formula("Logits", "8 bytes × tokens × vocabulary", "The scores of every token and their gradient, in fp32."),
        Formula(
            "Left out",
            "the process itself, fragmentation",
            "The forecast of a job adds 0.9 GiB for the process. The LoRA paper’s own figures for GPT-3, 350 GB beside "
            "1.2 TB, are for its own set-up.",
        ),
    ),
    sources=(
        Source(
            "Hu et al. 2021, LoRA: Low-Rank Adaptation", "section 4.1 and table 4", "https://arxiv.org/abs/2106.09685"
        ),
        Source(
            "Korthikanti et al. 2022, Reducing Activation Recomputation",
            "equation 1, without its attention term",
            "https://arxiv.org/abs/2205.05198",
        ),
        Source(
            "Rajbhandari et al. 2019, ZeRO", "section 3.1, 16 bytes for each weight", "https://arxiv.org/abs/1910.02054"
        ),
        Source(
            "Sizes of the models",
            "each model’s config.json in public copies, read 2026-11-22; GPT-3 from its paper, table 2.1",
        ),
    ),
)
