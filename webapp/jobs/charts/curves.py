"""The curves of a training job: loss, learning rate, gradient norm, speed and memory over its steps."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from training.health import GRAD_NORM_HIGH, GRAD_NORM_LOW
from webapp.ui.figures import axis, colour, figure, line, marker_line
from webapp.ui.formats import count, filesize, sig

from .figure import Chart
from .series import Point, Row, current_rows, downsample, points, smoothed

STEP_AXIS = "Optimizer step"
_TABLE_ROWS = 12
_POINTS_OF_SMALL = 500
_SMOOTH_FROM = 40


def training_charts(steps: Sequence[Row], evals: Sequence[Row]) -> list[Chart]:
    """Every chart there are points for, from a job's `step` and `eval` rows, oldest first."""
    steps, evals = current_rows(steps), current_rows(evals)
    if steps:
        # what an attempt saw beyond where its successor is now is no longer so
        evals = [row for row in evals if row["step"] <= steps[-1]["step"]]
    charts = [loss_chart(points(steps, "loss_nats"), points(evals, "validation_loss_nats"))]
    charts += [curve_chart(curve, points(steps, curve.field)) for curve in CURVES]
    return [chart for chart in charts if chart is not None]


def loss_chart(training: Sequence[Point], validation: Sequence[Point]) -> Chart | None:
    """Training loss, smoothed where it is long enough to be noisy, and validation loss. None without any point."""
    if not training and not validation:
        return None
    traces = _training_lines(training)
    if validation:
        traces.append(_line("validation", downsample(validation), series=2, markers=True))
    drawn = figure(traces, x=axis(STEP_AXIS), y=axis("Loss", unit="nats per token", zero=True), legend=True)
    rows = [(count(step), sig(value), sig(dict(validation).get(step))) for step, value in thinned(training)]
    if not training:
        rows = [(count(step), sig(None), sig(value)) for step, value in thinned(validation)]
    return Chart(
        "loss",
        _loss_finding(training, validation),
        drawn,
        (STEP_AXIS, "Training loss (nats)", "Validation loss (nats)"),
        _with_validation(rows, validation),
        note="In nats per learned token. A validation loss that turns up while training falls is overfitting.",
    )


def _line(name: str, curve: Sequence[Point], *, series: int = 1, markers: bool = False) -> dict[str, Any]:
    # five digits are more than a screen shows, and make the page half as long
    values = [float(f"{value:.5g}") for _, value in curve]
    return line(name, [step for step, _ in curve], values, series=series, markers=markers)


def _training_lines(training: Sequence[Point]) -> list[dict[str, Any]]:
    """The loss of each step; behind a smoothed line where there are enough steps to be noisy."""
    if len(training) < _SMOOTH_FROM:
        return [_line("training", training)] if training else []
    each = _line("each step", downsample(training))
    each["line"] = {"color": colour(1, 0.3), "width": 1}
    return [
        each,
        _line("training, smoothed", downsample(smoothed(training, max(2, len(training) // 40)), _POINTS_OF_SMALL)),
    ]


def _with_validation(rows: Sequence[tuple[str, ...]], validation: Sequence[Point]) -> list[tuple[str, ...]]:
    """The rows, and one for each validation that fell between them."""
    shown = {row[0] for row in rows}
    extra = [(count(step), sig(None), sig(value)) for step, value in thinned(validation) if count(step) not in shown]
    return sorted([*rows, *extra], key=lambda row: int(row[0].replace(",", "")))


def _loss_finding(training: Sequence[Point], validation: Sequence[Point]) -> str:
    """What the losses show so far, in a sentence."""
    if validation:
        best = min(validation, key=lambda point: point[1])
        last = validation[-1]
        if len(validation) == 1:
            return f"Validation loss is {sig(last[1])} nats at step {count(last[0])}"
        if last[1] > best[1] * 1.02:
            return (
                f"Validation loss was lowest at step {count(best[0])} ({sig(best[1])} nats) "
                f"and has risen to {sig(last[1])} since"
            )
        return f"Validation loss went from {sig(validation[0][1])} to {sig(last[1])} nats by step {count(last[0])}"
    if len(training) < 2:
        return f"Training loss is {sig(training[-1][1])} nats at step {count(training[-1][0])}"
    head = training[: max(1, len(training) // 20)]
    tail = training[-max(1, len(training) // 20) :]
    first, last_mean = (sum(value for _, value in part) / len(part) for part in (head, tail))
    return f"Training loss went from {sig(first)} to {sig(last_mean)} nats by step {count(training[-1][0])}"


@dataclass(frozen=True)
class Curve:
    """One plain curve: the field of the `step` event, and how it is shown. `scale` divides the value."""

    field: str
    title: str
    unit: str
    finding: Callable[[Sequence[Point]], str]
    show: Callable[[object], str] = sig
    scale: float = 1.0
    log: bool = False
    band: tuple[float, float] | None = None


def _rate_finding(curve: Sequence[Point]) -> str:
    peak = max(curve, key=lambda point: point[1])
    return f"Learning rate peaked at {sig(peak[1])} and is now {sig(curve[-1][1])}"


def _norm_finding(curve: Sequence[Point]) -> str:
    outside = sum(not GRAD_NORM_LOW <= value <= GRAD_NORM_HIGH for _, value in curve)
    limits = f"{GRAD_NORM_LOW:g} and {GRAD_NORM_HIGH:g}"
    if not outside:
        return f"Gradient norm stayed between {limits}"
    return f"Gradient norm was not between {limits} in {count(outside)} of {count(len(curve), 'step')}"


def _speed_finding(curve: Sequence[Point]) -> str:
    values = sorted(value for _, value in curve)
    return f"{sig(round(values[len(values) // 2]))} tokens a second at the median step"


def _memory_finding(curve: Sequence[Point]) -> str:
    return f"Memory peaked at {filesize(max(value for _, value in curve))}"


CURVES: tuple[Curve, ...] = (
    Curve("learning_rate", "Learning rate", "per step", _rate_finding),
    Curve(
        "grad_norm",
        "Gradient norm",
        "before clipping",
        _norm_finding,
        log=True,
        band=(GRAD_NORM_LOW, GRAD_NORM_HIGH),
    ),
    Curve("tokens_per_second", "Speed", "tokens/s", _speed_finding),
    Curve("peak_memory_bytes", "Peak memory", "GB", _memory_finding, show=filesize, scale=1e9),
)


def curve_chart(curve: Curve, values: Sequence[Point]) -> Chart | None:
    """The chart of one plain curve, None without points."""
    if not values:
        return None
    scaled = [(step, value / curve.scale) for step, value in values]
    if curve.log:
        scaled = [(step, value) for step, value in scaled if value > 0]
    limits = [_limit(limit, log=curve.log) for limit in curve.band or ()]
    drawn = figure(
        [_line(curve.title, downsample(scaled, _POINTS_OF_SMALL))],
        x=axis(STEP_AXIS),
        y=axis(curve.title, unit=curve.unit, log=curve.log, zero=not curve.log),
        lines=limits,
    )
    head = f"{curve.title} ({curve.unit})" if curve.scale == 1 else curve.title
    rows = [(count(step), curve.show(value)) for step, value in thinned(values)]
    return Chart(curve.field.replace("_", "-"), curve.finding(values), drawn, (STEP_AXIS, head), rows)


def comparison_chart(curves: Sequence[tuple[str, Sequence[Row]]]) -> Chart:
    """The validation losses of several jobs, each from its `eval` rows, oldest first."""
    lines = [(name, points(current_rows(rows), "validation_loss_nats")) for name, rows in curves]
    lines = [(name, curve) for name, curve in lines if curve]
    traces = [
        _line(name, downsample(curve), series=number, markers=True) for number, (name, curve) in enumerate(lines, 1)
    ]
    drawn = figure(traces, x=axis(STEP_AXIS), y=axis("Validation loss", unit="nats per token", zero=True), legend=True)
    ends = [(name, min(curve, key=lambda point: point[1]), curve[-1]) for name, curve in lines]
    rows = [(name, sig(best[1]), count(best[0]), sig(last[1])) for name, best, last in ends]
    best_name, best_point, _ = min(ends, key=lambda end: end[1][1], default=("", (0.0, 0.0), (0.0, 0.0)))
    finding = f"{best_name} has the lowest validation loss: {sig(best_point[1])} nats at step {count(best_point[0])}"
    return Chart("losses", finding, drawn, ("Job", "Lowest loss (nats)", "At step", "Last loss (nats)"), rows)


def _limit(value: float, *, log: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    shape, note = marker_line(value, f"{value:g}")
    # plotly places shapes on a log axis by value, but notes by its logarithm
    return shape, {**note, "y": math.log10(value)} if log else note


def thinned(curve: Sequence[Point], rows: int = _TABLE_ROWS) -> list[Point]:
    """Some points for a table: evenly spaced, the first and the last among them."""
    if len(curve) <= rows:
        return list(curve)
    last = len(curve) - 1
    return [curve[round(number * last / (rows - 1))] for number in range(rows)]
