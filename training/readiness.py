"""What stands in the way of a job, or makes its outcome doubtful, told before it is launched."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .devices import DeviceSpeed
from .estimate import Prediction
from .spec import EvaluateSpec, JobSpec, SftSpec
from .spec.forms import warnings_for
from .statistics import SMALLEST_DIFFERENCE, needed_items
from .work import DataFacts

Severity = Literal["fault", "warning"]

FEW_ROWS = 50
MANY_EPOCHS = 20.0
USUAL_DISCORDANCE = 0.2
"""Assumed share of items on which two models disagree about being right; a study tells the real one."""


@dataclass(frozen=True)
class Finding:
    """One thing to know before launching. A `fault` will make the job fail; a `warning` may make it not worth while."""

    severity: Severity
    code: str
    path: str
    message: str
    remedy: str


def readiness(
    spec: JobSpec,
    data: DataFacts,
    prediction: Prediction,
    device: DeviceSpeed,
    *,
    minimum_effect: float | None = None,
    test_rows: int | None = None,
) -> list[Finding]:
    """All findings, faults first. `test_rows` counts the held-out items that will judge the outcome."""
    findings = [*_about_memory(prediction, device), *_about_budget(spec, prediction), *_about_values(spec)]
    if isinstance(spec, SftSpec):
        findings += _about_training(spec, data, prediction)
    rows = data.rows if isinstance(spec, EvaluateSpec) else test_rows
    if rows is not None and minimum_effect is not None:
        findings += _about_test(rows, minimum_effect)
    return sorted(findings, key=lambda finding: finding.severity != "fault")


def settled_difference(items: int, discordance: float = USUAL_DISCORDANCE) -> float:
    """The smallest difference of rates that so many paired items would settle, as a fraction; 1 where none would."""
    if needed_items(discordance, discordance) > items:
        return 1.0
    low, high = SMALLEST_DIFFERENCE, discordance
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if needed_items(middle, discordance) <= items else (middle, high)
    return high


def _about_memory(prediction: Prediction, device: DeviceSpeed) -> Iterator[Finding]:
    memory, has = prediction.peak_memory_bytes, device.memory_bytes
    remedy = "Lower optim.batch_size (raise optim.gradient_accumulation), lower max_tokens, or choose lora."
    needs = f"about {_gib(memory.value)} ({_gib(memory.low)} to {_gib(memory.high)}), the device has {_gib(has)}"
    if memory.low > has:
        yield Finding(
            "fault", "memory", "optim.batch_size", f"The job needs more memory than there is: {needs}.", remedy
        )
    elif memory.high > has:
        yield Finding(
            "warning", "memory", "optim.batch_size", f"The job may run out of memory: it needs {needs}.", remedy
        )


def _about_budget(spec: JobSpec, prediction: Prediction) -> Iterator[Finding]:
    budget = spec.budget
    if budget.max_minutes is not None and prediction.seconds.value > 60 * budget.max_minutes:
        yield Finding(
            "warning",
            "budget_minutes",
            "budget.max_minutes",
            f"The job is expected to take {prediction.seconds.value / 60:.0f} minutes and will be stopped after "
            f"{budget.max_minutes:g}.",
            "Raise the limit, or ask for fewer steps.",
        )
    if budget.max_usd is not None and prediction.usd is not None and prediction.usd.value > budget.max_usd:
        yield Finding(
            "warning",
            "budget_usd",
            "budget.max_usd",
            f"The job is expected to cost {prediction.usd.value:.2f} USD and will be stopped at {budget.max_usd:g}.",
            "Raise the limit, or ask for fewer steps.",
        )


def _about_values(spec: JobSpec) -> Iterator[Finding]:
    for path, message in warnings_for(spec):
        yield Finding("warning", "unusual_value", path, message, "Keep it if it is meant.")


def _about_training(spec: SftSpec, data: DataFacts, prediction: Prediction) -> Iterator[Finding]:
    if data.rows == 0:
        yield Finding("fault", "no_rows", "data.train", "There are no training rows.", "Choose a split with rows.")
    elif data.rows < FEW_ROWS:
        yield Finding(
            "warning",
            "few_rows",
            "data.train",
            f"{data.rows} training rows are few: the model may learn them by heart.",
            f"Collect at least {FEW_ROWS} rows, or watch the validation loss and stop early.",
        )
    if prediction.epochs > MANY_EPOCHS:
        yield Finding(
            "warning",
            "many_epochs",
            "optim.max_steps",
            f"{prediction.steps:,} steps pass {prediction.epochs:.0f} times over the {data.rows:,} training rows.",
            f"Past {MANY_EPOCHS:g} passes models mostly learn rows by heart: take fewer steps, or stop early.",
        )
    if data.shortest_tokens > spec.max_tokens:
        yield Finding(
            "fault",
            "rows_too_long",
            "max_tokens",
            f"Every row is longer than {spec.max_tokens:,} tokens (the shortest has {data.shortest_tokens:,}): "
            "each would lose its end, where the answer stands.",
            f"Raise max_tokens to {data.longest_tokens:,}, or shorten the prompts.",
        )
    elif data.longest_tokens > spec.max_tokens:
        yield Finding(
            "warning",
            "rows_cut",
            "max_tokens",
            f"Rows longer than {spec.max_tokens:,} tokens are cut at the end; the longest has {data.longest_tokens:,}.",
            f"Raise max_tokens to {data.longest_tokens:,}, or leave such rows out.",
        )


def _about_test(rows: int, minimum_effect: float) -> Iterator[Finding]:
    if minimum_effect < SMALLEST_DIFFERENCE:
        return
    discordance = max(USUAL_DISCORDANCE, minimum_effect)
    needed = needed_items(minimum_effect, discordance)
    if rows >= needed:
        return
    settled = settled_difference(rows)
    reach = f"differences from about {100 * settled:.0f} points on" if settled < 1 else "no difference"
    yield Finding(
        "warning",
        "small_test",
        "data.test",
        f"{rows:,} held-out items settle {reach}; for the project's minimum effect of {100 * minimum_effect:g} points "
        f"about {needed:,} are needed (models that disagree on {100 * discordance:.0f}% of the items).",
        "Hold out more items, or accept that a small gain stays unsettled.",
    )


def _gib(size: float) -> str:
    return f"{size / 1024**3:.1f} GiB"
