"""What people type and choose about an upload."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from training.data.splits import SPLITS

from .options import StoreOptions

_SHARES = {"train": 80, "validation": 10, "test": 10}


class UploadForm(forms.Form):
    """The name of the dataset; the files come beside it."""

    name = forms.CharField(
        max_length=120, required=False, label="Name", help_text="The file's name is taken if you give none."
    )


class StoreForm(forms.Form):
    """The decision on a checked upload."""

    leave_out_faulty = forms.BooleanField(required=False)
    mask_personal_data = forms.BooleanField(
        required=False,
        label="Mask personal data",
        help_text="Each find is replaced by its kind, such as [EMAIL]. This cannot be undone in the stored rows.",
    )
    drop_overlap = forms.BooleanField(
        required=False,
        initial=True,
        label="Leave out training rows that also stand in a held-out split",
        help_text="A model measured with rows it was trained on looks better than it is.",
    )
    how = forms.ChoiceField(label="Split", widget=forms.RadioSelect, initial="random")
    column = forms.ChoiceField(required=False, label="Column")
    seed = forms.IntegerField(
        min_value=0, max_value=2**32 - 1, initial=0, help_text="The same rows and seed give the same splits."
    )
    source = forms.CharField(max_length=300, required=False, label="Where the rows come from")
    licence = forms.CharField(max_length=200, required=False, label="Licence")

    def __init__(self, data: Any = None, *, report: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(data)
        faulty = int(report.get("faults_total", 0))
        self._faulty = faulty
        self.has_one_file = len(files) == 1
        self.fields[
            "leave_out_faulty"
        ].label = f"Store without the {faulty:,} faulty {'row' if faulty == 1 else 'rows'}"
        self.fields["leave_out_faulty"].required = faulty > 0
        self.fields["leave_out_faulty"].error_messages["required"] = (
            "Tick this, or correct the file and upload it again."
        )
        _offer_splits(self.fields, list(report.get("columns", [])))
        are_needed = data is None or data.get("how") in ("random", "group")
        for split, share in _SHARES.items():
            self.fields[f"share_{split}"] = forms.IntegerField(
                min_value=0, max_value=100, initial=share, label=split.capitalize(), required=are_needed
            )
        for name in self._hidden(report):
            del self.fields[name]

    def _hidden(self, report: Mapping[str, Any]) -> list[str]:
        """The questions that this upload does not raise."""
        plan = ["how", "column", "seed", *(f"share_{split}" for split in SPLITS)]
        return [
            *([] if self._faulty else ["leave_out_faulty"]),
            *([] if report.get("personal_data") else ["mask_personal_data"]),
            *(plan if not self.has_one_file else ["drop_overlap"]),
        ]

    def clean(self) -> dict[str, Any]:
        """Shares must be whole and the column chosen where one is needed."""
        chosen = super().clean() or {}
        if not self.has_one_file:
            return chosen
        if chosen.get("how") in ("random", "group") and sum(self._shares(chosen).values()) != 100:
            self.add_error("share_train", "The three shares must add up to 100%.")
        if chosen.get("how") in ("group", "column") and not chosen.get("column"):
            self.add_error("column", "Choose the column.")
        return chosen

    def options(self) -> StoreOptions:
        """The decision. Call it on a valid form."""
        chosen = self.cleaned_data
        raw: dict[str, Any] = {
            name: chosen[name]
            for name in ("leave_out_faulty", "mask_personal_data", "drop_overlap", "source", "licence")
            if name in chosen
        }
        if self.has_one_file:
            raw["plan"] = self._plan(chosen)
        return StoreOptions.parse(raw)

    def _plan(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        plan: dict[str, Any] = {"how": chosen["how"], "seed": chosen["seed"]}
        if chosen["how"] in ("group", "column"):
            plan["column"] = chosen["column"]
        if chosen["how"] in ("random", "group"):
            plan["fractions"] = {name: share / 100 for name, share in self._shares(chosen).items()}
        return plan

    def _shares(self, chosen: Mapping[str, Any]) -> dict[str, int]:
        return {split: int(chosen.get(f"share_{split}") or 0) for split in SPLITS}


_WAYS = {
    "random": ("At random", "By a seed; rows with the same text stay together."),
    "group": ("By groups", "Rows with the same value in a column stay together, such as those of one patient."),
    "column": ("As a column says", "A column names train, validation or test for each row."),
    "none": ("Not at all", "All rows are for training."),
}


def _offer_splits(fields: dict[str, Any], columns: list[str]) -> None:
    """The ways to split, and the columns that groups or splits can be read from."""
    fields["how"].choices = [(name, title) for name, (title, _) in _WAYS.items()]
    fields["how"].descriptions = {name: text for name, (_, text) in _WAYS.items()}
    fields["column"].choices = [("", "choose one"), *((column, column) for column in columns)]


class RowFilter(forms.Form):
    """Which rows of a version are shown."""

    q = forms.CharField(
        max_length=200, required=False, label="Search", widget=forms.TextInput(attrs={"type": "search"})
    )
    offset = forms.IntegerField(min_value=0, max_value=2**40, required=False)
