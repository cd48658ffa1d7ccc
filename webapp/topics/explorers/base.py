"""What an explorer is made of: typed fields, a computation, a template, its formulas and where they come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms

from webapp.ui import formats


class Outcome(Protocol):
    """What a computation answers: at least the sentence that is read out when it changes."""

    @property
    def finding(self) -> str:
        """One sentence with the result."""
        ...


@dataclass(frozen=True)
class Source:
    """Where a formula stands: title of the paper or file, its place in it, and an address."""

    title: str
    place: str
    href: str = ""


@dataclass(frozen=True)
class Formula:
    """One formula as a reader sees it: its name, the formula in plain signs, and what the signs mean."""

    name: str
    text: str
    where: str


@dataclass(frozen=True)
class Explorer:
    """One explorer. `compute` takes the form's cleaned values; `template` draws its answer as `outcome`."""

    key: str
    title: str
    lede: str
    form: type[forms.Form]
    compute: Callable[[Mapping[str, Any]], Outcome]
    template: str
    formulas: tuple[Formula, ...]
    sources: tuple[Source, ...]


def number(
    label: str, initial: float, low: float, high: float, step: float, *, unit: str = "", help: str = "", **more: Any
) -> forms.Field:
    """A number with a slider. Whole numbers if `initial` and `step` are ints; one message for every fault.

    `more`: `slider=(low, high)` where the slider spans less than what may be typed.
    """
    whole = isinstance(initial, int) and isinstance(step, int)
    kind = "whole number" if whole else "number"
    told = f"Give a {kind} from {_bound(low)} to {_bound(high)}."
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), told)
    widget = forms.NumberInput(attrs={"step": "1" if whole else "any", "inputmode": "numeric" if whole else "decimal"})
    shared: dict[str, Any] = {"label": label, "initial": initial, "min_value": low, "max_value": high}
    shared |= {"help_text": help, "widget": widget, "error_messages": messages}
    made: forms.Field = forms.IntegerField(**shared) if whole else forms.FloatField(**shared)
    slider_low, slider_high = more.get("slider", (low, high))
    for name, value in {"unit": unit, "low": slider_low, "high": slider_high, "step": step}.items():
        setattr(made, name, value)
    return made


def _bound(value: float) -> str:
    """A limit as it is written by hand: 0.01, −40, 131,072."""
    return f"{value:,g}".replace("-", formats.MINUS) if abs(value) < 1e6 else formats.sig(value)


def choice(label: str, options: Mapping[str, str], initial: str, *, help: str = "") -> forms.ChoiceField:
    """One of several, as a list to pick from."""
    told = {"invalid_choice": "Choose one of the list.", "required": "Choose one of the list."}
    return forms.ChoiceField(
        label=label, choices=list(options.items()), initial=initial, help_text=help, error_messages=told
    )
