"""DPO's loss and its gradient, as a pair's margin and beta change.

The margin m, in nats, says by how much more than the reference the policy prefers the chosen answer:
m = [log pi(chosen) - log ref(chosen)] - [log pi(rejected) - log ref(rejected)].
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from webapp.ui import formats

from . import curve
from .base import Explorer, Formula, Source, number

_REACH = 40.0


def log_sigmoid(x: float) -> float:
    """log(1 / (1 + e^-x)), without overflow at either end."""
    return min(x, 0.0) - math.log1p(math.exp(-abs(x)))


def loss_nats(margin_nats: float, beta: float) -> float:
    """The loss of one pair, -log sigmoid(beta m). Rafailov et al. 2023, equation 7."""
    return -log_sigmoid(beta * margin_nats)


def gradient(margin_nats: float, beta: float) -> float:
    """The loss's slope in the margin, -beta sigmoid(-beta m): never positive, steepest where the pair is wrong."""
    return -beta * math.exp(log_sigmoid(-beta * margin_nats))


@dataclass(frozen=True)
class DpoOutcome:
    """The pair's figures and two pictures."""

    finding: str
    loss_nats: float
    gradient: float
    preference: float
    pull: float
    loss_curve: curve.Curve
    gradient_curve: curve.Curve


def explore(values: Mapping[str, Any]) -> DpoOutcome:
    """`values`: `beta`, `margin` (nats)."""
    beta, margin = float(values["beta"]), float(values["margin"])
    loss, slope = loss_nats(margin, beta), gradient(margin, beta)
    pull = slope / -beta
    xs = [-_REACH + step * 2 * _REACH / 50 for step in range(51)]
    losses = curve.Line("Loss", [(x, loss_nats(x, beta)) for x in xs])
    slopes = curve.Line("Gradient", [(x, gradient(x, beta)) for x in xs])
    return DpoOutcome(
        finding=_finding(margin, pull, loss),
        loss_nats=loss,
        gradient=slope,
        preference=math.exp(log_sigmoid(beta * margin)),
        pull=pull,
        loss_curve=curve.draw(
            "The loss falls as the margin grows, and flattens",
            [losses],
            x_label="Margin, nats",
            y_label="Loss, nats",
            marks=[curve.Mark(margin, loss, "this pair")],
        ),
        gradient_curve=curve.draw(
            "Wrong pairs pull at full strength, right ones hardly",
            [slopes],
            x_label="Margin, nats",
            y_label="Slope of the loss",
            marks=[curve.Mark(margin, slope, "this pair")],
        ),
    )


def _finding(margin: float, pull: float, loss: float) -> str:
    state = "The policy has this pair right" if margin > 0 else "The policy has this pair wrong"
    if margin == 0:
        state = "The policy is as undecided as its reference"
    return f"{state}: its loss is {formats.sig(loss)} nats, and it pulls with {formats.percent(pull)} of full strength."


class DpoForm(forms.Form):
    """Beta and the margin."""

    beta = number(
        "Beta", 0.1, 0.01, 1.0, 0.01, help="How closely the policy is held to the reference: higher holds it closer."
    )
    margin = number(
        "Margin", 5.0, -_REACH, _REACH, 0.5, unit="nats",
        help="Above zero, the policy prefers the chosen answer more than the reference does.",
    )  # fmt: skip


EXPLORER = Explorer(
    key="dpo",
    title="DPO: loss and gradient",
    lede="Direct preference optimisation pushes hardest on the pairs that the model still has wrong. Move the margin "
    "and see how the push fades.",
    form=DpoForm,
    compute=explore,
    template="topics/explorers/_dpo.html",
    formulas=(
        Formula("Loss", "L = −log σ(β m)", "σ is the logistic function, β the strength of the hold to the reference."),
        Formula("Gradient", "dL/dm = −β σ(−β m)", "At m = 0 it is −β/2; σ(−β m) is the pull, from 0 to 1."),
    ),
    sources=(
        Source(
            "Rafailov et al. 2023, Direct Preference Optimization",
            "equation 7 and the gradient below it",
            "https://arxiv.org/abs/2305.18290",
        ),
    ),
)
