"""`sft`: supervised fine-tuning of a base model on prompt/completion rows."""

from collections.abc import Iterable
from typing import ClassVar, Literal, get_args

from pydantic import Field

from .base import JobSpec, SpecFault, SpecPart, setting

Method = Literal["full", "lora", "dora", "qlora", "ia3", "prompt"]
METHODS: tuple[str, ...] = get_args(Method)

DEFAULT_LEARNING_RATE = {"full": 5e-5, "lora": 1e-3, "dora": 1e-3, "qlora": 1e-3, "ia3": 5e-3, "prompt": 3e-2}
"""A rate that trains SmolLM2-135M on a few hundred rows in 50 to 100 steps (see docs/methods.md)."""


class SftData(SpecPart):
    """Files of rows in one of trl's dataset types."""

    train: str = setting(
        ..., title="Training rows", path="file", basic=True, min_length=1, help="JSONL file or dataset split."
    )
    validation: str | None = setting(
        None,
        title="Validation rows",
        path="file",
        basic=True,
        help="For the validation curve, early stopping and the best and worst items.",
    )
    max_rows: int | None = setting(None, title="Use at most", unit="rows", ge=1, help="The first N training rows.")


class Adaptation(SpecPart):
    """Which parameters learn."""

    method: Method = setting(
        "lora", title="Method", basic=True, help="Full fine-tuning trains every weight; the others a small part."
    )
    rank: int = setting(
        16,
        title="Rank",
        basic=True,
        ge=1,
        le=1024,
        typical=(4, 128),
        help="Width of the LoRA update (lora, dora, qlora).",
    )
    alpha: float | None = setting(
        None, title="Alpha", gt=0, le=4096, help="The update is scaled by alpha / rank; twice the rank if left out."
    )
    dropout: float = setting(0.0, title="Dropout", ge=0, lt=1, typical=(0, 0.2), help="Dropout on the adapter's input.")
    targets: Literal["all-linear", "attention"] = setting(
        "all-linear", title="Target modules", help="Which linear layers carry an adapter."
    )
    prompt_tokens: int = setting(
        20, title="Prompt tokens", ge=1, le=1000, typical=(8, 100), help="Length of the learned soft prompt (prompt)."
    )

    @property
    def scale(self) -> float:
        """alpha / rank, the factor of the LoRA update."""
        return (self.alpha if self.alpha is not None else 2.0 * self.rank) / self.rank


class Optim(SpecPart):
    """AdamW and its schedule."""

    learning_rate: float | None = setting(
        None,
        title="Learning rate",
        basic=True,
        gt=0,
        le=1,
        typical=(1e-6, 5e-2),
        help="The method's usual rate if left out.",
    )
    batch_size: int = setting(
        8,
        title="Batch size",
        basic=True,
        unit="rows",
        ge=1,
        le=4096,
        typical=(1, 256),
        help="Rows a device takes in one forward pass.",
    )
    gradient_accumulation: int = setting(
        1,
        title="Gradient accumulation",
        unit="batches",
        ge=1,
        le=1024,
        help="Batches summed before each optimizer step.",
    )
    max_steps: int | None = setting(
        None, title="Steps", basic=True, ge=1, le=10_000_000, help="Optimizer steps; wins over epochs."
    )
    epochs: float | None = setting(
        None, title="Epochs", gt=0, le=1000, typical=(0.1, 10), help="Passes over the training rows."
    )
    schedule: Literal["linear", "cosine", "constant"] = setting(
        "linear", title="Schedule", help="How the rate falls after warm-up."
    )
    warmup_fraction: float = setting(
        0.0, title="Warm-up", ge=0, lt=1, typical=(0, 0.1), help="Share of the steps in which the rate rises from 0."
    )
    weight_decay: float = setting(
        0.0, title="Weight decay", ge=0, le=1, typical=(0, 0.1), help="AdamW's decoupled decay."
    )
    max_grad_norm: float = setting(
        1.0, title="Gradient clip", gt=0, le=1000, typical=(0.1, 10), help="Largest norm of a step's gradient."
    )


class EarlyStopping(SpecPart):
    """Stop when the validation loss no longer falls."""

    patience: int | None = setting(
        None, title="Patience", unit="evaluations", ge=1, le=1000, help="Stop after this many without a better loss."
    )
    min_delta_nats: float = setting(
        0.0, title="Least improvement", unit="nats", ge=0, le=10, help="A smaller fall does not count."
    )


class SftSpec(JobSpec):
    """Supervised fine-tuning."""

    kind: Literal["sft"] = "sft"
    data: SftData
    adaptation: Adaptation = Field(default_factory=Adaptation, title="Adaptation")
    optim: Optim = Field(default_factory=Optim, title="Optimizer")
    early_stopping: EarlyStopping = Field(default_factory=EarlyStopping, title="Early stopping")
    max_tokens: int = setting(
        1024,
        title="Longest row",
        unit="tokens",
        ge=8,
        le=1_000_000,
        typical=(64, 8192),
        help="Longer rows are cut at the end.",
    )
    packing: bool = setting(
        True, title="Packing", help="Several rows share one sequence, so that no padding is computed."
    )
    loss_on: Literal["completion", "all"] = setting(
        "completion", title="Loss on", help="Learn the completion only, or the prompt as well."
    )
    eval_every_steps: int | None = setting(
        None, title="Validate every", unit="steps", ge=1, help="About ten times a run if left out."
    )
    checkpoint_every_steps: int | None = setting(
        None, title="Checkpoint every", unit="steps", ge=1, help="About every two minutes if left out."
    )
    sample_prompts: int = setting(
        2, title="Samples", unit="prompts", ge=0, le=20, help="Validation prompts answered at each validation."
    )

    default_steps: ClassVar[int] = 100

    @property
    def learning_rate(self) -> float:
        """The given rate, or the method's usual one."""
        return self.optim.learning_rate or DEFAULT_LEARNING_RATE[self.adaptation.method]

    def cross_faults(self) -> Iterable[SpecFault]:
        yield from super().cross_faults()
        if self.early_stopping.patience is not None and self.data.validation is None:
            yield SpecFault("early_stopping.patience", "needs validation rows (data.validation)")
        if self.adaptation.method == "qlora" and self.device in ("cpu", "mps"):
            yield SpecFault("adaptation.method", "qlora needs a CUDA device; choose lora, or device cuda")
