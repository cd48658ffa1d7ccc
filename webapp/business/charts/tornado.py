"""What moves the value most: one bar an input, from its value at P10 to its value at P90."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.jobs.charts.figure import Chart
from webapp.ui.figures import colour, figure, marker_line

from .parts import (
    amount,
    money_axis,
    places,
    row_bars,
    rows_axis,
    rows_shape,
    two_lines,
)

MOST_BARS = 10

# not the colours of gain and loss: a low input may well be the better one
_LOW, _HIGH = 4, 1


@dataclass(frozen=True)
class Swing:
    """One input alone at its P10 and P90: what it then is (as text), and the net present value there."""

    label: str
    low_text: str
    high_text: str
    npv_at_low: float
    npv_at_high: float

    @property
    def width(self) -> float:
        """How far the input moves the value."""
        return abs(self.npv_at_high - self.npv_at_low)


def tornado_chart(swings: Sequence[Swing], base: float, *, currency: str) -> Chart:
    """Longest bar on top. `base`: the net present value with every input at its central value."""
    ordered = sorted(swings, key=lambda swing: -swing.width)
    shown = [swing for swing in ordered[:MOST_BARS] if swing.width > 0]
    at = places(len(shown))
    sides = []
    for name, low_side in (("input at P10", True), ("input at P90", False)):
        ends = [swing.npv_at_low if low_side else swing.npv_at_high for swing in shown]
        bars = row_bars(at, [base] * len(shown), [end - base for end in ends], [])
        bars["marker"] = {"color": colour(_LOW if low_side else _HIGH)}
        texts = [swing.low_text if low_side else swing.high_text for swing in shown]
        bars |= {
            "name": name,
            "hovertext": [
                two_lines(swing.label, f"at {text}: {amount(end, currency)}")
                for swing, text, end in zip(shown, texts, ends, strict=True)
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        sides.append(bars)
    values = [value for swing in shown for value in (swing.npv_at_low, swing.npv_at_high)]
    drawn = figure(
        sides,
        x=money_axis("Net present value", [*values, base], currency, ticks=3, zero=_is_near_zero(values, base)),
        y=rows_axis(at, [two_lines(swing.label, f"{swing.low_text} to {swing.high_text}") for swing in shown]),
        lines=[marker_line(base, "", vertical=True)],
        legend=True,
    )
    drawn["layout"] |= {"barmode": "overlay"}
    return Chart(
        "tornado",
        tornado_finding(ordered, base, currency),
        drawn,
        ("Input", "P10", "P90", "Value at P10", "Value at P90"),
        [
            (
                swing.label,
                swing.low_text,
                swing.high_text,
                amount(swing.npv_at_low, currency),
                amount(swing.npv_at_high, currency),
            )
            for swing in ordered
        ],
        note=f"Each input alone at its P10 and P90, all others at their central value. The dashed line is "
        f"{amount(base, currency)}.",
        shape=rows_shape(len(shown) + 2),
    )


def _is_near_zero(values: Sequence[float], base: float) -> bool:
    """Whether 0 belongs on the axis: it does where the bars reach at least half-way to it."""
    everything = [*values, base]
    nearest, spread = min(map(abs, everything)), max(everything) - min(everything)
    return min(everything) <= 0 <= max(everything) or nearest <= spread


def tornado_finding(ordered: Sequence[Swing], base: float, currency: str) -> str:
    """What matters most, and whether it alone decides, in a sentence."""
    if not ordered or ordered[0].width == 0:
        return "No input is uncertain, so none moves the value"
    first = ordered[0]
    low, high = sorted((first.npv_at_low, first.npv_at_high))
    between = f"between {amount(low, currency)} and {amount(high, currency)}"
    deciding = [swing for swing in ordered if min(swing.npv_at_low, swing.npv_at_high) < 0 < _upper(swing)]
    tail = ""
    if base > 0 and not deciding:
        tail = "; no single input makes it lose"
    elif base < 0 and not deciding:
        tail = "; no single input makes it pay"
    return f"{first.label} matters most: it moves the value {between}{tail}"


def _upper(swing: Swing) -> float:
    return max(swing.npv_at_low, swing.npv_at_high)
