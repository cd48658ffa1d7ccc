"""The registry of metrics: adding one is a rule in `rules` and an entry here (and its name in the evaluate spec)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..spec.evaluate import EvaluateSpec
from .rules import PatternRule, contains, exact, f1, normalised, numeric

__all__ = ["METRICS", "MetricInfo", "Rule"]

Rule = Callable[[str, str], float]
"""Predicted and expected text in, a score from 0 to 1 out."""


@dataclass(frozen=True)
class MetricInfo:
    """A metric as people see it. `way`: how the model answers. `rule` makes the judge of generated answers.

    `is_rate`: each item is right or wrong, so that the interval is Wilson's.
    """

    name: str
    title: str
    summary: str
    way: Literal["generate", "choose", "likelihood"]
    rule: Callable[[EvaluateSpec], Rule] | None = None
    is_rate: bool = True
    unit: str = "fraction"

    @property
    def has_labels(self) -> bool:
        """Whether answers can be labels, so that a confusion matrix makes sense."""
        return self.is_rate and self.name != "numeric"


def _numeric_rule(spec: EvaluateSpec) -> Rule:
    return lambda predicted, expected: numeric(predicted, expected, spec.numeric_tolerance)


METRICS: Mapping[str, MetricInfo] = {
    metric.name: metric
    for metric in (
        MetricInfo("exact", "Exact match", "The answer is the expected text.", "generate", lambda _: exact),
        MetricInfo(
            "normalised",
            "Normalised match",
            "Equal after case, punctuation, articles and spaces are evened out.",
            "generate",
            lambda _: normalised,
        ),
        MetricInfo(
            "numeric", "Numeric match", "The last number of the answer is the expected one.", "generate", _numeric_rule
        ),
        MetricInfo("contains", "Contains", "The expected words stand in the answer.", "generate", lambda _: contains),
        MetricInfo(
            "regex",
            "Pattern",
            "What a pattern takes out of the answer is the expected text.",
            "generate",
            lambda spec: PatternRule(spec.pattern or ""),
        ),
        MetricInfo(
            "f1",
            "Word F1",
            "Overlap of the answer's words with the expected ones.",
            "generate",
            lambda _: f1,
            is_rate=False,
        ),
        MetricInfo("choice", "Multiple choice", "The likeliest of the given answers is the expected one.", "choose"),
        MetricInfo(
            "perplexity",
            "Perplexity",
            "How surprised the model is by the expected text; lower is better.",
            "likelihood",
            is_rate=False,
            unit="perplexity",
        ),
    )
}
