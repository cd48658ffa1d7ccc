"""One request to the calculator: where it stood, what was sent, where it stands now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from django.http import QueryDict

import roi
from webapp.ui.locales import LOCALES

from .currency import HIGHEST_RATE, LOWEST_RATE, in_currency
from .inputs import Shown
from .numbers import NotANumber, plain_number, read_number
from .spreads import widened
from .state import State, apply, compact, limits, places, read_state
from .typed import read_form

DEFAULT_PRESET = next(iter(roi.PRESETS))


@dataclass(frozen=True)
class Session:
    """state: what holds now; earlier: what the page showed before, the same for an address that is opened.

    scenario: that of `state`; shown: what the fields hold, which with faults is newer than `state`; refused: names in
    an address that fit nothing here; redrawn: names of the figures whose whole field on the page no longer holds.
    """

    state: State
    earlier: State
    scenario: roi.Scenario
    shown: Shown
    refused: tuple[str, ...] = ()
    form: QueryDict | None = None
    redrawn: frozenset[str] = frozenset()

    @property
    def faults(self) -> Mapping[str, str]:
        """Messages by the name of the figure."""
        return self.shown.faults

    @property
    def query(self) -> str:
        """The state as the query of an address."""
        return query_text(self.state)

    @property
    def touched(self) -> set[str]:
        """Names of the figures on the page whose note no longer holds."""
        now, before = self.shown.state.figures, self.earlier.figures
        changed = {name for name in {*now, *before} if now.get(name) != before.get(name)}
        form = self.form or QueryDict()
        here = {name.removesuffix(".kind") for name in form}
        return (changed | set(self.faults) | set(form.getlist("faulty"))) & here

    @property
    def unfolded(self) -> tuple[str, ...]:
        """Keys of the groups of fields that were asked for."""
        return tuple(self.form.getlist("unfold")[:10] if self.form else ())


def flat(query: QueryDict) -> dict[str, str]:
    """The last value of each name."""
    return {name: str(value) for name, value in query.items()}


def query_text(state: State) -> str:
    """The state as the query of an address, readable where it may be."""
    query = QueryDict(mutable=True)
    for name, value in state.query(DEFAULT_PRESET):
        query[name] = value
    return query.urlencode(safe="/!:,")


@lru_cache(maxsize=64)
def _base(preset: str, currency: str, rate: str) -> roi.Scenario:
    scenario = roi.preset(preset)
    return in_currency(scenario, currency, float(rate) if rate else None)


def base_of(state: State) -> roi.Scenario:
    """The preset in the state's currency, before any figure is changed."""
    return _base(state.preset, state.locale.currency, state.rate)


def _settled(state: State) -> State:
    """The state without what does not belong to its preset and currency."""
    if roi.preset(state.preset).currency == state.locale.currency:
        state = replace(state, rate="")
    return compact(state, base_of(state))


def opened(query: QueryDict) -> Session:
    """An address that is opened: a shared link, a preset, Back, or the rate of a conversion."""
    state = read_state(flat(query), roi.PRESETS)
    faults = {}
    if state.rate:
        try:
            state = replace(state, rate=_rate(state.rate, state))
        except NotANumber as fault:
            faults["rate"] = str(fault)
            state = replace(state, rate="")
    given = state
    state = _settled(state)
    base = base_of(state)
    state, scenario = _usable(state, base)
    refused = tuple(sorted(name for name in given.figures if name not in state.figures and _is_lost(name, given, base)))
    return Session(state, state, scenario, Shown(base, state, {"rate": query.get("rate", "")}, faults), refused)


def _usable(state: State, base: roi.Scenario) -> tuple[State, roi.Scenario]:
    """The state without the figures that the engine refuses, which only a link changed by hand can hold."""
    try:
        return state, apply(state, base).scenario
    except roi.ScenarioFaults as error:
        wrong = {_name_at(base, fault.path) for fault in error.faults} & set(state.figures)
        kept = {name: text for name, text in state.figures.items() if wrong and name not in wrong}
        return _usable(replace(state, figures=kept), base)


def _name_at(base: roi.Scenario, path: str) -> str:
    """The name of the figure at a path, or of the setting; the path of anything else."""
    return next((name for name, place in places(base).items() if place.path == path), path)


def _is_lost(name: str, given: State, base: roi.Scenario) -> bool:
    """Whether a name in an address could not be used, rather than only repeating the preset."""
    try:
        return bool(apply(replace(given, figures={name: given.figures[name]}, without=frozenset()), base).refused)
    except roi.ScenarioFaults:
        return True


def _rate(text: str, state: State) -> str:
    try:
        rate = float(read_number(text, state.locale))
    except NotANumber:
        # an address has its numbers the plain way, whatever the place
        rate = float(read_number(text, LOCALES["en-US"]))
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise NotANumber("A rate must be more than 0 and below 1,000,000.")
    return plain_number(rate)


def sent(form: QueryDict) -> Session:
    """A form that was sent, on top of the state that the page had."""
    earlier = _settled(read_state(flat(QueryDict(form.get("last", ""))), roi.PRESETS))
    base = base_of(earlier)
    typed = read_form(flat(form), earlier, base)
    state, faults = typed.state, dict(typed.faults)
    keys = {option.key for option in base.options if option.kind != "do_nothing"}
    chosen = set(form.getlist("option")) & keys
    if chosen:
        state = replace(state, without=frozenset(keys - chosen))
    else:
        faults["option"] = "One option must stay, or there is nothing to compare."
    state = replace(state, show=form.get("show", ""), locale=LOCALES.get(form.get("locale", ""), earlier.locale))
    known = places(base)
    back, widen = form.get("reset", ""), form.get("open", "")
    figures = {name: text for name, text in state.figures.items() if name != back}
    faults.pop(back, None)
    if widen in known and widen not in faults:
        place = known[widen]
        figures[widen] = widened(figures.get(widen, ""), place.quantity, limits(place))
    return _decided(form, earlier, replace(state, figures=figures), faults)


def _decided(form: QueryDict, earlier: State, state: State, faults: dict[str, str]) -> Session:
    """The session with the new state if it can be calculated; else the earlier one, and beside it what was typed."""
    if state.locale.currency != earlier.locale.currency:
        state = replace(state, rate="")
    state = _settled(state)
    base = base_of(state)
    if not faults:
        try:
            applied = apply(state, base)
        except roi.ScenarioFaults as error:
            faults = {_name_at(base, fault.path): f"{fault.message.capitalize()}." for fault in error.faults}
    in_editor, redrawn = _editors(form, base)
    shown = Shown(base, state, flat(form), faults, in_editor)
    if not faults:
        return Session(state, earlier, applied.scenario, shown, (), form, redrawn)
    kept = replace(earlier, locale=state.locale, rate=state.rate)
    return Session(kept, earlier, apply(kept, base_of(kept)).scenario, shown, (), form, redrawn)


def _editors(form: QueryDict, base: roi.Scenario) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the figures whose distribution is open for editing, and of those that the page must draw anew."""
    known = places(base)
    kinds = {name: form.get(f"{name}.kind") for name in known if f"{name}.kind" in form}
    pressed = {form.get("open", ""), form.get("reset", "")} & set(known)
    stay = {
        name
        for name, kind in kinds.items()
        if kind != "spread" and not (kind == "fixed" and known[name].quantity.is_fixed) and name != form.get("reset")
    }
    in_editor = stay | ({form.get("open", "")} & set(known))
    return frozenset(in_editor), frozenset((set(kinds) - stay) | pressed)
