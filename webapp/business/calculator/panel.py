"""The figures of a scenario as a page shows them: folds of fields, and the options with their own figures."""

from collections.abc import Collection
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
class Behind:
    """An option's own figures, or those without effect as they stand. A page may bring them only when asked."""

    key: str
    title: str
    is_here: bool
    is_open: bool
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class Fold:
    """A group that folds: fields in front, and behind them those that nobody has stated."""

    key: str
    title: str
    note: str
    is_open: bool
    inputs: tuple[Input, ...]
    choices: tuple[Choice, ...] = ()
    behind: tuple[Behind, ...] = ()


@dataclass(frozen=True)
class OptionFold:
    """An option: whether it takes part, and the figures in which it differs."""

    key: str
    name: str
    is_on: bool
    own: Behind


@dataclass(frozen=True)
class Panel:
    """Everything left of the outcome."""

    folds: tuple[Fold, ...]
    options: tuple[OptionFold, ...]

    def behind(self, key: str) -> Behind | None:
        """The fields of that key which are brought when asked for."""
        groups = [*(option.own for option in self.options), *(each for fold in self.folds for each in fold.behind)]
        return next((group for group in groups if group.key == key), None)


def panel(shown: Shown, unfolded: Collection[str] | None = None) -> Panel:
    """All folds; open are the first and each one with a fault or a change.

    unfolded: keys of what lies behind that is to be here and open; None brings everything, closed.
    """
    known = places(shown.base)
    inputs = {name: make_input(shown, place) for name, place in known.items()}
    idle = _without_effect(shown)
    own = [each for name, each in inputs.items() if known[name].option is None and name not in idle]
    folds = [_fold(shown, groups, own, unfolded) for groups in FOLDS]
    options = [
        _option(shown, option, [each for name, each in inputs.items() if known[name].option == option.key], unfolded)
        for option in shown.base.options
        if option.kind != "do_nothing"
    ]
    return Panel(tuple(folds), tuple(options))


def _behind(key: str, title: str, inputs: list[Input], unfolded: Collection[str] | None) -> Behind:
    is_open = any(map(_is_touched, inputs)) or (unfolded is not None and key in unfolded)
    return Behind(key, title, is_open or unfolded is None, is_open, tuple(inputs))


def _option(shown: Shown, option: roi.Option, inputs: list[Input], unfolded: Collection[str] | None) -> OptionFold:
    title = f"{formats.count(len(inputs), 'figure')} of its own"
    own = _behind(option.key, title, inputs, unfolded)
    return OptionFold(option.key, option.name, option.key not in shown.state.without, own)


def _is_touched(each: Input) -> bool:
    return bool(each.fault or each.was or each.parts)


def _without_effect(shown: Shown) -> set[str]:
    """Figures of the base in whose place every option has its own: moving them would move nothing."""
    options = [option for option in shown.base.options if option.kind != "do_nothing"]
    stated = [{place.name for place in roi.quantities(shown.base) if place.option == option.key} for option in options]
    return set.intersection(*stated)


def _fold(shown: Shown, groups: tuple[str, ...], inputs: list[Input], unfolded: Collection[str] | None) -> Fold:
    known = places(shown.base)
    own = [each for each in inputs if each.name.partition(".")[0] in groups]
    front = [each for each in own if _is_stated(known[each.name].quantity) or _is_touched(each)]
    rest = [each for each in own if each not in front]
    choices = [make_choice(shown, setting) for setting in SETTINGS.values() if setting.group in groups]
    titles = [GROUPS[group].title for group in groups]
    changed = sum(bool(each.was) for each in own)
    key = f"more-{groups[0]}"
    title = f"{formats.count(len(rest), 'more figure')}, without effect as they stand"
    return Fold(
        key=groups[0],
        title=" and ".join([titles[0], *(title.lower() for title in titles[1:])]),
        note=f"{formats.count(changed)} changed" if changed else formats.count(len(front), "figure"),
        is_open=groups == FOLDS[0] or any(map(_is_touched, own)) or any(each.fault for each in choices),
        inputs=tuple(front),
        choices=tuple(choices),
        behind=(_behind(key, title, rest, unfolded),) if rest else (),
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
