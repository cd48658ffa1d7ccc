"""A form of figures over a stored case: what was typed becomes a new case, and each new figure says who assumed it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict

import roi
from roi.quantity import Assumed
from webapp.accounts.models import User
from webapp.ui.locales import ENGLISH, LOCALES, Locale

from .calculator.inputs import Shown
from .calculator.spreads import BY_HAND, Unreadable, widened
from .calculator.state import State, apply, compact, limits, name_of, places
from .calculator.typed import read_form

WHY = "Typed in the scenario."


@dataclass(frozen=True)
class Read:
    """What a form says over the case that it was made from; `faults` by the name of the figure."""

    base: roi.Scenario
    state: State
    form: QueryDict
    faults: Mapping[str, str]
    open: frozenset[str] = frozenset()

    @property
    def shown(self) -> Shown:
        """What the fields hold."""
        return Shown(self.base, self.state, self.form, self.faults, self.open)


def locale_of(case: roi.Scenario) -> Locale:
    """A locale in which the case's currency is at home; English where none is known."""
    return next((locale for locale in LOCALES.values() if locale.currency == case.currency), ENGLISH)


def untouched(case: roi.Scenario) -> State:
    """The state of a form in which nothing was typed yet."""
    return State(preset="", locale=locale_of(case))


def read(form: QueryDict, base: roi.Scenario) -> Read:
    """The form's changes to the case that it was made from, and what in it cannot be read.

    Its buttons `open` and `reset` name a figure whose spread is to be edited, or that goes back to what is stored.
    """
    texts = {name: str(form[name]) for name in form}  # the last one of each name
    typed = read_form(texts, untouched(base), base)
    known, faults = places(base), dict(typed.faults)
    figures = {name: text for name, text in typed.state.figures.items() if name != form.get("reset")}
    faults.pop(form.get("reset", ""), None)
    widen = form.get("open", "")
    if widen in known and widen not in faults:
        figures[widen] = _opened(figures.get(widen, ""), known[widen])
    keys = {option.key for option in base.options if option.kind != "do_nothing"}
    chosen = set(form.getlist("option")) & keys
    if not chosen:
        faults["option"] = "One option must stay, or there is nothing to compare."
    state = replace(typed.state, figures=figures, without=frozenset(keys - chosen) if chosen else frozenset())
    return Read(base, state, form, faults, frozenset(_in_full(form, known)) | ({widen} & set(known)))


def _opened(text: str, place: roi.Place) -> str:
    try:
        return widened(text, place.quantity, limits(place))
    except Unreadable:  # values that were seen have no numbers to edit
        return text


def _in_full(form: QueryDict, known: Mapping[str, roi.Place]) -> set[str]:
    """Figures whose distribution the page has open for editing."""
    return {name for name in known if f"{name}.kind" in form and name != form.get("reset")}


def together(typed: Read, faults: roi.ScenarioFaults) -> Read:
    """The form with what the engine says of figures that can each be read but not stand together."""
    names = {place.path: name_of(place) for place in roi.quantities(typed.base)}
    told = {
        names.get(fault.path, fault.path): f"{fault.message[:1].upper()}{fault.message[1:]}." for fault in faults.faults
    }
    return replace(typed, faults={**typed.faults, **told})


def changed_case(base: roi.Scenario, state: State, *, by: User, name: str, why: str) -> roi.Scenario:
    """The base with the state's figures, each assumed by this person for this reason. Raises `roi.ScenarioFaults`."""
    case = apply(state, base).scenario
    provenance = Assumed(by=str(by)[:200], why=why or WHY)
    typed = {
        place.path: place.quantity.model_copy(update={"provenance": provenance})
        for place in roi.quantities(case)
        if place.quantity.provenance == BY_HAND
    }
    signed = roi.replace(case, typed) if typed else case
    return signed.model_copy(update={"name": name})


def carried_over(state: State, current: roi.Scenario) -> State:
    """The same changes on top of what somebody else stored meanwhile, without those that then change nothing."""
    return compact(state, current)
