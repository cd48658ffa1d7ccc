"""Value by the number of samples the model takes for an item: the best amount of test-time compute."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from webapp.jobs.charts.figure import Chart
from webapp.ui.figures import axis, band, colour, figure, line, marker_line
from webapp.ui.formats import count, percent

from .parts import amount, money_axis, rounded, rounded_all, thinned

if TYPE_CHECKING:
    from roi.test_time import BestSamples, SamplesValue

_TABLE_ROWS = 12


def samples_chart(best: "BestSamples", *, currency: str, per_item: bool = False) -> Chart:
    """Value against samples an item, with the interval; measured numbers are marked, the best is named.

    The value is the plan's net present value, or that of one item (`roi.test_time.value_per_item`).
    """
    title = "Value of an item" if per_item else "Net present value"
    curve = best.curve
    kept = [curve[index] for index in _kept(curve, best.samples)]
    x = [point.samples for point in kept]
    low, middle, high = (
        rounded_all(getattr(point, name) for point in kept) for name in ("value_low", "value", "value_high")
    )
    top = next(point for point in curve if point.samples == best.samples)
    measured = [point for point in curve if point.is_measured]
    marks = {
        "type": "scatter",
        "mode": "markers",
        "name": "measured",
        "x": [point.samples for point in measured],
        "y": rounded_all(point.value for point in measured),
        "marker": {"color": colour(1), "size": 8, "symbol": "circle"},
        "showlegend": False,
    }
    drawn = figure(
        [*band("95% interval", x, low, high), line("value", x, middle), marks],
        x=axis("Samples an item", log=True) | _powers_of_two(curve[0].samples, curve[-1].samples),
        y=money_axis(title, [*low, *high], currency, zero=False),
        lines=[marker_line(best.samples, "", vertical=True)],
        legend=False,
    )
    # plotly would place an empty label by the logarithm, far outside
    drawn["layout"]["annotations"] = []
    rows = [
        (
            count(point.samples),
            percent(point.accuracy),
            amount(point.value, currency),
            f"{amount(point.value_low, currency)} to {amount(point.value_high, currency)}",
            "measured" if point.is_measured else "between",
        )
        for point in (curve[index] for index in _kept(curve, best.samples, _TABLE_ROWS))
    ]
    return Chart(
        "samples",
        samples_finding(top, curve[0], best, currency, per_item=per_item),
        drawn,
        ("Samples", "Accuracy", title, "95% interval", "Accuracy is"),
        rows,
        note="Dots were measured; between them accuracy is interpolated. The dashed line marks the best number.",
    )


def _kept(curve: Sequence["SamplesValue"], best: int, most: int = 60) -> list[int]:
    """Indices evenly spread in the logarithm of samples, with every measured number and the best."""
    always = {index for index, point in enumerate(curve) if point.is_measured or point.samples == best}
    first, last = curve[0].samples, curve[-1].samples
    room = max(2, most - len(always))
    steps = {round(first * (last / first) ** (step / (room - 1))) - first for step in range(room)}
    found = sorted(always | {index for index in steps if 0 <= index < len(curve)})
    return found if len(found) <= most else [found[index] for index in thinned(len(found), most)]


def _powers_of_two(first: int, last: int) -> dict[str, object]:
    """Ticks at 1, 2, 4 ..., at most seven of them."""
    powers = [2**power for power in range(13) if first <= 2**power <= last]
    step = -(-len(powers) // 7) or 1
    shown = powers[::step] or [first]
    return {
        "tickmode": "array",
        "range": [rounded(math.log10(first) - 0.04), rounded(math.log10(last) + 0.04)],
        "tickvals": shown,
        "ticktext": [count(power) for power in shown],
    }


def samples_finding(
    top: "SamplesValue", first: "SamplesValue", best: "BestSamples", currency: str, *, per_item: bool = False
) -> str:
    """How many samples are worth their price, and how surely, in a sentence."""
    gained = f"{amount(rounded(top.value - first.value), currency)}{' an item' if per_item else ''}"
    if top.samples == first.samples:
        return f"{count(top.samples, 'sample')} an item is best: more cost more than they gain"
    text = f"{count(top.samples, 'sample')} an item are worth most: {gained} more than {count(first.samples)}"
    if best.at_end:
        return f"{text}; still more were not measured"
    low, high = best.plausible
    return f"{text}; {count(low)} to {count(high)} cannot be told apart" if low < high else text
