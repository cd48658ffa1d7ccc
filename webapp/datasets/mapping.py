"""Which column plays which part: proposed, shown on real rows, and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from pydantic import ValidationError

from training.data.canonical import Canonical
from training.data.forms import FORMS, ColumnMapping, Form, Role, with_labels
from training.data.report import RowFault
from training.data.spellings import SPELLINGS, columns_for

from .models import Upload
from .rows import ShownRow, shown_row

SYSTEM_CHARS = 20_000
_PREVIEW_CHARS = 500


@dataclass(frozen=True)
class Preview:
    """A raw row as it was uploaded, and the row made of it or why none could be made."""

    raw: list[tuple[str, str]]
    made: ShownRow | None
    fault: str


class MappingForm(forms.Form):
    """A column for each part of one form; the parts differ from form to form, so it is made for one."""

    conversational = forms.BooleanField(
        label="Write rows as messages",
        required=False,
        help_text="Prompts and answers become chat messages, as the model's chat template wants them.",
    )
    system = forms.CharField(
        label="Instruction before each prompt",
        required=False,
        max_length=SYSTEM_CHARS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, form: Form, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form = form
        parts: dict[str, forms.Field] = {}
        for role in FORMS[form].roles:
            none = [("", "choose a column" if role.required else "no column")]
            choices = [*none, *((column, column) for column in columns)]
            parts[_field(role)] = forms.ChoiceField(label=role.title, choices=choices, required=role.required)
        self.fields = {**parts, **self.fields}
        if form is Form.TEXT_LABEL:
            self.fields["system"].help_text = "{labels} stands for the list of labels."

    def mapping(self) -> ColumnMapping:
        """The mapping chosen; labels are found anew when the files are read. Call it on a valid form."""
        chosen = {role.name: self.cleaned_data[_field(role)] for role in FORMS[self.form].roles}
        return ColumnMapping(
            form=self.form,
            columns={name: column for name, column in chosen.items() if column},
            conversational=self.cleaned_data["conversational"],
            system=self.cleaned_data["system"],
        )


def _field(role: Role) -> str:
    return f"column_{role.name}"


def chosen_form(asked: str | None, report: Mapping[str, Any]) -> Form:
    """The form asked for by name, else the recognised one, else the plainest."""
    for name in (asked, report.get("form")):
        if name in set(Form):
            return Form(name)
    return Form.PROMPT_COMPLETION


def starting_mapping(form: Form, report: Mapping[str, Any]) -> ColumnMapping:
    """The report's mapping if it is of this form; else one with the columns whose names fit."""
    kept = kept_mapping(report)
    if kept is not None and kept.form is form:
        return kept
    columns: dict[str, str] = {}
    for role in FORMS[form].roles:
        fitting = columns_for(role.name, list(report["columns"])) if role.name in SPELLINGS else []
        free = [column for column in fitting if column not in columns.values()]
        if free:
            columns[role.name] = free[0]
    mapping = ColumnMapping(form=form, columns=columns, conversational=form is Form.TEXT_LABEL)
    if form is not Form.TEXT_LABEL or "label" not in columns:
        return mapping
    return with_labels(mapping, {str(row.get(columns["label"], "")) for row in report["sample_raw"]})


def kept_mapping(report: Mapping[str, Any]) -> ColumnMapping | None:
    """The mapping in a report, or None if nothing was recognised."""
    return ColumnMapping.model_validate(report["mapping"]) if report.get("mapping") else None


def tried_mapping(form: Form, report: Mapping[str, Any], asked: Mapping[str, str]) -> ColumnMapping:
    """The mapping to start from, with what `asked` (a query) says of columns, messages and instruction."""
    start = starting_mapping(form, report)
    if not any(name.startswith("column_") for name in asked):
        return start
    named = {role.name: asked.get(_field(role), "") for role in FORMS[form].roles}
    return start.model_copy(
        update={
            "columns": {role: column for role, column in named.items() if column in report["columns"]},
            "conversational": "conversational" in asked,
            "system": asked.get("system", "")[:SYSTEM_CHARS],
        }
    )


def mapping_form(form: Form, upload: Upload, data: Any = None, mapping: ColumnMapping | None = None) -> MappingForm:
    """The form with `mapping`, or the one to start from, filled in; or bound to `data`."""
    mapping = mapping or starting_mapping(form, upload.report)
    initial: dict[str, Any] = {f"column_{name}": column for name, column in mapping.columns.items()}
    initial |= {"conversational": mapping.conversational, "system": mapping.system}
    return MappingForm(data, form=form, columns=upload.report["columns"], initial=initial)


def parsed_mapping(raw: Any, columns: Sequence[str]) -> ColumnMapping:
    """A mapping given as JSON, as the API does; raises `ValueError` with what is wrong with it."""
    try:
        mapping = ColumnMapping.model_validate(raw)
    except ValidationError as error:
        told = (f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False))
        raise ValueError("; ".join(told)) from error
    wrong = mapping.faults(columns)
    if wrong:
        raise ValueError("; ".join(wrong))
    return mapping


def previews(mapping: ColumnMapping, report: Mapping[str, Any]) -> list[Preview]:
    """The report's first raw rows, each with the row that this mapping makes of it."""
    unset = [role.title for role in FORMS[mapping.form].roles if role.required and role.name not in mapping.columns]
    canonical = Canonical(mapping, numeric=frozenset(report["columns"]), any_label=True)
    shown = []
    for raw in report["sample_raw"][: 2 if unset else None]:
        cells = [(name, _cell(raw[name])) for name in report["columns"] if name in raw]
        if unset:
            shown.append(Preview(cells, None, f"Choose the column for {', '.join(unset)}."))
            continue
        try:
            shown.append(Preview(cells, shown_row(canonical.row(raw), chars=_PREVIEW_CHARS), ""))
        except RowFault as fault:
            shown.append(Preview(cells, None, fault.message))
    return shown


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _PREVIEW_CHARS else text[: _PREVIEW_CHARS - 1] + "…"
