"""PPO's clipped objective against the probability ratio.

The ratio r is the probability of an action (a token) under the policy that is being updated over that under the policy
that sampled it; the advantage A says by how much it did better than expected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from webapp.ui import formats

from . import curve
from .base import Explorer, Formula, Source, number

_RATIO_END = 2.0


def clipped_ratio(ratio: float, epsilon: float) -> float:
    """The ratio held between 1 - epsilon and 1 + epsilon."""
    return min(1 + epsilon, max(1 - epsilon, ratio))


def objective(ratio: float, advantage: float, epsilon: float) -> float:
    """min(r A, clip(r, 1 - epsilon, 1 + epsilon) A), to be maximised. Schulman et al. 2017, equation 7."""
    return min(ratio * advantage, clipped_ratio(ratio, epsilon) * advantage)


def slope(ratio: float, advantage: float, epsilon: float) -> float:
    """The objective's slope in the ratio: A, or 0 where the step has already gone as far as it may.

    A good action is cut off above 1 + epsilon, a bad one below 1 - epsilon; on the other side it may always be mended.
    """
    too_far = ratio > 1 + epsilon if advantage > 0 else ratio < 1 - epsilon
    return 0.0 if too_far else advantage


@dataclass(frozen=True)
class PpoOutcome:
    """The sample's figures and the picture."""

    finding: str
    objective: float
    unclipped: float
    slope: float
    low: float
    high: float
    curve: curve.Curve


def explore(values: Mapping[str, Any]) -> PpoOutcome:
    """`values`: `ratio`, `advantage`, `epsilon`."""
    ratio, advantage, epsilon = (float(values[name]) for name in ("ratio", "advantage", "epsilon"))
    value, steepness = objective(ratio, advantage, epsilon), slope(ratio, advantage, epsilon)
    # the corners stand among the points, so that the line bends exactly there
    xs = sorted({index * _RATIO_END / 50 for index in range(51)} | {1 - epsilon, 1 + epsilon})
    lines = [
        curve.Line("Clipped objective", [(x, objective(x, advantage, epsilon)) for x in xs]),
        curve.Line("Without clipping", [(x, x * advantage) for x in xs], "second"),
    ]
    return PpoOutcome(
        finding=_finding(ratio, advantage, steepness),
        objective=value,
        unclipped=ratio * advantage,
        slope=steepness,
        low=1 - epsilon,
        high=1 + epsilon,
        curve=curve.draw(
            "Beyond the corner there is nothing more to gain" if advantage else "An advantage of 0 teaches nothing",
            lines,
            x_label="Probability ratio",
            y_label="Objective",
            marks=[curve.Mark(ratio, value, "this sample")],
        ),
    )


def _finding(ratio: float, advantage: float, steepness: float) -> str:
    if advantage == 0:
        return "The action did as well as expected: it changes nothing."
    better = "better" if advantage > 0 else "worse"
    way = "more" if advantage > 0 else "less"
    if steepness == 0:
        return (
            f"The action did {better} than expected and is already {way} likely by the full allowance: clipped, "
            "it teaches nothing more in this round."
        )
    return (
        f"The action did {better} than expected: it is made {way} likely, with a slope of {formats.sig(steepness)} "
        f"at ratio {formats.sig(ratio)}."
    )


class PpoForm(forms.Form):
    """The ratio, the advantage and how far a step may go."""

    ratio = number(
        "Probability ratio", 1.3, 0.0, _RATIO_END, 0.01, help="New policy over the one that sampled; 1 is no change."
    )
    advantage = number(
        "Advantage", 1.0, -3.0, 3.0, 0.1, help="How much better than expected the action did; below zero, worse."
    )
    epsilon = number("Clip range", 0.2, 0.01, 0.9, 0.01, help="Epsilon: how far the ratio may move and still pay.")


EXPLORER = Explorer(
    key="ppo",
    title="PPO: what clipping does",
    lede="Proximal policy optimisation takes small steps because large ones stop paying. Push the ratio past the "
    "corner and see the slope go to zero, but only on the side where the step was already taken.",
    form=PpoForm,
    compute=explore,
    template="topics/explorers/_ppo.html",
    formulas=(
        Formula(
            "Objective, maximised",
            "J = min( r A, clip(r, 1 − ε, 1 + ε) A )",
            "r is the probability ratio, A the advantage, ε the clip range.",
        ),
        Formula("Slope", "dJ/dr = A, or 0", "It is 0 where A > 0 and r > 1 + ε, and where A < 0 and r < 1 − ε."),
    ),
    sources=(
        Source(
            "Schulman et al. 2017, Proximal Policy Optimization Algorithms",
            "equation 7 and figure 1",
            "https://arxiv.org/abs/1707.06347",
        ),
    ),
)
