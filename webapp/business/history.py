"""What differs between two states of a business case, and what each difference alone does to NPV."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import roi
from roi.cashflow import Plan, present_values
from roi.checks import MAX_OPTIONS
from webapp.ui import formats

from .arrange import with_options
from .words import figure_text

MOST_EFFECTS = 60
"""Differences whose effect on NPV is computed; a version that changes more is a new case rather than an edit."""

Identity = tuple[str, str]
"""A figure: the key of the option that states it (empty for the base), and its name such as `work.success_rate`."""


@dataclass(frozen=True)
class Change:
    """One figure or setting that differs. `before` or `after` is empty where that side does not state it.

    `effect` is what this change alone does to the NPV of `effect_option`; None where it cannot be told alone. With
    `of_best` it is what an option more or less does to the highest NPV among the options.
    """

    path: str
    label: str
    option: str
    before: str
    after: str
    before_provenance: str
    after_provenance: str
    effect: float | None
    of_best: bool = False

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
    """The option's NPV with every figure at its central value, as `roi.evaluate` has it; None where there is none."""
    kinds = {each.key: each.kind for each in case.options}
    if option not in kinds:
        return None
    if kinds[option] == "do_nothing":
        return 0.0
    return float(present_values(case.option(option).means(), Plan.of(case)).npv[0])


def _best(case: roi.Scenario) -> float:
    """The highest NPV among the options, doing nothing left out."""
    return max(_npv(case, each.key) or 0.0 for each in case.options if each.kind != "do_nothing")


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
            yield _more_or_less(before, after, key)
        elif was.kind != now.kind:
            names = [f"{each.name} ({each.kind.replace('_', ' ')})" for each in (was, now)]
            yield _plain(f"options.{key}", "Option", *names)
        elif was.name != now.name:
            yield _plain(f"options.{key}", "Name of an option", was.name, now.name, effect=0.0)
    kept = [[key for key in side if key in old and key in new] for side in (old, new)]
    if kept[0] != kept[1]:
        texts = [", ".join(side[key].name for key in keys) for side, keys in zip((old, new), kept, strict=True)]
        yield _plain("options", "Order of the options", *texts, effect=0.0)


def _more_or_less(before: roi.Scenario, after: roi.Scenario, key: str) -> Change:
    """An option that was added or taken out, with its own NPV."""
    is_new = key in {option.key for option in after.options}
    holder = after if is_new else before
    npv = formats.money(_npv(holder, key), holder.currency, short=True)
    text = f"{holder.option(key).name} (net present value {npv})"
    effect = _effect_on_best(before, after, key) if before.currency == after.currency else None
    label = "Option added" if is_new else "Option taken out"
    sides = ("", text) if is_new else (text, "")
    return replace(_plain(f"options.{key}", label, *sides, effect=effect), of_best=True)


def _effect_on_best(before: roi.Scenario, after: roi.Scenario, key: str) -> float | None:
    """The highest NPV with this option more or less, less the highest before."""
    others = [option for option in before.options if option.key != key]
    new = [option for option in after.options if option.key == key]
    if not 2 <= len(others) + len(new) <= MAX_OPTIONS:
        return None
    return _best(with_options(before, [*others, *new])) - _best(before)


def _plain(path: str, label: str, before: str, after: str, *, effect: float | None = None) -> Change:
    """A change of something that is no figure."""
    return Change(path, label, "", before, after, "", "", effect)
