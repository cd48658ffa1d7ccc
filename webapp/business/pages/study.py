"""What a study brings into a business case, model by model."""

from dataclasses import dataclass

from webapp.jobs.models import Measurement

from ..from_study import PRICE_CURRENCY, StudyOption
from ..words import figure_text

_UNITS = {
    "work.success_rate": ("Success rate", "share"),
    "run.device_seconds_per_item": ("Device-seconds a sample", "s/item"),
    "run.price_per_device_hour": ("Price of a device-hour", f"{PRICE_CURRENCY}/device-hour"),
    "one_off.experiment_device_hours": ("Device-hours of training", "device-hours"),
    "one_off.experiment_price_per_device_hour": ("Price of a training device-hour", f"{PRICE_CURRENCY}/device-hour"),
}


@dataclass(frozen=True)
class Brought:
    """One model: its figures as (what, value, badge)."""

    name: str
    success: Measurement
    figures: list[tuple[str, str, str]]


def brought(option: StudyOption) -> Brought:
    """The option's figures in words."""
    figures: list[tuple[str, str, str]] = []
    for name, quantity in option.figures.items():
        label, unit = _UNITS[name]
        figures.append((label, figure_text(quantity, unit, PRICE_CURRENCY), quantity.provenance.kind))
    return Brought(option.name, option.success, figures)
