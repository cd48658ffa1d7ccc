"""`evaluate`: answer held-out items and score them."""

from collections.abc import Iterable
from typing import Literal, get_args

from pydantic import Field

from .base import JobSpec, SpecFault, SpecPart, Text, setting

Metric = Literal["exact", "normalised", "numeric", "contains", "regex", "f1", "choice", "perplexity"]
METRICS: tuple[str, ...] = get_args(Metric)


class EvaluateData(SpecPart):
    """The held-out rows."""

    test: str = setting(
        ..., title="Held-out rows", path="file", basic=True, min_length=1, help="JSONL file or dataset split."
    )
    max_rows: int | None = setting(None, title="Use at most", unit="rows", ge=1, help="The first N rows.")


class EvaluateSpec(JobSpec):
    """Evaluation of a model, with or without an adapter."""

    kind: Literal["evaluate"] = "evaluate"
    data: EvaluateData
    adapter: str | None = setting(
        None,
        title="Adapter",
        path="folder",
        basic=True,
        max_length=1000,
        help="Folder of a trained adapter; none evaluates the base model.",
    )
    metric: Metric = setting("exact", title="Metric", basic=True, help="How an answer is judged.")
    choices: list[Text] | None = Field(
        None,
        title="Choices",
        description="The answers to choose from (choice); the labels found in the rows if left out.",
        min_length=2,
        max_length=1000,
        json_schema_extra={"basic": True},
    )
    pattern: str | None = setting(
        None,
        title="Pattern",
        min_length=1,
        max_length=500,
        help="Regular expression; its first group, else the whole match, is the answer (regex).",
    )
    numeric_tolerance: float = setting(
        1e-6, title="Tolerance", ge=0, le=1, help="Largest relative difference that counts as equal (numeric)."
    )
    max_new_tokens: int = setting(
        32,
        title="Answer length",
        unit="tokens",
        basic=True,
        ge=1,
        le=100_000,
        typical=(1, 2048),
        help="Longest generated answer.",
    )
    batch_tokens: int | None = setting(
        None, title="Batch", unit="tokens", ge=16, help="Tokens in one forward pass; chosen by the machine if left out."
    )

    def cross_faults(self) -> Iterable[SpecFault]:
        yield from super().cross_faults()
        if self.metric == "regex" and self.pattern is None:
            yield SpecFault("pattern", "is required by the metric regex")
        if self.pattern is not None and self.metric != "regex":
            yield SpecFault("pattern", "belongs to the metric regex")
        if self.choices is not None and self.metric != "choice":
            yield SpecFault("choices", "belongs to the metric choice")
        if self.choices is not None and len(set(self.choices)) < len(self.choices):
            yield SpecFault("choices", "must differ from each other")
