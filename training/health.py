"""Rules that tell from a training curve alone that something is wrong. No torch.

Each rule has a named threshold, a code (the `code` of the `warning` event) and a remedy, and speaks
once a job, so that a person reads it and is not drowned by it.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from statistics import fmean

from .faults import BadData, JobFault

GRAD_NORM_LOW = 0.1
GRAD_NORM_HIGH = 10.0
GRAD_NORM_STEPS = 5
"""The gradient norm must stay outside [low, high] for so many steps in a row."""

WINDOW_STEPS = 20
"""Flat and rising compare the mean loss of the last window with earlier windows."""

FLAT_FALL_FRACTION = 0.01
"""Flat: over three windows the loss has fallen by less than this share of the first."""

RISING_FRACTION = 0.25
"""Rising: the last window's mean lies this share above the lowest window seen."""

SMALL_LOSS_NATS = 0.05
"""Below it the model has learned the rows: a flat curve or a small gradient is no alarm."""


@dataclass(frozen=True)
class Alert:
    """One broken rule. `code` is stable; `text` says what was seen, `remedy` what to change."""

    code: str
    text: str
    remedy: str


@dataclass
class Health:
    """Watches one training curve; feed it each step in order. Its state is plain, so a checkpoint keeps it."""

    losses_nats: deque[float] = field(default_factory=lambda: deque(maxlen=3 * WINDOW_STEPS))
    grad_norms: deque[float] = field(default_factory=lambda: deque(maxlen=GRAD_NORM_STEPS))
    lowest_window_nats: float = math.inf
    told: set[str] = field(default_factory=set)

    def after_step(self, step: int, loss_nats: float, grad_norm: float) -> list[Alert]:
        """The alerts that this step raises for the first time; raises `JobFault` if the loss is not finite."""
        check_finite(step, loss_nats, grad_norm)
        self.losses_nats.append(loss_nats)
        self.grad_norms.append(grad_norm)
        alerts = [alert for alert in self._broken_rules() if alert.code not in self.told]
        self.told.update(alert.code for alert in alerts)
        return alerts

    def _broken_rules(self) -> Iterator[Alert]:
        recent = fmean(islice(reversed(self.losses_nats), WINDOW_STEPS))
        if len(self.grad_norms) == GRAD_NORM_STEPS and recent > SMALL_LOSS_NATS:
            yield from self._gradient_rules()
        if len(self.losses_nats) < WINDOW_STEPS:
            return
        self.lowest_window_nats = min(self.lowest_window_nats, recent)
        if recent <= SMALL_LOSS_NATS:
            return
        if recent > self.lowest_window_nats * (1 + RISING_FRACTION):
            yield Alert(
                "loss_rising",
                f"The loss rises: {recent:.3f} nats over {WINDOW_STEPS} steps, {self.lowest_window_nats:.3f} before.",
                "Lower optim.learning_rate, or add warm-up.",
            )
        elif len(self.losses_nats) == self.losses_nats.maxlen:
            first = fmean(islice(self.losses_nats, WINDOW_STEPS))
            if recent > first * (1 - FLAT_FALL_FRACTION):
                yield Alert(
                    "loss_flat",
                    f"The loss is flat: {first:.3f} nats, and {recent:.3f} after {2 * WINDOW_STEPS} more steps.",
                    "Raise optim.learning_rate, or look whether the rows teach what they should.",
                )

    def _gradient_rules(self) -> Iterator[Alert]:
        if min(self.grad_norms) > GRAD_NORM_HIGH:
            yield Alert(
                "grad_norm_high",
                f"The gradient norm stays above {GRAD_NORM_HIGH:g} (now {self.grad_norms[-1]:.3g}).",
                "Lower optim.learning_rate, add warm-up, or use a larger batch.",
            )
        if max(self.grad_norms) < GRAD_NORM_LOW:
            yield Alert(
                "grad_norm_low",
                f"The gradient norm stays below {GRAD_NORM_LOW:g} (now {self.grad_norms[-1]:.3g}).",
                "Raise optim.learning_rate or adaptation.rank; check that the loss is on the completion.",
            )

    def to_json(self) -> dict[str, object]:
        """The state as plain JSON."""
        lowest = self.lowest_window_nats if math.isfinite(self.lowest_window_nats) else None
        return {
            "losses_nats": list(self.losses_nats),
            "grad_norms": list(self.grad_norms),
            "lowest_window_nats": lowest,
            "told": sorted(self.told),
        }

    def restore(
        self,
        *,
        losses_nats: Iterable[float],
        grad_norms: Iterable[float],
        lowest_window_nats: float | None,
        told: Iterable[str],
    ) -> None:
        """Take over the state that `to_json` gave."""
        self.losses_nats.extend(losses_nats)
        self.grad_norms.extend(grad_norms)
        self.lowest_window_nats = math.inf if lowest_window_nats is None else lowest_window_nats
        self.told.update(told)


def check_finite(step: int, loss_nats: float, grad_norm: float) -> None:
    """Raise `JobFault` if the loss or the gradient is no longer a number: going on would only waste time."""
    if math.isfinite(loss_nats) and math.isfinite(grad_norm):
        return
    what = "loss" if not math.isfinite(loss_nats) else "gradient"
    raise JobFault(
        f"The {what} is not finite at step {step}",
        why=f"loss {loss_nats} nats, gradient norm {grad_norm}: training has diverged or the precision overflowed.",
        remedy="Lower optim.learning_rate (by ten, say) or optim.max_grad_norm, add warm-up, or set precision to fp32.",
    )


def check_labels(rows: int, masked: int) -> Alert | None:
    """Rows whose every label is masked teach nothing. All of them: raises `BadData`; some: an alert."""
    if rows and masked == rows:
        raise BadData(
            "All labels are masked: no row has a token to learn",
            why=f"{masked} of {rows} rows have no completion token within max_tokens.",
            remedy="Raise max_tokens above the prompt's length, or give rows with a completion.",
        )
    if not masked:
        return None
    return Alert(
        "labels_masked",
        f"{masked} of {rows} rows have no token to learn within max_tokens and are left out.",
        "Raise max_tokens above the prompt's length.",
    )
