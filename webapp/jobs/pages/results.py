"""What an evaluation measured, for its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.events import EventType
from training.metrics import METRICS
from training.statistics import wilson_interval

from ..charts.figure import Chart
from ..charts.results import confusion_chart
from ..models import Job, JobEvent, Measurement


@dataclass(frozen=True)
class LabelRow:
    """One label: how often it was expected, predicted and right; rates as measurements with interval and n."""

    label: str
    expected: int
    predicted: int
    right: int
    precision: Mapping[str, object]
    recall: Mapping[str, object]
    f1: float


@dataclass(frozen=True)
class Results:
    """The headline, further measurements, and the tables by label where the answers are labels."""

    main: Measurement | None
    metric_title: str
    is_rate: bool
    others: list[Measurement]
    labels: list[LabelRow]
    macro_f1: float | None
    confusion: Chart | None
    facts: dict[str, Any]


def results(job: Job) -> Results | None:
    """The results of a finished evaluation; None before."""
    if not job.result:
        return None
    details: dict[str, Any] = job.result.get("details") or {}
    found = list(Measurement.objects.filter(job=job).order_by("pk"))
    main = next((each for each in found if each.metric == details.get("metric") and not each.label), None)
    metric = METRICS.get(str(details.get("metric")))
    labels = [_label_row(row) for row in details.get("labels") or []]
    confusion = details.get("confusion")
    return Results(
        main=main,
        metric_title=metric.title if metric else "",
        is_rate=metric is not None and metric.is_rate,
        others=[each for each in found if each is not main],
        labels=labels,
        macro_f1=details.get("macro_f1"),
        confusion=confusion_chart(confusion["expected"], confusion["matrix"]) if confusion else None,
        facts={name: details.get(name) for name in ("cut_prompts", "unfinished_answers", "empty_answers")},
    )


def _label_row(row: Mapping[str, Any]) -> LabelRow:
    return LabelRow(
        label=row["label"],
        expected=row["expected"],
        predicted=row["predicted"],
        right=row["right"],
        precision=_rate(row["precision"], row["precision_interval"], row["predicted"]),
        recall=_rate(row["recall"], row["recall_interval"], row["expected"]),
        f1=row["f1"],
    )


def _rate(value: float | None, interval: list[float], n: int) -> dict[str, object]:
    if value is None:
        return {"value": None}
    return {"value": value, "low": interval[0], "high": interval[1], "n": n}


@dataclass(frozen=True)
class SoFar:
    """A running evaluation on the items answered so far: the share that is right, or the mean score."""

    rate: Mapping[str, object] | None
    loss_nats: float | None


def so_far(job: Job) -> SoFar | None:
    """What the newest batch of answers showed; None before the first and after the end."""
    newest = JobEvent.objects.filter(job=job, type=EventType.STEP).order_by("-seq").first()
    if newest is None or job.has_ended:
        return None
    told, done = newest.payload, int(newest.payload.get("items_done") or 0)
    if told.get("score") is not None:
        return SoFar({"value": told["score"], "n": done}, None)
    accuracy = told.get("accuracy")
    if accuracy is None or not done:
        return SoFar(None, told.get("loss_nats"))
    low, high = wilson_interval(round(accuracy * done), done)
    return SoFar({"value": accuracy, "low": low, "high": high, "n": done}, None)
