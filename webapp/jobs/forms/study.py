"""The form of an adaptation study: four decisions, and the settings behind them."""

from collections.abc import Sequence
from typing import Any

from django import forms

from training.spec import SpecFault
from training.spec.evaluate import METRICS
from training.spec.forms import Field, fields, nested
from training.spec.sft import DEFAULT_LEARNING_RATE, METHODS
from webapp.datasets.models import DatasetVersion

from .choices import METHOD_NAMES, METHOD_TEXTS, METRIC_NAMES, Choice, Offers
from .spec import AUTO_TEXT, LEFT_OUT, dress, form_field, typed_value

SETTINGS = ("max_steps", "batch_size", "rank", "metric", "max_new_tokens", "test_rows", "seed")
"""What is folded away at first."""
RATE = "rate."
TRAINING = "training."


class StudyForm(forms.Form):
    """`plan_fields()` gives what `AdaptationPlan` takes; the plan and the specs say what is wrong with it."""

    use_required_attribute = False

    launch_key = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    question = forms.CharField(
        label="Question",
        max_length=200,
        required=False,
        help_text="What the study is to answer, in your words.",
        widget=forms.TextInput(attrs={"placeholder": "Is fine-tuning worth it here, and is an adapter enough?"}),
    )
    version = forms.ChoiceField(
        label="Data", help_text="Every method trains on its training rows and is measured on the same held-out rows."
    )
    model = forms.ChoiceField(label="Base model", help_text="The model to start from, and the baseline to beat.")
    methods = forms.MultipleChoiceField(
        label="Methods",
        widget=forms.CheckboxSelectMultiple,
        choices=[(method, METHOD_NAMES[method]) for method in METHODS],
        initial=["lora", "full"],
        help_text="Each is trained for the same number of steps and measured against the base model.",
    )
    max_steps = forms.IntegerField(
        label="Steps", initial=50, min_value=1, max_value=1_000_000, help_text="Optimizer steps of each training."
    )
    batch_size = forms.IntegerField(
        label="Batch size", initial=16, min_value=1, max_value=4096, help_text="Rows in each step."
    )
    rank = forms.IntegerField(
        label="Rank", initial=16, min_value=1, max_value=1024, help_text="Width of the update of LoRA, DoRA and QLoRA."
    )
    metric = forms.ChoiceField(
        label="Metric",
        initial="auto",
        choices=[
            ("auto", "Chosen from the data"),
            *((name, METRIC_NAMES[name]) for name in METRICS if name != "regex"),
        ],
        help_text=f"Chosen from the data: {AUTO_TEXT[:1].lower()}{AUTO_TEXT[1:]}",
    )
    max_new_tokens = forms.IntegerField(
        label="Answer length", initial=32, min_value=1, max_value=100_000, help_text="Longest generated answer."
    )
    test_rows = forms.IntegerField(
        label="Held-out rows", required=False, min_value=1, help_text="Measure on the first so many; all if left out."
    )
    seed = forms.IntegerField(
        label="Seed", initial=0, min_value=0, max_value=2**32 - 1, help_text="Same seed, same result."
    )

    def __init__(self, versions: Sequence[DatasetVersion], offered: Offers, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {version.digest: version for version in versions}
        self._choose("version", [("", "Choose data"), *((each.digest, _named(each)) for each in versions)])
        self._choose("model", [("", "Choose a model"), *offered.models])
        units = {"max_steps": "steps", "batch_size": "rows", "max_new_tokens": "tokens", "test_rows": "rows"}
        for name, unit in units.items():
            dress(self.fields[name], unit=unit)
        dress(self.fields["methods"], descriptions=METHOD_TEXTS, unavailable=offered.unavailable_methods)
        for method in METHODS:
            self.fields[f"{RATE}{method}"] = _rate_field(method)
        for field in training_fields():
            self.fields[f"{TRAINING}{field.path}"] = form_field(field, offered)

    def _choose(self, name: str, choices: Sequence[Choice]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def has_settings_errors(self) -> bool:
        """Whether a setting that is folded away has an error."""
        return bool(set(self.errors) & set(SETTINGS))

    def settings(self) -> list[forms.BoundField]:
        """The settings of the study as a whole."""
        return [self[name] for name in SETTINGS]

    def rates(self) -> list[forms.BoundField]:
        """The learning rate of each method."""
        return [self[f"{RATE}{method}"] for method in METHODS]

    def training_groups(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """The further settings of every training, in the parts of its spec: (title, fields, has an error)."""
        groups: dict[str, list[forms.BoundField]] = {}
        for field in training_fields():
            groups.setdefault(field.group or "General", []).append(self[f"{TRAINING}{field.path}"])
        return [(title, found, any(each.errors for each in found)) for title, found in groups.items()]

    def clean_version(self) -> DatasetVersion:
        """A version with rows to learn from and rows held out."""
        version = self.versions[self.cleaned_data["version"]]
        lacking = [split for split in ("train", "test") if not version.splits.get(split)]
        if lacking:
            raise forms.ValidationError(f"It has no rows in its split {' or '.join(lacking)}; a study needs both.")
        return version

    def plan_fields(self) -> dict[str, Any]:
        """The fields of the plan, from a valid form."""
        plan = {name: self.cleaned_data[name] for name in ("model", "methods", *SETTINGS)}
        rates = {method: self.cleaned_data[f"{RATE}{method}"] for method in METHODS}
        plan["learning_rates"] = {method: rate for method, rate in rates.items() if rate is not None}
        typed = {field: typed_value(field, self[f"{TRAINING}{field.path}"].data) for field in training_fields()}
        # only what was changed, so that the plan says what was chosen
        changed = {field.path: value for field, value in typed.items() if value not in (None, field.default)}
        return {**plan, "sft": nested(changed)}

    def missing(self) -> list[SpecFault]:
        """What is not there yet, for the readiness card."""
        return [
            SpecFault(str(self.fields[name].label), "is required" if not self[name].value() else str(error))
            for name, errors in self.errors.items()
            if name in self.fields
            for error in errors
        ]

    def add_faults(self, faults: Sequence[SpecFault]) -> None:
        """The faults of the specs that the plan makes, beside the field that caused each."""
        for fault in faults:
            name = f"{TRAINING}{fault.path}"
            if name not in self.fields:
                name = _FIELD_OF.get(fault.path.rsplit(".", 1)[-1], "")
            self.add_error(name or None, f"{fault.message[:1].upper()}{fault.message[1:]}." if name else str(fault))


def training_fields() -> list[Field]:
    """The fields of a training's spec that the study does not set itself."""
    return [field for field in fields("sft") if field.path not in _SET_BY_STUDY]


def _rate_field(method: str) -> forms.FloatField:
    attrs = {"placeholder": f"{DEFAULT_LEARNING_RATE[method]:g}", "autocomplete": "off"}
    field = forms.FloatField(
        label=METHOD_NAMES[method], required=False, min_value=0.0, max_value=1.0, widget=forms.TextInput(attrs=attrs)
    )
    dress(field, typical="1e-06 to 0.05")
    return field


_SET_BY_STUDY = {
    "model",
    "data.train",
    "data.validation",
    "adaptation.method",
    "adaptation.rank",
    "optim.learning_rate",
    "optim.max_steps",
    "optim.batch_size",
    "optim.epochs",
    "seed",
    *LEFT_OUT,
}
_FIELD_OF = {
    "model": "model",
    "method": "methods",
    "methods": "methods",
    "max_steps": "max_steps",
    "batch_size": "batch_size",
    "rank": "rank",
    "metric": "metric",
    "max_new_tokens": "max_new_tokens",
    "train": "version",
    "validation": "version",
    "test": "version",
    "max_rows": "test_rows",
    "test_rows": "test_rows",
    "seed": "seed",
}


def _named(version: DatasetVersion) -> str:
    rows = ", ".join(f"{rows:,} {split}" for split, rows in version.splits.items() if rows)
    return f"{version} ({rows})"
