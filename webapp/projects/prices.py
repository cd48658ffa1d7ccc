"""What an hour of a device costs in a project: the newest row of its class counts, older ones stay as a record."""

from datetime import date
from decimal import Decimal

from .models import DevicePrice, Project

# An assumption, so that costs are not zero from the first day; the source says so wherever the price is shown.
ASSUMED_CPU_USD_PER_HOUR = Decimal("0.10")
ASSUMED_CPU_SOURCE = "Assumed: the order of what clouds list for a 2-core machine. Put your own price here."
ASSUMED_CPU_READ_ON = date(2026, 11, 22)


def newest_prices(project: Project) -> dict[str, DevicePrice]:
    """The price that counts for each device class that has one, by class. One query."""
    newest: dict[str, DevicePrice] = {}
    for price in project.prices.order_by("device_class", "-created_at", "-pk"):
        newest.setdefault(price.device_class, price)
    return newest


def price_for(project: Project, device_class: str) -> DevicePrice | None:
    """The price that counts for this device class, or None if the project names none."""
    return project.prices.filter(device_class=device_class).order_by("-created_at", "-pk").first()


def usd_per_hour(project: Project, device_class: str) -> float | None:
    """The price that counts for this device class, in US dollars; None if the project names none."""
    price = price_for(project, device_class)
    return None if price is None else float(price.usd_per_hour)
