"""The options of a case while it is edited: added, copied, named, put in order. Nothing is stored by it.

A form carries the whole draft: `order` has each option's key, `added` how each new one was made (`peft-2 peft`, or
`peft-2 peft peft` for a copy of the last), and `peft-2.name` its name. The same form gives the same case again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

import roi
from roi.checks import MAX_OPTIONS

from .option_starts import KINDS, Start, own_figures, start

COPY = "copy:"
"""Before an option's key, where that one is to be copied rather than a kind chosen."""

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_NAME = forms.CharField(max_length=200)
_STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True)
class Added:
    """A new option: its key, its kind, and the key of the option that it is a copy of, if it is one."""

    key: str
    kind: str
    like: str = ""

    @property
    def recipe(self) -> str:
        """As the form carries it."""
        return f"{self.key} {self.kind} {self.like}".strip()


@dataclass(frozen=True)
class Draft:
    """The options of a form over a stored case.

    order: every key, those of options taken out too; names: only those that differ from what is stored; faults by the
    name of the field; texts: what was typed into fields with a fault; fresh: the key that this request added.
    """

    order: tuple[str, ...]
    added: tuple[Added, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    fresh: str = ""

    @property
    def recipes(self) -> dict[str, str]:
        """How each new option was made, by key."""
        return {made.key: made.recipe for made in self.added}

    def case(self, stored: roi.Scenario) -> roi.Scenario:
        """The stored case with the draft's options, those taken out among them. The same object where none differs."""
        if not self.added and not self.names and self.order == keys_of(stored):
            return stored
        made = {option.key: option for option in stored.options}
        for new in self.added:
            made[new.key] = _made(stored, new, made)
        options = [each.model_copy(update={"name": self.names.get(each.key, each.name)}) for each in made.values()]
        by_key = {option.key: option for option in options}
        return with_options(stored, [by_key[key] for key in self.order])


def keys_of(case: roi.Scenario) -> tuple[str, ...]:
    """The keys of the options in their order."""
    return tuple(option.key for option in case.options)


def _made(stored: roi.Scenario, new: Added, known: Mapping[str, roi.Option]) -> roi.Option:
    like = known.get(new.like)
    if like is not None:
        figures = own_figures(like)
        # a copy is most often made to draw more samples: the figure stands ready for it
        figures.setdefault("run.samples_per_item", stored.run.samples_per_item)
        name = f"{like.name[:193]} (copy)"
    else:
        figures, name = dict(start(stored, new.kind).figures), KINDS[new.kind]
    data: dict[str, Any] = {"key": new.key, "name": name, "kind": new.kind}
    for place, quantity in figures.items():
        group, _, key = place.partition(".")
        data.setdefault(group, {})[key] = quantity
    return roi.Option.model_validate(data)


def with_options(case: roi.Scenario, options: Iterable[roi.Option]) -> roi.Scenario:
    """The case with these options, in this order. Correlations follow their figures, or go with them."""
    data = case.data()
    kept = [option.model_dump(mode="json", exclude_none=True) for option in options]
    places = {option["key"]: number for number, option in enumerate(kept)}
    keys = keys_of(case)
    data["options"] = kept
    data["correlations"] = [
        {**each, "first": ends[0], "second": ends[1]}
        for each in data.get("correlations", [])
        if len(ends := [path for end in ("first", "second") if (path := _moved(each[end], keys, places))]) == 2
    ]
    return roi.parse(data)


def _moved(path: str, keys: Sequence[str], places: Mapping[str, int]) -> str:
    """The path where the figure of an option stands now; empty where the option is gone."""
    holder, bracket, name = path.rpartition("].")
    if not bracket:
        return path
    number = holder.removeprefix("options[")
    key = next((key for place, key in enumerate(keys) if str(place) == number), "")
    return f"options[{places[key]}].{name}" if key in places else ""


def moved_path(path: str, before: roi.Scenario, after: roi.Scenario) -> str:
    """The same option's figure in another state of the case; empty where that option is gone."""
    return _moved(path, keys_of(before), {key: number for number, key in enumerate(keys_of(after))})


def taken_out(case: roi.Scenario, keys: Iterable[str]) -> roi.Scenario:
    """The case without these options."""
    gone = set(keys)
    return with_options(case, [each for each in case.options if each.key not in gone]) if gone else case


def read(form: QueryDict, stored: roi.Scenario) -> Draft:
    """The draft of a form, after what its buttons `up`, `down`, `copy` and `add` ask for."""
    added = list(_read_added(form.getlist("added"), stored))
    known = [*keys_of(stored), *(made.key for made in added)]
    order = [key for key in dict.fromkeys(form.getlist("order")) if key in known]
    order += [key for key in known if key not in order]
    draft = _named(form, stored, Draft(tuple(order), tuple(added)))
    for step, by in _STEPS.items():
        key = str(form.get(step, ""))
        if key in order:
            draft = replace(draft, order=_stepped(draft.order, key, by))
    if form.get("copy", "") in known:
        return _add(draft, stored, f"{COPY}{form['copy']}", "", "copy")
    if "add" in form:
        return _add(draft, stored, form.get("add.kind", ""), form.get("add.name", ""), "add.kind")
    return draft


def _read_added(recipes: Iterable[str], stored: roi.Scenario) -> Iterable[Added]:
    """The new options that a form has; what nobody could have sent is left out."""
    taken = set(keys_of(stored))
    for recipe in recipes:
        key, kind, like = (*recipe.split(" "), "", "", "")[:3]
        if _KEY.fullmatch(key) and key not in taken and kind in KINDS and len(taken) < MAX_OPTIONS:
            yield Added(key, kind, like if like in taken else "")
            taken.add(key)


def _named(form: QueryDict, stored: roi.Scenario, draft: Draft) -> Draft:
    """With the names that were typed, and what is wrong with them."""
    before = {option.key: option.name for option in draft.case(stored).options}
    names: dict[str, str] = {}
    faults: dict[str, str] = {}
    texts: dict[str, str] = {}
    for key, was in before.items():
        text = form.get(f"{key}.name", was)
        try:
            name = _NAME.clean(text)
        except ValidationError as error:
            faults[f"{key}.name"] = "An option needs a name." if not text.strip() else " ".join(error.messages)
            texts[f"{key}.name"] = text[:1000]
            continue
        if name != was:
            names[key] = name
    now = {**before, **names}
    for key, name in names.items():
        if [*now.values()].count(name) > 1:
            faults[f"{key}.name"] = "Another option has this name: they could not be told apart."
    return replace(draft, names=names, faults=faults, texts=texts)


def _stepped(order: tuple[str, ...], key: str, by: int) -> tuple[str, ...]:
    moved = [each for each in order if each != key]
    moved.insert(max(0, order.index(key) + by), key)
    return tuple(moved)


def _add(draft: Draft, stored: roi.Scenario, chosen: str, name: str, field_name: str) -> Draft:
    """With one more option, after the one it is a copy of, else last."""
    case = draft.case(stored)
    like = next((option for option in case.options if f"{COPY}{option.key}" == chosen), None)
    kind = like.kind if like is not None else chosen
    faults = dict(draft.faults)
    if kind == "do_nothing":
        faults[field_name] = "Doing nothing is in the case already: all others are judged against it."
    elif kind not in KINDS:
        faults[field_name] = "Choose what to add."
    elif len(draft.order) >= MAX_OPTIONS:
        faults[field_name] = f"A case has at most {MAX_OPTIONS} options. Take one out and store that first."
    try:
        name = _NAME.clean(name) if name.strip() else ""
    except ValidationError as error:
        faults["add.name"] = " ".join(error.messages)
    if faults != draft.faults:
        return replace(draft, faults=faults)
    new = Added(free_key(kind, draft.order), kind, like.key if like is not None else "")
    at = draft.order.index(new.like) + 1 if new.like else len(draft.order)
    grown = replace(
        draft, order=(*draft.order[:at], new.key, *draft.order[at:]), added=(*draft.added, new), fresh=new.key
    )
    wanted = name or grown.case(stored).option(new.key).name
    return replace(grown, names={**grown.names, new.key: _told_apart(wanted, case)})


def free_key(kind: str, taken: Iterable[str]) -> str:
    """The kind as a key, with a number where that one is taken."""
    known = set(taken)
    numbered = (f"{kind}-{number}" for number in range(2, MAX_OPTIONS + 2))
    return next(key for key in (kind, *numbered) if key not in known)


def _told_apart(name: str, case: roi.Scenario) -> str:
    known = {option.name for option in case.options}
    numbered = (f"{name[:190]} {number}" for number in range(2, MAX_OPTIONS + 2))
    return next(each for each in (name, *numbered) if each not in known)


def start_of(stored: roi.Scenario, draft: Draft) -> Start | None:
    """What the option that was just added starts from; None for a copy, or where none was added."""
    new = next((made for made in draft.added if made.key == draft.fresh), None)
    return start(stored, new.kind) if new is not None and not new.like else None


def onto(draft: Draft, seen: roi.Scenario, current: roi.Scenario) -> tuple[Draft, dict[str, str]]:
    """The same changes over what somebody else stored meanwhile, and the new keys of options whose key they took."""
    theirs, rekeyed = list(keys_of(current)), dict[str, str]()
    added: list[Added] = []
    for made in draft.added:
        taken = [*theirs, *(each.key for each in added)]
        key = made.key if made.key not in taken else free_key(made.kind, [*taken, *draft.order])
        like = rekeyed.get(made.like, made.like)
        if len(taken) < MAX_OPTIONS:
            rekeyed[made.key] = key
            added.append(replace(made, key=key, like=like if like in taken else ""))
    known = [*theirs, *(made.key for made in added)]
    mine = [rekeyed.get(key, key) for key in draft.order if rekeyed.get(key, key) in known]
    is_moved = draft.order != (*keys_of(seen), *draft.recipes)
    order = [*mine, *(key for key in known if key not in mine)] if is_moved else known
    names = {rekeyed.get(key, key): name for key, name in draft.names.items() if rekeyed.get(key, key) in known}
    return Draft(tuple(order), tuple(added), names), {old: new for old, new in rekeyed.items() if old != new}
