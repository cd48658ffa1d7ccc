"""What more evaluation items are worth, before and after their price, and how sure the choice then is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from webapp.jobs.charts.figure import Chart
from webapp.ui.figures import axis, figure, line, marker_line
from webapp.ui.formats import count, percent

from .parts import amount, money_axis, rounded_all, thinned

if TYPE_CHECKING:
    from roi.evidence_value import ItemsValue, SampleInformation


def evidence_chart(information: "SampleInformation", *, currency: str) -> Chart:
    """Worth against number of items, on a logarithmic axis, with the worth of knowing the rate exactly as its limit."""
    curve, perfect = information.curve, information.perfect
    points = [point for point in curve if point.items > 0]
    points = [points[index] for index in thinned(len(points))]
    items = [point.items for point in points]
    has_price = any(point.net_value < point.value for point in points)
    traces = [line("worth", items, rounded_all(point.value for point in points), markers=True)]
    if has_price:
        nets = rounded_all(point.net_value for point in points)
        traces.append(line("worth less price", items, nets, series=2, markers=True))
    # a price that outgrows the worth many times would flatten what there is to see
    lowest = max(min(min(point.net_value for point in points), 0.0), -perfect) if points else 0.0
    y = money_axis("Worth of the items", [lowest, perfect, *(point.value for point in points)], currency)
    drawn = figure(
        traces,
        x=axis("More evaluation items", log=True),
        y=y,
        lines=[marker_line(perfect, "perfect knowledge")] if perfect > 0 else [],
        legend=has_price,
    )
    for note in drawn["layout"]["annotations"]:
        note["yanchor"] = "top"
    rows = [
        (
            count(point.items),
            amount(point.value, currency),
            amount(point.net_value, currency),
            percent(point.confidence),
        )
        for point in curve
    ]
    return Chart(
        "evidence",
        evidence_finding(curve, information.items_needed, information.confidence_wanted, currency),
        drawn,
        ("More items", "Worth", "Worth less price", "Sure of the choice"),
        rows,
        note="How much the decision gains on average from knowing the success rate better: it is worth something only "
        "where the result could change the choice.",
    )


def evidence_finding(curve: Sequence["ItemsValue"], items_needed: int | None, confidence: float, currency: str) -> str:
    """Whether to evaluate more, and how much, in a sentence."""
    best = max(curve, key=lambda point: (point.net_value, -point.items), default=None)
    if best is None or max(point.value for point in curve) <= 0:
        return "No result of a further evaluation would change the choice"
    if items_needed == 0:
        settled = f"The choice is {percent(curve[0].confidence)} sure as it is"
    elif items_needed is None:
        settled = f"No number of items makes the choice {percent(confidence)} sure"
    else:
        settled = f"{count(items_needed, 'more item')} make the choice {percent(confidence)} sure"
    if best.net_value <= 0:
        return f"{settled}; more items cost more than they are worth"
    return f"{settled}; {count(best.items)} are worth most: {amount(best.net_value, currency)}"
