"""A form of figures over a stored case: what was typed becomes a new case, and each new figure says who assumed it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict

import roi
from roi.quantity import Assumed
from webapp.accounts.models import User
from webapp.ui.locales import ENGLISH, LOCALES, Locale

from . import arrange
from .arrange import Draft
from .calculator.inputs import Shown
from .calculator.spreads import BY_HAND, Unreadable, widened
from .calculator.state import State, apply, compact, limits, name_of, places
from .calculator.typed import read_form

WHY = "Typed in the scenario."
SAMPLES = "run.samples_per_item"
UNSENT = "Press “Add the option” first, or empty this field: it is not part of the case yet."


@dataclass(frozen=True)
class Read:
    """What a form says over the case that it was made from; `faults` by the name of the figure or field.

    stored: that case; base: the same with the options of the draft, those taken out among them.
    """

    stored: roi.Scenario
    draft: Draft
    base: roi.Scenario
    state: State
    form: Mapping[str, str]
    faults: Mapping[str, str]
    open: frozenset[str] = frozenset()

    @property
    def shown(self) -> Shown:
        """What the fields hold."""
        return Shown(self.base, self.state, self.form, self.faults, self.open)


def unread(case: roi.Scenario) -> Read:
    """A form in which nothing was typed yet."""
    return Read(case, Draft(arrange.keys_of(case)), case, untouched(case), {}, {})


def locale_of(case: roi.Scenario) -> Locale:
    """A locale in which the case's currency is at home; English where none is known."""
    return next((locale for locale in LOCALES.values() if locale.currency == case.currency), ENGLISH)


def untouched(case: roi.Scenario) -> State:
    """The state of a form in which nothing was typed yet."""
    return State(preset="", locale=locale_of(case))


def read(form: QueryDict, stored: roi.Scenario) -> Read:
    """The form's changes to the case that it was made from, and what in it cannot be read.

    Its buttons `open` and `reset` name a figure whose spread is to be edited, or that goes back to what is stored;
    those of `arrange.read` add and move options.
    """
    draft = arrange.read(form, stored)
    base = draft.case(stored)
    texts = _with_new({name: str(form[name]) for name in form}, draft, base)  # the last one of each name
    typed = read_form(texts, untouched(base), base)
    known, faults = places(base), {**typed.faults, **draft.faults}
    figures = {name: text for name, text in typed.state.figures.items() if name != form.get("reset")}
    faults.pop(form.get("reset", ""), None)
    widen = form.get("open", "")
    if widen in known and widen not in faults:
        figures[widen] = _opened(figures.get(widen, ""), known[widen])
    keys = {option.key for option in base.options if option.kind != "do_nothing"}
    chosen = {*form.getlist("option"), draft.fresh} & keys
    if not chosen:
        faults["option"] = "One option must stay, or there is nothing to compare."
    if "store" in form and form.get("add.name", "").strip():
        faults["add.name"] = UNSENT
    state = replace(typed.state, figures=figures, without=frozenset(keys - chosen) if chosen else frozenset())
    return Read(stored, draft, base, state, texts, faults, frozenset(_in_full(texts, known)) | ({widen} & set(known)))


def _with_new(texts: Mapping[str, str], draft: Draft, base: roi.Scenario) -> dict[str, str]:
    """The form's texts, with those of the option that this request adds: the samples asked for, or those of its twin.

    A number of samples that cannot be read has its fault beside the new option's own field.
    """
    found = dict(texts)
    new = next((made for made in draft.added if made.key == draft.fresh), None)
    if new is None:
        return found
    own = {place.name for place in roi.quantities(base) if place.option == new.key}
    for name, text in texts.items():
        figure = name.removeprefix(f"{new.like}.")
        if new.like and figure != name and _is_of(figure, own):
            found[f"{new.key}.{figure}"] = text
    if texts.get("add.samples", "").strip():
        found[f"{new.key}.{SAMPLES}"] = texts["add.samples"].strip()
    return found


def _is_of(field: str, names: set[str]) -> bool:
    """Whether the form's field is of one of these figures: `work.coverage`, or `work.coverage.low` of its spread."""
    return field in names or field.rpartition(".")[0] in names


def _opened(text: str, place: roi.Place) -> str:
    try:
        return widened(text, place.quantity, limits(place))
    except Unreadable:  # values that were seen have no numbers to edit
        return text


def _in_full(form: Mapping[str, str], known: Mapping[str, roi.Place]) -> set[str]:
    """Figures whose distribution the page has open for editing."""
    return {name for name in known if f"{name}.kind" in form and name != form.get("reset")}


def together(typed: Read, faults: roi.ScenarioFaults) -> Read:
    """The form with what the engine says of figures that can each be read but not stand together."""
    names = {place.path: name_of(place) for place in roi.quantities(typed.base)}
    told = {
        names.get(fault.path, fault.path): f"{fault.message[:1].upper()}{fault.message[1:]}." for fault in faults.faults
    }
    return replace(typed, faults={**typed.faults, **told})


def outcome_case(typed: Read) -> roi.Scenario:
    """The case that the form comes to. Raises `roi.ScenarioFaults` where its figures cannot stand together."""
    figures = replace(typed.state, without=frozenset())
    return arrange.taken_out(apply(figures, typed.base).scenario, typed.state.without)


def changed_case(typed: Read, *, by: User, name: str, why: str) -> roi.Scenario:
    """The same, with each new figure assumed by this person for this reason. Raises `roi.ScenarioFaults`."""
    made = signed(outcome_case(typed), by=by, why=why or WHY, names=typed.state.figures)
    return made.model_copy(update={"name": name})


def signed(case: roi.Scenario, *, by: User, why: str, names: Collection[str] | None = None) -> roi.Scenario:
    """The case whose figures typed by hand say who assumed them. names: only these; others may be somebody else's."""
    provenance = Assumed(by=str(by)[:200], why=why)
    changes = {
        place.path: place.quantity.model_copy(update={"provenance": provenance})
        for place in roi.quantities(case)
        if place.quantity.provenance == BY_HAND and (names is None or name_of(place) in names)
    }
    return roi.replace(case, changes) if changes else case


def carried_over(typed: Read, current: roi.Scenario) -> Read:
    """The same changes on top of what somebody else stored meanwhile, without those that then change nothing."""
    draft, rekeyed = arrange.onto(typed.draft, typed.stored, current)
    base = draft.case(current)
    figures = {_rekeyed(name, rekeyed): text for name, text in typed.state.figures.items()}
    without = frozenset(rekeyed.get(key, key) for key in typed.state.without)
    state = compact(replace(typed.state, figures=figures, without=without), base)
    return Read(current, draft, base, state, {}, {})


def lost(typed: Read, mine: Read) -> list[tuple[str, str, str]]:
    """What was typed for options that somebody took out meanwhile: figure, option, and the text of its field."""
    here = {option.key for option in mine.base.options}
    found = []
    for name, place in places(typed.base).items():
        text = typed.form.get(name) or typed.state.figures.get(name, "")
        is_gone = place.option is not None and place.option not in {*here, *typed.draft.recipes}
        if name in typed.state.figures and is_gone and place.option is not None:
            found.append((place.label, typed.base.option(place.option).name, text))
    return found


def _rekeyed(name: str, rekeyed: Mapping[str, str]) -> str:
    """The figure's name under the new key of its option."""
    key, point, figure = name.partition(".")
    return f"{rekeyed[key]}{point}{figure}" if key in rekeyed else name
