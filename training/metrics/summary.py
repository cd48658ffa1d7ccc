"""From predictions to measurements: the rate or mean with its interval, and the tables by label."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..result import Measurement
from ..statistics import bootstrap_interval, wilson_interval
from . import MetricInfo

MOST_LABELS = 50
OTHER = "(other)"
RESAMPLES = 2000

Prediction = dict[str, Any]


def measure(metric: MetricInfo, predictions: Sequence[Prediction], *, seed: int) -> Measurement:
    """The metric over all items. Rates carry Wilson's interval, F1 and perplexity a bootstrap over items."""
    n = len(predictions)
    if metric.way == "likelihood":
        nats = np.array([-prediction["loglik_nats"] for prediction in predictions])
        tokens = np.array([prediction["tokens"] for prediction in predictions])
        low, high = perplexity_interval(nats, tokens, seed=seed)
        return Measurement(metric.name, perplexity(nats.sum(), tokens.sum()), low, high, n, metric.unit)
    if metric.is_rate:
        right = sum(bool(prediction["correct"]) for prediction in predictions)
        low, high = wilson_interval(right, n)
        return Measurement(metric.name, right / n, low, high, n, metric.unit)
    scores = [float(prediction["score"]) for prediction in predictions]
    interval = bootstrap_interval(scores, seed=seed) if n > 1 else (None, None)  # one score tells of no spread
    return Measurement(metric.name, math.fsum(scores) / n, interval[0], interval[1], n, metric.unit)


def perplexity(nats: float, tokens: float) -> float:
    """exp(nats / tokens), at most 1e300 so that it stays a number."""
    return math.exp(min(nats / tokens, 690.0))


def perplexity_interval(nats: Any, tokens: Any, *, seed: int) -> tuple[float, float]:
    """95% percentile bootstrap over items. nats, tokens: [n], each item's summed loss and its tokens."""
    generator = np.random.default_rng(seed)
    means = np.empty(RESAMPLES)
    for sample in range(RESAMPLES):
        drawn = generator.integers(0, len(nats), len(nats))
        means[sample] = nats[drawn].sum() / tokens[drawn].sum()
    low, high = np.quantile(means, [0.025, 0.975])
    return perplexity(low, 1.0), perplexity(high, 1.0)


def label_tables(
    predictions: Sequence[Prediction], choices: Sequence[str] | None, find: Callable[[str], str]
) -> dict[str, Any]:
    """Per-label precision, recall and F1, and the confusion matrix; empty where the answers are no labels.

    Labels are the choices, else the expected answers if some repeat and at most 50 differ. `find` makes a
    predicted text comparable to a label; what is no label counts as `(other)`. Rows of `matrix` are expected
    labels, its columns the labels in the same order and last `(other)`. `precision` is None for a label that
    was never predicted, `recall` for one that was never expected.
    """
    labels = list(choices) if choices else sorted({prediction["expected"] for prediction in predictions})
    if len(labels) > MOST_LABELS or (not choices and len(labels) >= len(predictions)) or len(labels) < 2:
        return {}
    place = {label: at for at, label in enumerate(labels)}
    by_form = {find(label): label for label in labels}
    matrix = [[0] * (len(labels) + 1) for _ in labels]
    for prediction in predictions:
        predicted = prediction["expected"] if prediction["correct"] else by_form.get(find(prediction["predicted"]))
        matrix[place[prediction["expected"]]][place.get(str(predicted), len(labels))] += 1
    rows = [_label_row(label, at, matrix) for at, label in enumerate(labels)]
    known = [row["f1"] for row in rows if row["expected"]]
    return {
        "labels": rows,
        "macro_f1": sum(known) / len(known),
        "confusion": {"expected": labels, "predicted": [*labels, OTHER], "matrix": matrix},
    }


def _label_row(label: str, at: int, matrix: list[list[int]]) -> dict[str, Any]:
    right, expected, predicted = matrix[at][at], sum(matrix[at]), sum(row[at] for row in matrix)
    return {
        "label": label,
        "expected": expected,
        "predicted": predicted,
        "right": right,
        "precision": right / predicted if predicted else None,
        "precision_interval": list(wilson_interval(right, predicted)),
        "recall": right / expected if expected else None,
        "recall_interval": list(wilson_interval(right, expected)),
        "f1": 2 * right / (expected + predicted) if expected + predicted else 0.0,
    }
