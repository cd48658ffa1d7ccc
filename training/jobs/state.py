"""How far a training run is, and what it was set out to do."""

import math
from collections import deque
from dataclasses import asdict, dataclass, field
from statistics import fmean
from typing import Any

from ..batches.order import DataOrder
from ..spec.sft import SftSpec

RECENT_STEPS = 10
"""The training loss in the result is the mean of the last so many steps."""


@dataclass
class Progress:
    """How far training is. Seconds and tokens are those of all attempts and ranks; a checkpoint keeps it."""

    step: int = 0
    train_seconds: float = 0.0
    row_tokens: int = 0
    computed_tokens: int = 0
    target_tokens: int = 0
    flops: float = 0.0
    recent_losses_nats: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT_STEPS))
    validation_loss_nats: float | None = None
    best_validation_nats: float | None = None
    best_step: int = 0
    evaluated_step: int = 0
    evaluations_without_gain: int = 0
    stopped_early: bool = False

    @property
    def train_loss_nats(self) -> float | None:
        """Mean of the last steps' losses."""
        return fmean(self.recent_losses_nats) if self.recent_losses_nats else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {**asdict(self), "recent_losses_nats": list(self.recent_losses_nats)}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Progress":
        """What `to_json` gave."""
        losses = deque(raw.pop("recent_losses_nats"), maxlen=RECENT_STEPS)
        return cls(**raw, recent_losses_nats=losses)


@dataclass(frozen=True)
class Plan:
    """The fixed numbers of a training run."""

    total_steps: int
    warmup_steps: int
    eval_every: int
    checkpoint_every: int | None


def plan_training(spec: SftSpec, rows: int, world: int) -> tuple[Plan, DataOrder]:
    """Steps, warm-up, evaluations and checkpoints of a run, and the order of its rows."""
    optim = spec.optim
    step_rows = optim.batch_size * optim.gradient_accumulation * world
    last_row = None
    if optim.max_steps is not None:
        steps = optim.max_steps
    elif optim.epochs is not None:
        last_row = math.ceil(optim.epochs * rows)
        steps = math.ceil(last_row / step_rows)
    else:
        steps = spec.default_steps
    plan = Plan(
        total_steps=steps,
        warmup_steps=math.ceil(optim.warmup_fraction * steps),
        eval_every=spec.eval_every_steps or max(5, math.ceil(steps / 10)),
        checkpoint_every=spec.checkpoint_every_steps,
    )
    return plan, DataOrder(rows=rows, step_rows=step_rows, seed=spec.seed, last_row=last_row)
