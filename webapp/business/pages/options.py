"""The options of a scenario as the page that edits them shows them."""

from dataclasses import dataclass, field

from webapp.ui import formats

from .. import arrange
from ..arrange import COPY
from ..calculator.inputs import Shown
from ..calculator.panel import Behind, panel
from ..editing import Read
from ..option_starts import KINDS


@dataclass(frozen=True)
class OptionRow:
    """One option: its fields, and what can be done with it. `own` is None for doing nothing."""

    key: str
    name: str
    fault: str
    kind: str
    is_on: bool
    recipe: str
    is_fresh: bool
    is_first: bool
    is_last: bool
    own: Behind | None

    @property
    def is_open(self) -> bool:
        """Whether its figures are unfolded."""
        return self.own is not None and (self.own.is_open or self.is_fresh)


@dataclass(frozen=True)
class OptionEditor:
    """The rows in their order, and the fields for one more.

    kinds and copies: choices of what to add, as (value, text). said: what the option just added starts from.
    """

    rows: list[OptionRow]
    kinds: list[tuple[str, str]]
    copies: list[tuple[str, str]]
    kind: str = ""
    name: str = ""
    samples: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    said: str = ""
    warning: str = ""


def option_editor(typed: Read) -> OptionEditor:
    """The part of the form that adds, names, orders and takes out options."""
    rows = _rows(typed)
    faults = {name.removeprefix("add."): text for name, text in typed.faults.items() if name.startswith("add.")}
    faults |= {name: typed.faults[name] for name in ("option", "copy") if name in typed.faults}
    texts = {} if typed.draft.fresh else typed.form
    said, warning = _said(typed)
    return OptionEditor(
        rows=rows,
        kinds=list(KINDS.items()),
        copies=[(f"{COPY}{row.key}", row.name) for row in rows if row.own is not None],
        kind=texts.get("add.kind", ""),
        name=texts.get("add.name", ""),
        samples=texts.get("add.samples", ""),
        faults=faults,
        said=said,
        warning=warning,
    )


def _rows(typed: Read) -> list[OptionRow]:
    shown: Shown = typed.shown
    own = {option.key: option for option in panel(shown).options}
    options = typed.base.options
    return [
        OptionRow(
            key=option.key,
            name=typed.draft.texts.get(f"{option.key}.name", option.name),
            fault=typed.faults.get(f"{option.key}.name", ""),
            kind=KINDS.get(option.kind, "What all others are judged against"),
            is_on=option.key not in typed.state.without,
            recipe=typed.draft.recipes.get(option.key, ""),
            is_fresh=option.key == typed.draft.fresh,
            is_first=number == 0,
            is_last=number == len(options) - 1,
            own=own[option.key].own if option.key in own else None,
        )
        for number, option in enumerate(options)
    ]


def _said(typed: Read) -> tuple[str, str]:
    """What the option that was just added starts from, and what to mind about that."""
    if not typed.draft.fresh:
        return "", ""
    name = typed.base.option(typed.draft.fresh).name
    start = arrange.start_of(typed.stored, typed.draft)
    if start is None:
        return f"“{name}” is a copy, with the figures as they are in this form.", ""
    source = f"the figures of “{start.like}”" if start.like else "the figures that hold for all options"
    warning = ""
    if start.unpriced:
        prices = ", ".join(label.lower() for label in start.unpriced)
        count = formats.count(len(start.unpriced), "price")
        warning = f"{count} of the example are in another currency and stand at 0 until you state yours: {prices}."
    return f"“{name}” starts from {source}. Each is an assumption until you change or measure it.", warning
