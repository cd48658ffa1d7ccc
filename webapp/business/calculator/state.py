"""What a visitor chose, as a short address: only what differs from the preset. A shared link restores everything."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, get_args

import roi
from roi.figures import GROUPS
from roi.same import Same
from webapp.ui.locales import ENGLISH, LOCALES, Locale

from .spreads import Limits, Unreadable, quantity_of, same

_NAME = re.compile(r"[a-z0-9_-]{1,50}(\.[a-z0-9_]{1,50}){1,2}")
_MOST_FIGURES = 300


@dataclass(frozen=True)
class Setting:
    """A choice of a scenario that is no figure: a whole number within limits, or one of some words."""

    name: str
    group: str
    label: str
    help: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0


def _settings() -> Iterable[Setting]:
    for group, model in GROUPS.items():
        for key, stated in model.model_fields.items():
            if stated.json_schema_extra is not None:
                continue
            shared = (f"{group}.{key}", group, str(stated.title), str(stated.description))
            choices = tuple(str(choice) for choice in get_args(stated.annotation))
            bounds = {
                name: getattr(rule, name) for rule in stated.metadata for name in ("ge", "le") if hasattr(rule, name)
            }
            yield Setting(*shared, choices, bounds.get("ge", 0), bounds.get("le", 0))


SETTINGS: Mapping[str, Setting] = {setting.name: setting for setting in _settings()}
"""The settings by name (`time.horizon_months`), read from the engine's schema."""


@dataclass(frozen=True)
class State:
    """figures: texts by name (see `spreads` and `SETTINGS`), only those that differ from the base.

    rate: units of the locale's currency for one of the preset's, as text; empty means that nothing is converted.
    without: keys of options left out; show: key of the option whose outcome is in front, empty for the best one.
    """

    preset: str
    locale: Locale = ENGLISH
    rate: str = ""
    without: frozenset[str] = frozenset()
    show: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)

    def query(self, default_preset: str) -> list[tuple[str, str]]:
        """The pairs of the address's query; empty for an untouched default preset."""
        pairs = [("preset", self.preset if self.preset != default_preset else "")]
        pairs += [("locale", self.locale.key if self.locale != ENGLISH else ""), ("rate", self.rate)]
        pairs += [("without", ".".join(sorted(self.without))), ("show", self.show)]
        return [(name, value) for name, value in [*pairs, *sorted(self.figures.items())] if value]


def read_state(query: Mapping[str, str], presets: Iterable[str]) -> State:
    """The state that an address holds. What nobody could have chosen is left out, never an error."""
    known = list(presets)
    preset = query.get("preset", "")
    figures = {name: text for name, text in list(query.items())[:_MOST_FIGURES] if _NAME.fullmatch(name) and text}
    return State(
        preset=preset if preset in known else known[0],
        locale=LOCALES.get(query.get("locale", ""), ENGLISH),
        rate=query.get("rate", "")[:20],
        without=frozenset(filter(None, query.get("without", "")[:500].split("."))),
        show=query.get("show", "")[:50],
        figures=figures,
    )


def name_of(place: roi.Place) -> str:
    """The name of a figure in forms and addresses: `work.coverage`, or `lora.work.coverage` for an option's own."""
    return f"{place.option}.{place.name}" if place.option else place.name


def places(scenario: roi.Scenario) -> Mapping[str, roi.Place]:
    """The scenario's figures by the names that forms and addresses use."""
    return _places(Same(scenario))


@lru_cache(maxsize=64)
def _places(scenario: Same[roi.Scenario]) -> Mapping[str, roi.Place]:
    """Of one object: a request asks many times for those of the preset that it starts from."""
    return MappingProxyType({name_of(place): place for place in roi.quantities(scenario.value)})


def limits(place: roi.Place) -> Limits:
    """What the figure may be."""
    return Limits(place.hard_low, place.hard_high)


@dataclass(frozen=True)
class Applied:
    """The scenario of a state, and the names in the state that did not fit it."""

    scenario: roi.Scenario
    refused: tuple[str, ...] = ()


def apply(state: State, base: roi.Scenario) -> Applied:
    """The base with the state's figures and without the options left out.

    Raises `roi.ScenarioFaults` where figures that are each readable break a rule of the engine.
    """
    known = places(base)
    changes: dict[str, Any] = {}
    refused = []
    for name, text in state.figures.items():
        try:
            path, value = _change(name, text, known)
        except Unreadable:
            refused.append(name)
        else:
            changes[path] = value
    changed = roi.replace(base, changes) if changes else base
    return Applied(_with_options(changed, state.without), tuple(refused))


def _change(name: str, text: str, known: Mapping[str, roi.Place]) -> tuple[str, Any]:
    """The path and the new value of a figure or setting."""
    setting = SETTINGS.get(name)
    if setting is not None:
        if setting.choices and text in setting.choices:
            return name, text
        if not setting.choices and text.isascii() and text.isdecimal() and len(text) < 9:
            return name, int(text)
        raise Unreadable("not a choice here")
    place = known.get(name)
    if place is None:
        raise Unreadable("no such figure")
    return place.path, quantity_of(text, place.quantity, limits(place))


def _with_options(scenario: roi.Scenario, without: frozenset[str]) -> roi.Scenario:
    """The scenario without these options; doing nothing and at least one other stay."""
    kept = tuple(each for each in scenario.options if each.kind == "do_nothing" or each.key not in without)
    if len(kept) == len(scenario.options) or len(kept) < 2:
        return scenario
    # paths of options' own figures may have moved: what is correlated with one of them is correlated no more
    names = {place.path for place in roi.quantities(scenario) if place.option is None}
    tied = tuple(each for each in scenario.correlations if {each.first, each.second} <= names)
    return scenario.model_copy(update={"options": kept, "correlations": tied})


def compact(state: State, base: roi.Scenario) -> State:
    """The same state without what does not differ from the base, and without what the base does not know."""
    known = places(base)
    figures = {}
    for name, text in state.figures.items():
        try:
            _, value = _change(name, text, known)
        except Unreadable:
            continue
        if name in SETTINGS:
            group, _, key = name.partition(".")
            if getattr(getattr(base, group), key) != value:
                figures[name] = text
        elif not same(value, known[name].quantity):
            figures[name] = text
    keys = {each.key for each in base.options if each.kind != "do_nothing"}
    without = state.without & keys
    if without >= keys:
        without = frozenset()
    show = state.show if state.show in keys - without else ""
    return replace(state, figures=figures, without=without, show=show)
