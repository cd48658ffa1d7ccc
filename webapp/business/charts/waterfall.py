"""Where the value comes from: each benefit adds, each cost takes away, what is left is the net present value."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.jobs.charts.figure import Chart
from webapp.ui.figures import colour, figure

from .parts import (
    BENEFIT,
    COST,
    amount,
    gain,
    money_axis,
    places,
    row_bars,
    rows_axis,
    rows_shape,
    two_lines,
)

MOST_LINES = 12
"""More lines than these, the smallest ones, are drawn as one; the table has each."""


@dataclass(frozen=True)
class Line:
    """One line of the cash flow: its present value over the horizon, above 0 for a benefit, below for a cost."""

    name: str
    value: float


def waterfall_chart(lines: Sequence[Line], *, currency: str, option: str = "") -> Chart:
    """Benefits first, largest first, then costs, then what is left: the sum of the lines' values."""
    ordered = _ordered(lines)
    net = sum(line.value for line in ordered)
    drawn_lines = _joined(ordered)
    starts, running = [], 0.0
    for line in drawn_lines:
        starts.append(running)
        running += line.value
    rows = [*drawn_lines, Line("Net present value", net)]
    starts.append(0.0)
    at = places(len(rows))
    bars = row_bars(at, starts, [line.value for line in rows], [_colour(line, rows[-1]) for line in rows])
    bars |= {
        "name": "value",
        "hovertext": [two_lines(line.name, gain(line.value, currency)) for line in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    ends = [start + line.value for start, line in zip(starts, rows, strict=True)]
    drawn = figure(
        [bars],
        x=money_axis("Present value", [*starts, *ends], currency, ticks=3),
        y=rows_axis(at, [two_lines(line.name, gain(line.value, currency)) for line in rows]),
        legend=False,
    )
    table = [*ordered, rows[-1]]
    return Chart(
        "waterfall",
        waterfall_finding(ordered, currency, option),
        drawn,
        ("Line", f"Present value ({currency.upper()})"),
        [(line.name, gain(line.value, currency)) for line in table],
        note="Present values over the whole horizon. Benefits add to the right, costs take back to the left.",
        shape=rows_shape(len(rows)),
    )


def _ordered(lines: Sequence[Line]) -> list[Line]:
    benefits = sorted((line for line in lines if line.value > 0), key=lambda line: -line.value)
    costs = sorted((line for line in lines if line.value < 0), key=lambda line: line.value)
    return [*benefits, *costs]


def _joined(ordered: Sequence[Line]) -> list[Line]:
    """At most `MOST_LINES`: the smallest costs, or benefits where there are more of them, become one line."""
    lines = list(ordered)
    while len(lines) > MOST_LINES:
        benefits = [line for line in lines if line.value > 0]
        costs = [line for line in lines if line.value <= 0]
        group = costs if len(costs) >= len(benefits) else benefits
        rest = group[-(len(lines) - MOST_LINES + 1) :]
        kind = "costs" if group is costs else "benefits"
        group[len(group) - len(rest) :] = [Line(f"{len(rest)} smaller {kind}", sum(line.value for line in rest))]
        lines = [*benefits, *costs]
    return lines


def _colour(line: Line, last: Line) -> str:
    if line is last:
        return "var(--ink-2)"
    return colour(BENEFIT if line.value > 0 else COST)


def waterfall_finding(lines: Sequence[Line], currency: str, option: str = "") -> str:
    """What comes in, what it costs and what is left, in a sentence."""
    benefits = [line for line in lines if line.value > 0]
    costs = [line for line in lines if line.value < 0]
    gained, spent = sum(line.value for line in benefits), -sum(line.value for line in costs)
    who = option or "This plan"
    if not lines:
        return f"{who} changes no cash flow"
    if not benefits:
        return f"{who} costs {amount(spent, currency)} and brings no benefit"
    if not costs:
        return f"{who} brings {amount(gained, currency)} at no cost"
    largest = (
        f"; most of it is {_lower(benefits[0].name)}" if len(benefits) > 1 else f" from {_lower(benefits[0].name)}"
    )
    left = gained - spent
    verdict = f"{amount(left, currency)} is left" if left >= 0 else f"{amount(-left, currency)} is lost"
    return f"{amount(gained, currency)} of benefit against {amount(spent, currency)} of cost: {verdict}{largest}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
