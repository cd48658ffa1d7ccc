"""GRPO's group advantages for rewards that a reader types."""

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from webapp.ui import formats

from .base import Explorer, Formula, Source, choice

STD_FLOOR = 1e-4
"""Added to the standard deviation, as trl 1.16 does, so that a group of equal rewards divides by no zero."""

FEWEST, MOST = 2, 64
_LARGEST = 1e6


def advantages(rewards: Sequence[float], *, scaled: bool = True) -> list[float]:
    """One advantage an answer: (r - mean) / (std + 1e-4), std with n - 1; without scaling r - mean.

    Shao et al. 2024, section 4.1.2; trl 1.16 for the n - 1 and the floor; unscaled: Liu et al. 2025 (Dr. GRPO).
    """
    mean = statistics.fmean(rewards)
    if not scaled:
        return [reward - mean for reward in rewards]
    spread = math.sqrt(sum((reward - mean) ** 2 for reward in rewards) / (len(rewards) - 1)) + STD_FLOOR
    return [(reward - mean) / spread for reward in rewards]


def silent_share(pass_rate: float, group: int) -> float:
    """The share of groups of this size in which all answers pass or all fail, p^G + (1 - p)^G: they teach nothing."""
    return float(pass_rate**group + (1 - pass_rate) ** group)


@dataclass(frozen=True)
class Answer:
    """One answer of the group; `start` and `width` place its bar, in percent of the plot."""

    number: int
    reward: float
    advantage: float
    start: float
    width: float


@dataclass(frozen=True)
class GrpoOutcome:
    """The group's figures and its bars; `silent` only where every reward is 0 or 1."""

    finding: str
    answers: list[Answer]
    mean: float
    spread: float
    silent: float | None


def explore(values: Mapping[str, Any]) -> GrpoOutcome:
    """`values`: `rewards` (numbers), `scaling` (group or none)."""
    rewards: list[float] = values["rewards"]
    found = advantages(rewards, scaled=values["scaling"] == "group")
    reach = max(abs(value) for value in found) or 1.0
    binary = set(rewards) <= {0.0, 1.0}
    mean = statistics.fmean(rewards)
    return GrpoOutcome(
        finding=_finding(rewards, found),
        answers=[
            Answer(
                number=index + 1,
                reward=rewards[index],
                advantage=value,
                start=round(50 + min(0.0, value) / reach * 50, 2),
                width=round(abs(value) / reach * 50, 2),
            )
            for index, value in enumerate(found)
        ],
        mean=mean,
        spread=statistics.stdev(rewards),
        silent=silent_share(mean, len(rewards)) if binary else None,
    )


def _finding(rewards: Sequence[float], found: Sequence[float]) -> str:
    if len(set(rewards)) == 1:
        return "All answers scored alike: every advantage is 0, and the group teaches nothing."
    above = sum(value > 0 for value in found)
    return (
        f"{above} of {len(rewards)} answers lie above the group's mean of {formats.sig(statistics.fmean(rewards))} "
        f"and become more likely; the best one has an advantage of {formats.sig(max(found))}."
    )


class GrpoForm(forms.Form):
    """The rewards as typed, and whether they are divided by their spread."""

    rewards = forms.CharField(
        label="Rewards of the answers to one prompt",
        initial="1, 0, 0, 1, 0, 0, 0, 0",
        max_length=600,
        help_text="Numbers with commas or spaces between them, 2 to 64 of them. 1 for right and 0 for wrong will do.",
        error_messages={"required": "Give at least two numbers, like 1, 0, 0.5.", "max_length": "Give at most 64."},
    )
    scaling = choice(
        "Divide by the group's spread",
        {"group": "Yes, as GRPO does", "none": "No, as Dr. GRPO does"},
        "group",
        help="Dividing lifts very easy and very hard prompts: their spread is small.",
    )

    def clean_rewards(self) -> list[float]:
        """The numbers typed, finite and of a usable size."""
        words = [word for word in re.split(r"[\s,;]+", str(self.cleaned_data["rewards"])) if word]
        rewards = []
        for word in words:
            try:
                reward = float(word)
            except ValueError:
                raise forms.ValidationError(f"“{word[:20]}” is no number. Write them like 1, 0, 0.5.") from None
            if not abs(reward) <= _LARGEST:
                raise forms.ValidationError(f"{word[:20]} is out of range: from −1,000,000 to 1,000,000.")
            rewards.append(reward)
        if not FEWEST <= len(rewards) <= MOST:
            raise forms.ValidationError(f"Give {FEWEST} to {MOST} numbers; these are {len(rewards)}.")
        return rewards


EXPLORER = Explorer(
    key="grpo",
    title="GRPO: advantages of a group",
    lede="Group relative policy optimisation needs no value model: it samples several answers to one prompt and lets "
    "each compete with the others. Type their rewards and see who gains.",
    form=GrpoForm,
    compute=explore,
    template="topics/explorers/_grpo.html",
    formulas=(
        Formula(
            "Advantage",
            "Aᵢ = (rᵢ − mean(r)) / (std(r) + 0.0001)",
            "rᵢ is the reward of answer i, std is taken with n − 1. Undivided: Aᵢ = rᵢ − mean(r).",
        ),
        Formula(
            "Groups without a signal",
            "p^G + (1 − p)^G",
            "For rewards of 0 and 1: the share of groups of G answers that all pass or all fail at pass rate p.",
        ),
    ),
    sources=(
        Source(
            "Shao et al. 2024, DeepSeekMath", "section 4.1.2, outcome supervision", "https://arxiv.org/abs/2402.03300"
        ),
        Source("trl 1.16, GRPOTrainer", "for n − 1 and the 0.0001", "https://github.com/huggingface/trl"),
        Source(
            "Liu et al. 2025, Understanding R1-Zero-Like Training",
            "section 3, for the undivided form",
            "https://arxiv.org/abs/2503.20783",
        ),
    ),
)
