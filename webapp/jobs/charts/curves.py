"""The curves of a training job: loss, learning rate, gradient norm, speed and memory over its steps."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.health import GRAD_NORM_HIGH, GRAD_NORM_LOW
from webapp.ui.figures import axis, colour, figure, line, marker_line
from webapp.ui.formats import count, filesize, sig

from .figure import Chart
from .series import History, Point, Row, Track

STEP_AXIS = "Optimizer step"
_TABLE_ROWS = 12
_POINTS_OF_SMALL = 200
_MARKS = 20
_SMOOTH_FROM = 40


def training_charts(steps: History, evals: History) -> list[Chart]:
    """Every chart there are points for, from a job's `step` and `eval` events."""
    # what an attempt saw beyond where its successor is now is no longer so
    validation = evals.track("validation_loss_nats").upto(steps.last_step)
    charts = [loss_chart(steps.track("loss_nats"), validation)]
    charts += [curve_chart(curve, steps.track(curve.field)) for curve in CURVES]
    return [chart for chart in charts if chart is not None]


def loss_chart(training: Track, validation: Track) -> Chart | None:
    """Training loss, smoothed where it is long enough to be noisy, and validation loss. None without any point."""
    if not training and not validation:
        return None
    traces = _training_lines(training)
    if validation:
        traces.append(_line("validation", validation.downsampled(_POINTS_OF_SMALL), series=2, markers=True))
    traces += _broken_marks(training, validation)
    drawn = figure(traces, x=axis(STEP_AXIS), y=axis("Loss", unit="nats per token", zero=True), legend=True)
    validated = dict(validation.points())
    rows = [(count(step), sig(value), sig(validated.get(step))) for step, value in thinned(training)]
    if not training:
        rows = [(count(step), sig(None), sig(value)) for step, value in thinned(validation)]
    return Chart(
        "loss",
        _loss_finding(training, validation) + _broken_words(training, validation),
        drawn,
        (STEP_AXIS, "Training loss (nats)", "Validation loss (nats)"),
        _with_validation(rows, validation),
        note="In nats per learned token. A validation loss that turns up while training falls is overfitting.",
    )


def _line(name: str, curve: Sequence[Point], *, series: int = 1, markers: bool = False) -> dict[str, Any]:
    # four digits are more than a screen shows, and make the page shorter by a third
    values = [float(f"{value:.4g}") for _, value in curve]
    return line(name, [step for step, _ in curve], values, series=series, markers=markers)


def _training_lines(training: Track) -> list[dict[str, Any]]:
    """The loss of each step; behind a smoothed line where there are enough steps to be noisy."""
    if len(training) < _SMOOTH_FROM:
        return [_line("training", training.points())] if training else []
    each = _line("each step", training.downsampled())
    each["line"] = {"color": colour(1, 0.3), "width": 1}
    smooth = training.smoothed(max(2, len(training) // 40))
    return [each, _line("training, smoothed", smooth.downsampled(_POINTS_OF_SMALL))]


def _broken_marks(*tracks: Track) -> list[dict[str, Any]]:
    """A cross on the axis at steps whose value was not a number: the first, the last and some between."""
    steps = sorted({step for track in tracks for step in track.broken.tolist()})
    if not steps:
        return []
    chosen = sorted({steps[round(place * (len(steps) - 1) / (_MARKS - 1))] for place in range(_MARKS)})
    low = min((float(track.values.min()) for track in tracks if track), default=0.0)
    marks = line("not a number", chosen, [float(f"{low:.4g}")] * len(chosen), series=3, markers=True)
    marks["mode"] = "markers"
    marks["marker"] |= {"symbol": "x", "size": 10, "color": "var(--warm)"}
    return [marks]


def _broken_words(*tracks: Track) -> str:
    """What a finding adds where values were not numbers."""
    steps = sorted({step for track in tracks for step in track.broken.tolist()})
    if not steps:
        return ""
    if len(steps) == 1:
        return f"; at step {count(steps[0])} it was not a number"
    return f"; it was not a number in {count(len(steps), 'step')}, first at {count(steps[0])}"


def _with_validation(rows: Sequence[tuple[str, ...]], validation: Track) -> list[tuple[str, ...]]:
    """The rows, and one for each validation that fell between them."""
    shown = {row[0] for row in rows}
    extra = [(count(step), sig(None), sig(value)) for step, value in thinned(validation) if count(step) not in shown]
    return sorted([*rows, *extra], key=lambda row: int(row[0].replace(",", "")))


def _loss_finding(training: Track, validation: Track) -> str:
    """What the losses show so far, in a sentence."""
    if validation:
        best, last = _lowest(validation), validation.points()[-1]
        if len(validation) == 1:
            return f"Validation loss is {sig(last[1])} nats at step {count(last[0])}"
        if last[1] > best[1] * 1.02:
            return (
                f"Validation loss was lowest at step {count(best[0])} ({sig(best[1])} nats) "
                f"and has risen to {sig(last[1])} since"
            )
        first_value = sig(float(validation.values[0]))
        return f"Validation loss went from {first_value} to {sig(last[1])} nats by step {count(last[0])}"
    newest = count(int(training.steps[-1]))
    if len(training) < 2:
        return f"Training loss is {sig(float(training.values[-1]))} nats at step {newest}"
    part = max(1, len(training) // 20)
    first, last_mean = float(training.values[:part].mean()), float(training.values[-part:].mean())
    return f"Training loss went from {sig(first)} to {sig(last_mean)} nats by step {newest}"


def _lowest(track: Track) -> Point:
    place = int(track.values.argmin())
    return int(track.steps[place]), float(track.values[place])


@dataclass(frozen=True)
class Curve:
    """One plain curve: the field of the `step` event, and how it is shown. `scale` divides the value."""

    field: str
    title: str
    unit: str
    finding: Callable[[Track], str]
    show: Callable[[object], str] = sig
    scale: float = 1.0
    log: bool = False
    band: tuple[float, float] | None = None


def _rate_finding(curve: Track) -> str:
    return f"Learning rate peaked at {sig(float(curve.values.max()))} and is now {sig(float(curve.values[-1]))}"


def _norm_finding(curve: Track) -> str:
    outside = int(((curve.values < GRAD_NORM_LOW) | (curve.values > GRAD_NORM_HIGH)).sum())
    limits = f"{GRAD_NORM_LOW:g} and {GRAD_NORM_HIGH:g}"
    if not outside:
        return f"Gradient norm stayed between {limits}"
    return f"Gradient norm was not between {limits} in {count(outside)} of {count(len(curve), 'step')}"


def _speed_finding(curve: Track) -> str:
    middle = float(np.sort(curve.values)[len(curve) // 2])
    return f"{sig(round(middle))} tokens a second at the median step"


def _memory_finding(curve: Track) -> str:
    return f"Memory peaked at {filesize(float(curve.values.max()))}"


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


STEP_FIELDS = ("loss_nats", *(curve.field for curve in CURVES))
EVAL_FIELDS = ("validation_loss_nats",)
"""What charts read of `step` and `eval` events."""


def curve_chart(curve: Curve, values: Track) -> Chart | None:
    """The chart of one plain curve, None without points."""
    if not values:
        return None
    scaled = values.scaled(curve.scale)
    if curve.log:
        scaled = scaled.above(0)
    limits = [_limit(limit, log=curve.log) for limit in curve.band or ()]
    drawn = figure(
        [_line(curve.title, scaled.downsampled(_POINTS_OF_SMALL)), *_broken_marks(scaled)],
        x=axis(STEP_AXIS),
        y=axis(curve.title, unit=curve.unit, log=curve.log, zero=not curve.log),
        lines=limits,
    )
    head = f"{curve.title} ({curve.unit})" if curve.scale == 1 else curve.title
    rows = [(count(step), curve.show(value)) for step, value in thinned(values)]
    finding = curve.finding(values) + _broken_words(values)
    return Chart(curve.field.replace("_", "-"), finding, drawn, (STEP_AXIS, head), rows)


def comparison_chart(curves: Sequence[tuple[str, Sequence[Row]]]) -> Chart:
    """The validation losses of several jobs, each from its `eval` rows, oldest first."""
    tracks = [(name, History.of(rows, EVAL_FIELDS).track("validation_loss_nats")) for name, rows in curves]
    tracks = [(name, track) for name, track in tracks if track]
    traces = [
        _line(name, track.downsampled(_POINTS_OF_SMALL), series=number, markers=True)
        for number, (name, track) in enumerate(tracks, 1)
    ]
    drawn = figure(traces, x=axis(STEP_AXIS), y=axis("Validation loss", unit="nats per token", zero=True), legend=True)
    ends = [(name, _lowest(track), float(track.values[-1])) for name, track in tracks]
    rows = [(name, sig(best[1]), count(best[0]), sig(last)) for name, best, last in ends]
    best_name, best_point, _ = min(ends, key=lambda end: end[1][1], default=("", (0.0, 0.0), 0.0))
    finding = f"{best_name} has the lowest validation loss: {sig(best_point[1])} nats at step {count(best_point[0])}"
    return Chart("losses", finding, drawn, ("Job", "Lowest loss (nats)", "At step", "Last loss (nats)"), rows)


def _limit(value: float, *, log: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    shape, note = marker_line(value, f"{value:g}")
    # plotly places shapes on a log axis by value, but notes by its logarithm
    return shape, {**note, "y": math.log10(value)} if log else note


def thinned(curve: Track, rows: int = _TABLE_ROWS) -> list[Point]:
    """Some points for a table: evenly spaced, the first and the last among them."""
    last = len(curve) - 1
    places = range(len(curve)) if last < rows else [round(number * last / (rows - 1)) for number in range(rows)]
    return [(int(curve.steps[place]), float(curve.values[place])) for place in places]
