"""A scenario in another currency. Nothing is converted unless a rate is given, and each figure then says so."""

from typing import Any

import roi
from roi.quantity import Assumed, Beta, Empirical, Fixed, Quantity, Range, Triangular

LOWEST_RATE, HIGHEST_RATE = 1e-6, 1e6


def in_currency(scenario: roi.Scenario, currency: str, rate: float | None = None) -> roi.Scenario:
    """The scenario with its money in `currency`: times `rate`, or with the numbers kept as they are.

    A number that is kept no longer has its source: it becomes an assumption that says what it was.
    Raises `roi.ScenarioFaults` where a converted figure leaves its limits.
    """
    before = scenario.currency
    if currency == before:
        return scenario
    data = scenario.data()
    data["currency"] = currency
    for place in roi.quantities(scenario):
        holder = data if place.option is None else _option(data, place.option)
        quantity = place.quantity.model_copy(update={"unit": ""})
        if before in place.unit:
            quantity = _money(quantity, before, currency, rate)
        holder[place.group][place.key] = quantity.model_dump(mode="json")
    return roi.parse(data)


def _option(data: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(option for option in data["options"] if option["key"] == key)
    return found


def _money(quantity: Quantity, before: str, after: str, rate: float | None) -> Quantity:
    found = quantity.provenance
    if found.kind == "assumed" and found.by == "Default":
        return quantity
    if rate is not None:
        note = f"Converted at 1 {before} = {rate:g} {after}, a rate typed in the calculator."
        key = "note" if found.kind == "published" else "why"
        if found.kind == "measured":
            changed: Any = Assumed(by="you", why=f"{found.metric}, measured in {before}. {note}")
        else:
            changed = found.model_copy(update={key: f"{getattr(found, key)} {note}".strip()})
        return times(quantity, rate).model_copy(update={"provenance": changed})
    said = {"published": "source", "measured": "metric"}.get(found.kind, "why")
    why = f"The number was kept when {before} became {after}; nothing was converted. It stood for {before}: "
    return quantity.model_copy(update={"provenance": Assumed(by="you", why=f"{why}{getattr(found, said)}"[:2000])})


def times(quantity: Quantity, factor: float) -> Quantity:
    """The same distribution, each of its numbers times the factor. A share of successes stays as it is."""
    match quantity:
        case Fixed():
            update: dict[str, Any] = {"value": quantity.value * factor}
        case Range():
            update = {"low": quantity.low * factor, "high": quantity.high * factor}
        case Triangular():
            update = {name: getattr(quantity, name) * factor for name in ("low", "mode", "high")}
        case Empirical():
            update = {"values": tuple(value * factor for value in quantity.values)}
        case Beta():
            update = {}
    return quantity.model_copy(update=update)
