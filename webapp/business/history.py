"""What differs between two states of a business case, and what each difference alone does to NPV."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import roi
from roi.outcome import evaluate

from .words import figure_text

MOST_EFFECTS = 60
"""Differences whose effect on NPV is computed; a version that changes more is a new case rather than an edit."""

Identity = tuple[str, str]
"""A figure: the key of the option that states it (empty for the base), and its name such as `work.success_rate`."""


@dataclass(frozen=True)
class Change:
    """One figure or setting that differs. `before` or `after` is empty where that side does not state it.

    `effect` is what this change alone does to the NPV of `option_of_effect`; None where it cannot be told alone.
    """

    path: str
    label: str
    option: str
    before: str
    after: str
    before_provenance: str
    after_provenance: str
    effect: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def stated(case: roi.Scenario) -> dict[Identity, roi.Place]:
    """Every figure that the case states, by what it is rather than by where it stands."""
    return {(place.option or "", place.name): place for place in roi.quantities(case)}


def changes_between(before: roi.Scenario, after: roi.Scenario) -> list[Change]:
    """The differences in the order of the figures, settings first. Effects are those on `effect_option`."""
    option = effect_option(before, after)
    base = _npv(before, option)
    return [*_settings(before, after, option, base), *_figures(before, after, option, base)]


def effect_option(before: roi.Scenario, after: roi.Scenario) -> str:
    """The option that both have and that is most worth afterwards; empty where there is none."""
    common = {option.key for option in before.options if option.kind != "do_nothing"}
    worths = {option.key: _npv(after, option.key) for option in after.options if option.key in common}
    known = {key: worth for key, worth in worths.items() if worth is not None}
    return max(known, key=lambda key: known[key]) if known and before.currency == after.currency else ""


def _npv(case: roi.Scenario, option: str) -> float | None:
    if not option or option not in {each.key for each in case.options}:
        return None
    return evaluate(case).option(option).npv.value


def _figures(before: roi.Scenario, after: roi.Scenario, option: str, base: float | None) -> Iterator[Change]:
    old, new = stated(before), stated(after)
    kept = {each.key for each in before.options} & {each.key for each in after.options} | {""}
    names = {each.key: each.name for each in (*before.options, *after.options)}
    told = 0
    for identity in dict.fromkeys([*old, *new]):
        was, now = old.get(identity), new.get(identity)
        place = now or was
        if place is None or identity[0] not in kept or (was and now and was.quantity == now.quantity):
            continue
        told += 1
        yield Change(
            path=place.path,
            label=place.label,
            option=names.get(identity[0], ""),
            before=figure_text(was.quantity, was.unit, before.currency) if was else "",
            after=figure_text(now.quantity, now.unit, after.currency) if now else "",
            before_provenance=was.quantity.provenance.kind if was else "",
            after_provenance=now.quantity.provenance.kind if now else "",
            effect=_effect(before, after, identity, option, base) if told <= MOST_EFFECTS else None,
        )


def _effect(
    before: roi.Scenario, after: roi.Scenario, identity: Identity, option: str, base: float | None
) -> float | None:
    """NPV with this one figure as it is afterwards, less NPV before."""
    key, name = identity
    if base is None:
        return None
    new = stated(after).get(identity) or stated(after)[("", name)]  # an option that states it no more takes the base's
    index = next((number for number, each in enumerate(before.options) if each.key == key), None)
    path = name if index is None else f"options[{index}].{name}"
    return _replaced(before, path, new.quantity, option, base)


def _replaced(before: roi.Scenario, path: str, value: Any, option: str, base: float | None) -> float | None:
    if base is None:
        return None
    try:
        npv = _npv(roi.replace(before, {path: value}), option)
    except roi.ScenarioFaults:  # allowed only together with another change
        return None
    return None if npv is None else npv - base


_SETTINGS = {
    "time.horizon_months": "Horizon in months",
    "time.timing": "When flows fall",
    "time.ramp": "Shape of adoption",
}


def _settings(before: roi.Scenario, after: roi.Scenario, option: str, base: float | None) -> Iterator[Change]:
    if before.name != after.name:
        yield _plain("name", "Name", before.name, after.name, effect=0.0)
    if before.currency != after.currency:
        yield _plain("currency", "Currency", before.currency, after.currency)
    for path, label in _SETTINGS.items():
        was, now = (getattr(case.time, path.removeprefix("time.")) for case in (before, after))
        if was != now:
            effect = _replaced(before, path, now, option, base)
            yield _plain(path, label, str(was).replace("_", " "), str(now).replace("_", " "), effect=effect)
    yield from _options(before, after)
    if before.correlations != after.correlations:
        was, now = (f"{len(case.correlations)} stated" for case in (before, after))
        yield _plain("correlations", "Correlations", was, now)


def _options(before: roi.Scenario, after: roi.Scenario) -> Iterator[Change]:
    old, new = ({option.key: option for option in case.options} for case in (before, after))
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            yield _plain(f"options.{key}", "Option", was.name if was else "", now.name if now else "")
        elif (was.name, was.kind) != (now.name, now.kind):
            names = [f"{each.name} ({each.kind.replace('_', ' ')})" for each in (was, now)]
            yield _plain(f"options.{key}", "Option", *names)


def _plain(path: str, label: str, before: str, after: str, *, effect: float | None = None) -> Change:
    """A change of something that is no figure."""
    return Change(path, label, "", before, after, "", "", effect)
