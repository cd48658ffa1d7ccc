"""The self-consistency simulator: what voting over N samples gives, and what stopping early saves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from webapp.ui import formats

from . import curve
from .adaptive import Adaptive, adaptive
from .base import Explorer, Formula, Source, number
from .voting import majority_accuracies

MOST_SAMPLES = 64


@dataclass(frozen=True)
class VotingOutcome:
    """One sample, the vote of N, and the vote that may stop early; `saving` is N over the mean samples."""

    finding: str
    single: float
    majority: float
    gain: float
    adaptive: Adaptive
    saving: float
    most: int
    curve: curve.Curve


def explore(values: Mapping[str, Any]) -> VotingOutcome:
    """`values`: `accuracy`, `wrong_answers`, `samples`, `confidence`."""
    p, wrong, most = float(values["accuracy"]), int(values["wrong_answers"]), int(values["samples"])
    reach = min(MOST_SAMPLES, max(most, 16))
    votes = majority_accuracies(p, wrong, reach)
    early = adaptive(p, wrong, most, float(values["confidence"]))
    majority = votes[most - 1]
    return VotingOutcome(
        finding=_finding(p, majority, most, early),
        single=p,
        majority=majority,
        gain=majority - p,
        adaptive=early,
        saving=most / early.samples,
        most=most,
        curve=curve.draw(
            _title(p, votes[-1]),
            [
                curve.Line("Majority of N", [(n + 1, vote * 100) for n, vote in enumerate(votes)]),
                curve.Line("One sample", [(n + 1, p * 100) for n in range(reach)], "second"),
            ],
            x_label="Samples N",
            y_label="Right answers, %",
            marks=[curve.Mark(most, majority * 100, "this N")],
            y_range=(0, 100),
        ),
    )


def _title(p: float, last: float) -> str:
    if abs(last - p) < 1e-9:
        return "Voting changes nothing here"
    return (
        "Voting helps, with less and less for each sample" if last > p else "Voting makes it worse, the more the worse"
    )


def _finding(p: float, majority: float, most: int, early: Adaptive) -> str:
    voted = (
        f"The majority of {most} is right in {formats.percent(majority)} of cases, one sample in {formats.percent(p)}"
    )
    if most == 1:
        return voted + "."
    saved = f"stopping early takes {formats.sig(early.samples)} samples on average"
    return f"{voted}; {saved}, {formats.sig(most / early.samples)} times fewer."


class VotingForm(forms.Form):
    """One question and the budget for it."""

    accuracy = number(
        "Accuracy of one sample", 0.6, 0.0, 1.0, 0.01, help="How often a single answer is right: 0.6 is 60%."
    )
    wrong_answers = number(
        "Distinct wrong answers", 3, 1, 50, 1, slider=(1, 20),
        help="With 1 the vote needs more than half; with many, the errors scatter and the right answer stands out.",
    )  # fmt: skip
    samples = number("Samples", 15, 1, MOST_SAMPLES, 1, help="N, the most that may be drawn for one question.")
    confidence = number(
        "Confidence to stop", 0.95, 0.5, 0.999, 0.005, help="Sampling stops once the leader is this surely ahead."
    )


EXPLORER = Explorer(
    key="self-consistency",
    title="Self-consistency: voting and stopping early",
    lede="Ask several times, keep the answer given most often. See what that is worth, when it makes things worse, "
    "and how many samples a stopping rule saves.",
    form=VotingForm,
    compute=explore,
    template="topics/explorers/_voting.html",
    formulas=(
        Formula(
            "Majority of N",
            "Σ over counts in which the right answer leads, N! / (c! j₁! … jₖ!) · pᶜ q^(N − c)",
            "p is the accuracy of one sample, q = (1 − p)/k for each of k wrong answers; ties are drawn fairly. "
            "Computed exactly. Samples are taken as independent and all questions as equally hard: real models repeat "
            "their errors, so a measured gain is usually smaller.",
        ),
        Formula(
            "Stopping rule",
            "stop once P( Beta(v₁ + 1, v₂ + 1) > ½ ) > confidence",
            "v₁ and v₂ are the counts of the two leading answers: at 0.95 it goes on at 3–0 (0.9375) and stops at "
            "4–0 (0.96875). The mean number of samples is exact while the possible counts are few, else the mean of "
            "4,000 simulated questions with a fixed seed.",
        ),
    ),
    sources=(
        Source(
            "Wang et al. 2022, Self-Consistency Improves Chain of Thought Reasoning",
            "section 2",
            "https://arxiv.org/abs/2203.11171",
        ),
        Source(
            "Aggarwal et al. 2023, Let’s Sample Step by Step",
            "section 3, the Beta stopping criterion",
            "https://arxiv.org/abs/2305.11860",
        ),
    ),
)
