"""What people choose and bring on the scenario pages."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

import roi
from roi.files import scenario_in
from webapp.projects.models import Project
from webapp.ui.formats import filesize

from .models import Scenario
from .presets import PRESET_SUMMARIES, preset_titles
from .services import NAME_CHARS, NOTE_CHARS, storable

MOST_FILE_BYTES = 1_000_000
NEW = "new"
"""The choice of a new scenario beside the existing ones."""


class SeenForm(forms.Form):
    """The version that the page was made from."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class EditForm(SeenForm):
    """What a change of figures carries beside the figures themselves."""

    name = forms.CharField(max_length=NAME_CHARS, label="Name")
    note = forms.CharField(
        max_length=NOTE_CHARS,
        required=False,
        label="Why",
        help_text="Stands in the history, and beside each figure that you change.",
    )


class PresetForm(forms.Form):
    """Which preset to start from, and the new scenario's name."""

    preset = forms.ChoiceField(label="Start from", widget=forms.RadioSelect)
    name = forms.CharField(
        max_length=NAME_CHARS, label="Name", help_text="How this scenario is told from others.", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = preset_titles()
        field = self.fields["preset"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(titles.items())
        field.initial = next(iter(titles))
        vars(field)["descriptions"] = PRESET_SUMMARIES


class UploadForm(forms.Form):
    """A scenario as a JSON file. `cleaned_data["case"]` is the scenario; `faults` says what is wrong in it."""

    file = forms.FileField(max_length=255)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.faults: list[roi.Fault] = []

    def clean(self) -> dict[str, Any]:
        """Read the figures."""
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file is not None:
            cleaned["case"] = self._read(file)
        return cleaned

    def _read(self, file: "UploadedFile[Any]") -> roi.Scenario | None:
        if (file.size or 0) > MOST_FILE_BYTES:
            self.add_error("file", f"The file has {filesize(file.size)}; a scenario has at most 1 MB.")
            return None
        try:
            case = roi.parse(scenario_in(json.loads(file.read().decode("utf-8-sig"))))
            storable(case)
            return case
        except UnicodeDecodeError:
            self.add_error("file", "This is not a text file. Choose the JSON file of a scenario.")
        except json.JSONDecodeError as error:
            self.add_error("file", f"This is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.")
        except (RecursionError, ValueError) as error:
            if not isinstance(error, roi.ScenarioFaults):
                self.add_error("file", "This JSON cannot be read: a number is too long or it is nested too deep.")
                return None
            self.faults = error.faults
            self.add_error("file", "The figures in this file cannot be used as they are.")
        return None


class SaveForm(forms.Form):
    """Where to store a calculation, and under which name."""

    project = forms.ModelChoiceField(queryset=Project.objects.none(), to_field_name="code", empty_label=None)
    name = forms.CharField(max_length=NAME_CHARS, help_text="How this scenario is told from others.")

    def __init__(self, *args: Any, projects: QuerySet[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["project"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = projects


class BindForm(SeenForm):
    """A figure and what it is to stand on."""

    figure = forms.ChoiceField(
        label="Figure",
        error_messages={
            "invalid_choice": "This figure is not in the scenario any more. Choose another one.",
            "required": "The figure that you chose went with its option. Choose another one.",
        },
    )
    measurement = forms.ChoiceField(
        label="Stands on",
        error_messages={
            "invalid_choice": "This is not in the list any more: it was removed, or a newer one took its place since "
            "you opened the page. Choose again."
        },
    )
    published = forms.BooleanField(
        required=False,
        label="It is from a publication",
        help_text="For a figure that was brought from elsewhere: marks it published, with its source, "
        "instead of measured.",
    )

    def __init__(
        self,
        *args: Any,
        figures: list[tuple[str, str]],
        measurements: list[tuple[str, list[tuple[str, str]]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        figure, measurement = self.fields["figure"], self.fields["measurement"]
        assert isinstance(figure, forms.ChoiceField)
        assert isinstance(measurement, forms.ChoiceField)
        figure.choices, measurement.choices = figures, measurements


class StudyForm(forms.Form):
    """Into which scenario a study's measurements go, and on which figures about the work a new one stands."""

    target = forms.ChoiceField(
        label="Put them into",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "This scenario is not here any more. Choose another one."},
    )
    preset = forms.ChoiceField(
        label="Figures about the work, for a new one",
        required=False,
        help_text="What a study does not measure: items a month, minutes an item, labour cost and so on.",
    )

    def __init__(self, *args: Any, scenarios: list[Scenario], study_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target, preset = self.fields["target"], self.fields["preset"]
        assert isinstance(target, forms.ChoiceField)
        assert isinstance(preset, forms.ChoiceField)
        target.choices = [*((each.code, each.name) for each in scenarios), (NEW, "A new scenario")]
        own = next((each.code for each in scenarios if each.study_id == study_id), NEW)
        target.initial = own
        preset.choices = list(preset_titles().items())

    def clean_preset(self) -> str:
        """A new scenario needs one."""
        chosen = str(self.cleaned_data["preset"])
        if not chosen and self.cleaned_data.get("target") == NEW:
            raise ValidationError("Choose the work that is nearest to yours.")
        return chosen
