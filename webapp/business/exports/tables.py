"""A business case as CSV: its cash flows by month, and its figures with where they come from.

UTF-8 with a byte-order mark, so that Excel reads accents; a point for decimals, whatever the locale; no cell of a
user's text begins like a formula.
"""

import csv
import io
from collections.abc import Iterable, Sequence

import roi
from roi import Scenario
from roi.outcome import Outcome

from .words import cell_text, origin_text

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_MOST_LISTED = 500
"""So many values stand in a cell: Excel cuts one after 32,767 characters."""


def cash_flows(scenario: Scenario, outcome: Outcome) -> str:
    """A row for each option and line: total, present value, and each month from 0; money out is negative."""
    months = range(scenario.time.horizon_months + 1)
    head = ["option", "line", "side", "currency", "total", "present_value", *(f"month_{month}" for month in months)]
    rows: list[list[str]] = []
    for option in outcome.options:
        for line in option.lines:
            way = 1.0 if line.side == "benefit" else -1.0
            numbers = [line.total, line.present_value, *line.flows]
            name = [cell_text(option.name), line.label, line.side, outcome.currency]
            rows.append([*name, *(_plain(way * number) for number in numbers)])
        worth = [sum(option.net), option.npv.value or 0.0, *option.net]
        net = [cell_text(option.name), "Net flow", "net", outcome.currency]
        rows.append([*net, *(_plain(number) for number in worth)])
    return _written(head, rows)


def assumptions(scenario: Scenario) -> str:
    """A row for each figure: its path, value, unit, distribution and provenance; the settings of time come first."""
    head = [
        "path",
        "figure",
        "applies_to",
        "mean",
        "unit",
        "kind",
        "distribution",
        "provenance",
        "source_or_reason",
        "read_or_interval",
    ]
    rows = [
        [f"time.{key}", label, "all options", str(getattr(scenario.time, key)), unit, "setting", "", "", "", ""]
        for key, label, unit in (
            ("horizon_months", "Horizon", "months"),
            ("timing", "When flows fall", ""),
            ("ramp", "Shape of adoption", ""),
        )
    ]
    names = {option.key: option.name for option in scenario.options}
    for place in roi.quantities(scenario):
        kind, source, detail = origin_text(place.quantity)
        applies = "all options" if place.option is None else cell_text(names[place.option])
        stated = place.quantity.model_dump(mode="json", exclude={"provenance", "unit", "kind"})
        spread = "; ".join(f"{name} {_listed(value)}" for name, value in stated.items())
        row = [place.path, place.label, applies, _plain(place.quantity.mean), place.unit, place.quantity.kind, spread]
        rows.append([*row, kind, cell_text(source), cell_text(detail)])
    return _written(head, rows)


def _listed(value: object) -> str:
    if isinstance(value, list) and len(value) > _MOST_LISTED:
        return f"{len(value)} from {_plain(min(value))} to {_plain(max(value))}, all of them in the JSON"
    if isinstance(value, list):
        return " ".join(_plain(number) for number in value)
    return _plain(value) if isinstance(value, int | float) else str(value)


def _plain(number: float) -> str:
    """A number to the hundredth of a cent, without a sign before 0."""
    text = f"{number:.4f}".rstrip("0").rstrip(".") if abs(number) < 1e15 else repr(float(number))
    return "0" if text == "-0" else text


def _written(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(head)
    writer.writerows(rows)
    return _MARK + target.getvalue()
