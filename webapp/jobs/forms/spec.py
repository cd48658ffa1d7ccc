"""The form of one kind of job, made from its spec: a new field of the spec appears here by itself.

Numbers take several values with commas between them, and choices may be ticked together: such a form asks for a
grid of jobs.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst

from training.spec import SpecFault
from training.spec.forms import Field, fields, flattened, nested

from ..suggestion import Suggestion, suggested_metric
from .choices import METHOD_NAMES, METHOD_TEXTS, METRIC_NAMES, METRIC_TEXTS, Choice, Offers

LEFT_OUT = ("budget.usd_per_device_hour",)
"""Filled in from the project's price book."""

AUTO = "auto"
"""In the place of a metric: the one that the data suggests."""

_BEFORE_DATA = Suggestion("normalised", (), "")

_HELP = {
    "model": "A model at hand on this machine, or one that a job made.",
    "data.train": "A split of one of the project's datasets.",
    "data.test": "A split of one of the project's datasets, which no training has seen.",
    "adapter": "An adapter that a job made; none measures the model as it is.",
}
"""Where the spec's own words speak of files, which a form does not offer."""

AUTO_TEXT = "Among the labels where the answers are labels, by number where they are numbers, else a normalised match."

_TEXTS = {"adaptation.method": (METHOD_NAMES, METHOD_TEXTS), "metric": (METRIC_NAMES, METRIC_TEXTS)}


class SpecForm(forms.Form):
    """Every field of a kind's spec, named by its path. `spec()` gives what was typed as a raw spec.

    It checks nothing itself: the spec does, and `add_faults` puts what it says beside the fields.
    """

    use_required_attribute = False

    launch_key = forms.CharField(widget=forms.HiddenInput, max_length=56, required=False)
    name = forms.CharField(
        label="Name",
        max_length=160,
        required=False,
        help_text="How the job is listed; made from its settings if left out.",
    )

    def __init__(self, kind: str, offered: Offers, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self._data = offered.data
        self.shown: list[Field] = [field for field in fields(kind) if field.path not in LEFT_OUT]
        for field in self.shown:
            self.fields[field.path] = form_field(field, offered)

    def spec(self) -> dict[str, Any]:
        """The raw spec: lists where several values were given, fields left empty left out."""
        given = {field.path: self._value(field) for field in self.shown}
        whole = nested({path: value for path, value in given.items() if value is not None})
        if any(field.path.startswith("data.") for field in self.shown):
            whole.setdefault("data", {})  # with no data chosen the part is still needed, to say what is missing in it
        return self._with_metric({"kind": self.kind, **whole})

    def suggestion(self) -> Suggestion | None:
        """How answers are judged if the data decides; None for other kinds and before rows are chosen."""
        field = self.fields.get("data.test")
        chosen = (
            self._data.get(str(self["data.test"].value())) if field is not None and "metric" in self.fields else None
        )
        return suggested_metric(*chosen) if chosen is not None else None

    def _with_metric(self, spec: dict[str, Any]) -> dict[str, Any]:
        """The spec with the metric that the data suggests, where it is to decide."""
        asked = spec.get("metric")
        wanted = asked if isinstance(asked, list) else [asked]
        if AUTO not in wanted:
            return spec
        found = self.suggestion() or _BEFORE_DATA
        metrics = list(dict.fromkeys(found.metric if each == AUTO else each for each in wanted))
        spec = {**spec, "metric": metrics if len(metrics) > 1 else metrics[0]}
        # with several metrics the choices stay out: they belong to one of them alone, and the rows' labels are taken
        return {"choices": list(found.choices), **spec} if found.choices and len(metrics) == 1 else spec

    def _value(self, field: Field) -> Any:
        bound = self[field.path]
        return typed_value(field, bound.data if self.is_bound else bound.value())

    def add_faults(self, faults: Iterable[SpecFault]) -> None:
        """Each fault beside its field; those of no field at the top."""
        for fault in faults:
            path = next((each for each in _paths(fault.path) if each in self.fields), None)
            message = f"{capfirst(fault.message)}."
            self.add_error(path, message if path else f"{fault.path}: {fault.message}")

    def groups(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """The fields that are not in the short form, in the parts of the spec: (title, fields, has an error)."""
        groups: dict[str, list[forms.BoundField]] = {}
        for field in self.shown:
            if not field.basic:
                groups.setdefault(field.group or "General", []).append(self[field.path])
        return [(title, found, any(each.errors for each in found)) for title, found in groups.items()]

    def decisions(self) -> list[forms.BoundField]:
        """The fields of the short form that choose: model, data, method, metric."""
        return [self[field.path] for field in self.shown if field.basic and not _is_small(field)]

    def numbers(self) -> list[forms.BoundField]:
        """The fields of the short form that hold a number."""
        return [self[field.path] for field in self.shown if field.basic and _is_small(field)]


def _is_small(field: Field) -> bool:
    return field.type in ("integer", "number")


def initial_from(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """What to fill in so that the form asks for `spec` again."""
    flat = flattened(spec)
    values: dict[str, Any] = {}
    for field in fields(kind):
        value = flat.get(field.path)
        if value is not None and field.path not in LEFT_OUT:
            values[field.path] = _shown(field, value)
    return values


def _shown(field: Field, value: Any) -> Any:
    if field.type == "boolean":
        return [_YES if value else _NO]
    if field.type == "choice":
        return list(map(str, value)) if isinstance(value, list) else [str(value)]
    if isinstance(value, list):
        return ("\n" if field.type == "list" else ", ").join(map(str, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


_YES, _NO = "yes", "no"


def typed_value(field: Field, raw: Any) -> Any:
    """What was typed into a field as the spec takes it: a list for several values, None for nothing."""
    if isinstance(raw, list | tuple):
        values = [_plain(field, str(each)) for each in raw if str(each)]
        return None if not values else values[0] if len(values) == 1 else values
    text = str(raw if raw is not None else "").replace("\x00", "").strip()
    if not text:
        return None
    if field.type == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if field.type in ("integer", "number") and "," in text:
        parts = [_plain(field, part.strip()) for part in text.split(",") if part.strip()]
        return parts if len(parts) != 1 else parts[0]
    return _plain(field, text)


def _plain(field: Field, text: str) -> Any:
    """The text as the field's type; text that is none stays, for the spec to say so."""
    if field.type == "boolean":
        return {_YES: True, _NO: False}.get(text, text)
    try:
        if field.type == "integer":
            return int(text.replace("_", ""))
        if field.type == "number":
            return float(text)
    except ValueError:
        return text
    return text


def _paths(path: str) -> list[str]:
    """The path and those above it: `choices.3` is shown at `choices`."""
    parts = path.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def form_field(field: Field, offered: Offers) -> forms.Field:
    """A form field that takes any text: what is wrong is for the spec to say."""
    made = _control(field, offered)
    # only for how it is shown; see _AnyText and _AnyOf
    made.required = field.is_required or field.default is not None
    dress(made, unit=field.unit, typical=_typical(field), typical_word="Typical" if field.typical else "Allowed")
    made.label, made.help_text = field.title, _HELP.get(field.path, field.help)
    if field.default is not None:
        made.initial = [AUTO] if field.path == "metric" else _shown(field, field.default)
    return made


def dress(field: forms.Field, **shown: object) -> None:
    """Give a form field what the tag `field` draws it with: `unit`, `typical`, `descriptions`, `unavailable`."""
    for name, value in shown.items():
        setattr(field, name, value)


def _typical(field: Field) -> str:
    if field.typical is None:
        return str(field.bounds)
    low, high = field.typical
    return f"{low:,.10g} to {high:,.10g}"


def _control(field: Field, offered: Offers) -> forms.Field:
    if field.type in ("choice", "boolean"):
        names, texts = _TEXTS.get(field.path, ({}, {}))
        values = (_YES, _NO) if field.type == "boolean" else field.choices
        choices = [(value, names.get(value, value)) for value in values]
        if field.path == "metric":
            choices, texts = [(AUTO, "Chosen from the data"), *choices], {AUTO: AUTO_TEXT, **texts}
        made = _AnyOf(choices=choices, widget=forms.CheckboxSelectMultiple)
        unavailable = offered.unavailable_methods if field.path == "adaptation.method" else {}
        dress(made, descriptions=texts, unavailable=unavailable)
        return made
    if field.names:
        return _AnyText(widget=forms.Select(choices=_offered(field, offered)))
    if field.type == "list":
        return _AnyText(widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}))
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if field.type in ("integer", "number"):
        attrs |= {"inputmode": "decimal", "class": "in-num"}
    if field.default is None and field.is_optional:
        attrs["placeholder"] = "automatic"
    return _AnyText(widget=forms.TextInput(attrs=attrs))


def _offered(field: Field, offered: Offers) -> list[Choice]:
    if field.names == "file":
        return [("", "Choose rows" if field.is_required else "None"), *offered.splits]
    if field.names == "model":
        return [("", "Choose a model"), *offered.models]
    return [("", "None: the model as it is"), *offered.adapters]


class _AnyText(forms.CharField):
    """Text as it was typed; whether it is needed, the spec says."""

    def clean(self, value: Any) -> Any:
        """Everything passes."""
        return value


class _AnyOf(forms.MultipleChoiceField):
    """Choices without a check."""

    def clean(self, value: Any) -> Any:
        """Everything passes: the spec says what is allowed."""
        return value
