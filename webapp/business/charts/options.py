"""Options side by side: each one's net present value with its range, and how often it is the best."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.jobs.charts.figure import Chart
from webapp.ui.figures import axis, dots, figure, marker_line
from webapp.ui.formats import percent

from .parts import amount, money_axis, places, rounded, rows_axis, rows_shape, two_lines


@dataclass(frozen=True)
class OptionValue:
    """One option: P10, P50 and P90 of its net present value, and the share of trials in which it is the best."""

    name: str
    low: float
    middle: float
    high: float
    chance_best: float


def options_chart(options: Sequence[OptionValue], *, currency: str) -> Chart:
    """Rows in the order of the chance of being the best; the point is the median, the bar reaches from P10 to P90."""
    ordered = sorted(options, key=lambda option: (-option.chance_best, -option.middle))
    at = places(len(ordered))
    traces = []
    for number, (place, option) in enumerate(zip(at, ordered, strict=True)):
        point = dots(
            option.name,
            [rounded(option.middle)],
            [place],  # type: ignore[list-item]  # a place on an axis of rows is its name
            series=1 if number == 0 else 4,
            x_low=[rounded(option.low)],
            x_high=[rounded(option.high)],
        )
        point["error_x"] |= {"array": [rounded(option.high - option.middle)]}
        point["error_x"] |= {"arrayminus": [rounded(option.middle - option.low)]}
        point["marker"]["symbol"] = "circle"
        point["hovertemplate"] = two_lines(option.name, _range_text(option, currency)) + "<extra></extra>"
        traces.append(point)
    values = [value for option in ordered for value in (option.low, option.high)]
    labels = [two_lines(option.name, f"best in {percent(option.chance_best)}") for option in ordered]
    drawn = figure(
        traces,
        x=money_axis("Net present value", values, currency, ticks=3),
        y=axis("") | rows_axis(at, labels) | {"range": [len(at) - 0.5, -0.5]},
        lines=[marker_line(0, "", vertical=True)],
        legend=False,
    )
    drawn["layout"]["yaxis"].pop("autorange")
    rows = [
        (
            option.name,
            percent(option.chance_best),
            *(amount(value, currency) for value in (option.low, option.middle, option.high)),
        )
        for option in ordered
    ]
    return Chart(
        "options",
        options_finding(ordered, currency),
        drawn,
        ("Option", "Best in", "P10", "Median", "P90"),
        rows,
        note="Point: median net present value against doing nothing. Bar: P10 to P90. All options meet the same "
        "simulated futures.",
        shape=rows_shape(len(ordered) + 1),
    )


def _range_text(option: OptionValue, currency: str) -> str:
    return (
        f"{amount(option.middle, currency)}, P10 to P90 {amount(option.low, currency)} to "
        f"{amount(option.high, currency)}"
    )


def options_finding(ordered: Sequence[OptionValue], currency: str) -> str:
    """Which option leads and how surely, in a sentence. `ordered`: likeliest best first."""
    if not ordered:
        return "There is no option to compare"
    first = ordered[0]
    sure = percent(first.chance_best)
    if len(ordered) == 1:
        return f"{first.name} is worth {amount(first.middle, currency)} in the median case"
    if first.chance_best >= 0.9:
        return f"{first.name} is the best option in {sure} of simulated futures"
    second = ordered[1]
    if first.chance_best - second.chance_best < 0.1:
        return f"{first.name} and {second.name} cannot be told apart: best in {sure} and {percent(second.chance_best)}"
    return f"{first.name} leads, best in {sure} of simulated futures; {second.name} in {percent(second.chance_best)}"
