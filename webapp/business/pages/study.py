"""What a study brings into a business case, model by model."""

from dataclasses import dataclass

import roi
from webapp.jobs.models import Measurement

from ..from_study import StudyOption
from ..readings import PRICE_CURRENCY
from ..words import figure_text


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
        spec = roi.REGISTRY[name]
        text = figure_text(quantity, spec.unit_in(PRICE_CURRENCY), PRICE_CURRENCY)
        figures.append((spec.label, text, quantity.provenance.kind))
    return Brought(option.name, option.success, figures)
