"""The figures that a new option starts from: those of one like it in the case, else in the example nearest to it.

Nothing that was measured for one model is taken as measured for another, and no price is read in another currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import roi
from roi.quantity import Assumed, Fixed, Measured, Quantity

from .words import figure_text

KINDS: Mapping[str, str] = {
    "prompted": "Prompted base model",
    "peft": "Adapter on a base model (PEFT)",
    "full": "Full fine-tuning",
    "aligned": "Aligned model",
    "distilled": "Distilled model",
    "hosted": "Hosted API",
}
"""The kinds of option that can be added, as people call them. Doing nothing is in every case already."""

_TUNED = ("peft", "full", "aligned", "distilled")
_OWN_DEVICE = ("prompted", *_TUNED)

_ALWAYS = ("work.success_rate", "run.samples_per_item", "run.device_seconds_per_item", "run.price_per_device_hour")
"""What every new option states itself, so that it can be changed for it alone."""


@dataclass(frozen=True)
class Start:
    """Figures by name. `like` names the option they are from; `unpriced` are labels of prices in another currency."""

    figures: Mapping[str, Quantity]
    like: str = ""
    unpriced: tuple[str, ...] = ()


def own_figures(option: roi.Option) -> dict[str, Quantity]:
    """What the option states itself, by name."""
    found = ((name, getattr(getattr(option, spec.group), spec.key, None)) for name, spec in roi.REGISTRY.items())
    return {name: quantity for name, quantity in found if quantity is not None}


def start(case: roi.Scenario, kind: str) -> Start:
    """The figures of a new option of this kind, one of `KINDS`."""
    example = _nearest_example(case)
    for holder in (case, example):
        like = _alike(holder.options, kind)
        if like is not None:
            taken, unpriced = _taken(holder, like, case)
            return Start(_completed(case, example, kind, taken), like.name, unpriced)
    return Start(_completed(case, example, kind, {}))


def _alike(options: Iterable[roi.Option], kind: str) -> roi.Option | None:
    """An option of the kind, else for a tuned model one that is tuned in another way; the plainest of several."""
    listed = list(options)
    of_kind = [option for option in listed if option.kind == kind]
    same = of_kind or [option for option in listed if kind in _TUNED and option.kind in _TUNED]
    return min(same, key=lambda option: getattr(option.run, "samples_per_item", None) is not None, default=None)


@cache
def _examples() -> tuple[roi.Scenario, ...]:
    return tuple(roi.preset(key) for key in roi.PRESETS)


def _nearest_example(case: roi.Scenario) -> roi.Scenario:
    """The example with which the case has most figures about the work in common; the first of equals."""

    def common(example: roi.Scenario) -> int:
        return sum(getattr(example.work, key) == value for key, value in case.work)

    return max(_examples(), key=common)


def _taken(holder: roi.Scenario, like: roi.Option, case: roi.Scenario) -> tuple[dict[str, Quantity], tuple[str, ...]]:
    figures = dict[str, Quantity]()
    unpriced = []
    for name, quantity in own_figures(like).items():
        spec = roi.REGISTRY[name]
        if holder.currency != case.currency and spec.unit_in(holder.currency) != spec.unit:
            why = f"The example’s figure is in {holder.currency} and nothing is converted: state yours."
            figures[name] = Fixed(value=0.0, provenance=Assumed(by="Example", why=why))
            unpriced.append(spec.label)
        else:
            figures[name] = _unmeasured(quantity, like.name, spec.unit_in(holder.currency), holder.currency)
    return figures, tuple(unpriced)


def _unmeasured(quantity: Quantity, whose: str, unit: str, currency: str) -> Quantity:
    """The figure for another option than the one it was measured for: an assumption that says so."""
    plain = quantity.model_copy(update={"unit": ""})
    if not isinstance(quantity.provenance, Measured):
        return plain
    was = figure_text(quantity, unit, currency)
    why = f"As measured for “{whose}”, {was}; this option itself is not measured yet."
    return plain.model_copy(update={"provenance": Assumed(by="Taken over", why=why)})


def _completed(
    case: roi.Scenario, example: roi.Scenario, kind: str, figures: dict[str, Quantity]
) -> dict[str, Quantity]:
    """With what every new option states, and what every option of the case states in the base's place."""
    others = [set(own_figures(option)) for option in case.options if option.kind != "do_nothing"]
    price = "run.price_per_device_hour"
    if kind in _OWN_DEVICE and price not in figures:
        rented = next((own[price] for own in _own_devices(case, example) if price in own), None)
        figures = figures | ({price: rented} if rented is not None else {})
    base = case.option(case.do_nothing.key).quantities
    for name in (*_ALWAYS, *sorted(set.intersection(*others))):
        if name not in figures:
            unit = roi.REGISTRY[name].unit_in(case.currency)
            figures = figures | {name: _unmeasured(base[name], "all options", unit, case.currency)}
    return figures


def _own_devices(case: roi.Scenario, example: roi.Scenario) -> Iterable[dict[str, Quantity]]:
    """The figures of options that run on devices of one's own, in the case's currency and without measurements."""
    for holder in (case, example):
        for option in holder.options:
            if option.kind in _OWN_DEVICE and holder.currency == case.currency:
                yield _taken(holder, option, case)[0]
