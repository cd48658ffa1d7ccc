"""What a form field needs to be drawn: its control, its help, its error, its unit, and how they refer to each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Option:
    """One choice of a radio or checkbox group; `reason` says why it cannot be chosen, if so."""

    id: str
    name: str
    value: str
    label: str
    description: str
    reason: str
    checked: bool


@dataclass(frozen=True)
class FieldParts:
    """shape: `box` (label above), `check` (beside), `group` (options), `file`. Ids are empty where the part is."""

    shape: str
    id: str
    label: str
    help: str
    help_id: str
    typical: str
    typical_id: str
    typical_word: str
    error: str
    error_id: str
    unit: str
    unit_before: bool
    optional: bool
    control: SafeString | str
    describedby: str
    options: list[Option] = field(default_factory=list)
    multiple: bool = False


def _texts(bound: BoundField, attribute: str) -> Mapping[str, str]:
    found = getattr(bound.field, attribute, None)
    return found if isinstance(found, Mapping) else {}


def _options(bound: BoundField) -> list[Option]:
    descriptions, reasons = _texts(bound, "descriptions"), _texts(bound, "unavailable")
    options = []
    for widget in bound.subwidgets:
        value = str(widget.data["value"])
        options.append(
            Option(
                id=widget.id_for_label or "",
                name=widget.data["name"],
                value=value,
                label=str(widget.choice_label),
                description=str(descriptions.get(value, "")),
                reason=str(reasons.get(value, "")),
                checked=bool(widget.data["selected"]),
            )
        )
    return options


def field_parts(
    bound: BoundField, *, unit: str = "", unit_before: bool = False, typical: str = "", help: str = "", label: str = ""
) -> FieldParts:
    """The parts of a bound field.

    `unit`, `typical`, and for options `descriptions` and `unavailable` (by value), may also be attributes of the form
    field, so that a form made from a spec carries them itself; what is given here counts first.
    """
    widget = bound.field.widget
    base = bound.auto_id or bound.html_name
    help = help or str(bound.help_text or "")
    typical = typical or str(getattr(bound.field, "typical", ""))
    error = " ".join(str(message) for message in bound.errors)
    ids = {"helptext": help, "typical": typical, "error": error}
    described = " ".join(f"{base}_{part}" for part, text in ids.items() if text)
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    if group:
        shape = "group"
    elif isinstance(widget, CheckboxInput):
        shape = "check"
    else:
        shape = "file" if isinstance(widget, FileInput) else "box"
    attrs: dict[str, str | bool] = {"aria-describedby": described} if described else {}
    return FieldParts(
        shape=shape,
        id=bound.id_for_label or base,
        label=label or str(bound.label or ""),
        help=help,
        help_id=f"{base}_helptext" if help else "",
        typical=typical,
        typical_id=f"{base}_typical" if typical else "",
        typical_word=str(getattr(bound.field, "typical_word", "Typical")),
        error=error,
        error_id=f"{base}_error" if error else "",
        unit=unit or str(getattr(bound.field, "unit", "")),
        unit_before=unit_before or bool(getattr(bound.field, "unit_before", False)),
        optional=not bound.field.required and shape != "check",
        control="" if group else bound.as_widget(attrs=attrs),
        describedby=described,
        options=_options(bound) if group else [],
        multiple=isinstance(widget, CheckboxSelectMultiple),
    )
