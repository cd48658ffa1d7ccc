"""The figures of a scenario as a page shows them: folds of fields, and the options with their own figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import roi
from roi.figures import GROUPS
from roi.quantity import Quantity
from webapp.ui import formats

from .inputs import Input, make_input
from .inputs import Shown as Shown
from .numbers import show_number
from .state import SETTINGS, Setting, places

FOLDS = (("work",), ("run",), ("one_off", "recurring"), ("time", "risk"))
"""The engine's groups in four folds."""


@dataclass(frozen=True)
class Choice:
    """One setting as a field: a whole number, or a list of words."""

    setting: Setting
    text: str
    position: str
    fault: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """An id for the page."""
        return self.setting.name.replace(".", "-").replace("_", "-")


@dataclass(frozen=True)
class Fold:
    """A group that folds: fields in front, and those that have no effect as long as nobody states them behind."""

    key: str
    title: str
    note: str
    is_open: bool
    inputs: tuple[Input, ...]
    more: tuple[Input, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class OptionFold:
    """An option: whether it takes part, whether its figures are unfolded, and those in which it differs."""

    key: str
    name: str
    is_on: bool
    is_open: bool
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True)
class Panel:
    """Everything left of the outcome."""

    folds: tuple[Fold, ...]
    options: tuple[OptionFold, ...]


def panel(shown: Shown, front: str = "") -> Panel:
    """All folds. Open are the first, each one with a fault, and the figures of the option `front`."""
    known = places(shown.base)
    inputs = {name: make_input(shown, place) for name, place in known.items()}
    idle = _without_effect(shown)
    folds = [
        _fold(shown, groups, [each for name, each in inputs.items() if known[name].option is None and name not in idle])
        for groups in FOLDS
    ]
    return Panel(tuple(folds), tuple(_option_folds(shown, inputs, front)))


def _without_effect(shown: Shown) -> set[str]:
    """Figures of the base in whose place every option has its own: moving them would move nothing."""
    options = [option for option in shown.base.options if option.kind != "do_nothing"]
    stated = [{place.name for place in roi.quantities(shown.base) if place.option == option.key} for option in options]
    return set.intersection(*stated)


def _option_folds(shown: Shown, inputs: Mapping[str, Input], front: str) -> Iterable[OptionFold]:
    for option in shown.base.options:
        if option.kind == "do_nothing":
            continue
        own = tuple(each for name, each in inputs.items() if name.count(".") == 2 and name.startswith(f"{option.key}."))
        is_open = option.key == front or any(each.fault or each.was for each in own)
        yield OptionFold(option.key, option.name, option.key not in shown.state.without, is_open, own)


def _fold(shown: Shown, groups: tuple[str, ...], inputs: list[Input]) -> Fold:
    own = [each for each in inputs if each.name.partition(".")[0] in groups]
    known = places(shown.base)
    front = [each for each in own if _is_stated(known[each.name].quantity) or each.was or each.fault or each.parts]
    choices = [make_choice(shown, setting) for setting in SETTINGS.values() if setting.group in groups]
    titles = [GROUPS[group].title for group in groups]
    changed = sum(bool(each.was) for each in own)
    return Fold(
        key=groups[0],
        title=" and ".join([titles[0], *(title.lower() for title in titles[1:])]),
        note=f"{formats.count(changed)} changed" if changed else formats.count(len(front), "figure"),
        is_open=groups == FOLDS[0]
        or any(each.fault or each.parts for each in own)
        or any(each.fault for each in choices),
        inputs=tuple(front),
        more=tuple(each for each in own if each not in front),
        choices=tuple(choices),
    )


def _is_stated(quantity: Quantity) -> bool:
    """Whether somebody stated it; the engine's own defaults stand back."""
    return not (quantity.provenance.kind == "assumed" and quantity.provenance.by == "Default")


def make_choice(shown: Shown, setting: Setting) -> Choice:
    group, _, key = setting.name.partition(".")
    stated = shown.state.figures.get(setting.name) or str(getattr(getattr(shown.base, group), key))
    text = stated if setting.choices else show_number(float(stated), shown.locale)
    if setting.name in shown.faults:
        text = shown.form.get(setting.name, text)
    words = tuple((choice, choice.replace("_", " ").capitalize()) for choice in setting.choices)
    position = "" if setting.choices else stated
    return Choice(setting, text, position, shown.faults.get(setting.name, ""), words)
