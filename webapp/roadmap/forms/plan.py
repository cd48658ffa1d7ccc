"""Forms of the plan: milestones, their dates and links, phases, baselines, templates, files."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from webapp.accounts.models import User

from ..exchange.document import FIRST_YEAR, LAST_YEAR
from ..exchange.files import MOST_BYTES
from ..models import LinkType, Milestone, Phase, PlanTemplate, Roadmap
from ..pages import served
from ..standard import NAME, SUMMARY


class DayField(forms.DateField):
    """A day within the years that a plan may have."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)

    def clean(self, value: Any) -> Any:
        """Refuses years out of reach."""
        day = super().clean(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
        return day


class _Dated(forms.Form):
    """A form with a first and a last day."""

    start = DayField(label="First day")
    finish = DayField(label="Last day")

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        given = super().clean() or self.cleaned_data
        start, finish = given.get("start"), given.get("finish")
        if start and finish and finish < start:
            self.add_error("finish", "The last day lies before the first.")
        return given


class MilestoneForm(_Dated):
    """Everything of a milestone but its gate and its links."""

    name = forms.CharField(max_length=160)
    phase = forms.ModelChoiceField(Phase.objects.none(), empty_label=None)
    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody yet")
    effort_days = forms.FloatField(
        label="Effort",
        min_value=0,
        max_value=100_000,
        initial=0,
        help_text="Progress rolls up by it.",
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
    )
    description = forms.CharField(max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    serves = forms.MultipleChoiceField(
        required=False,
        label="Served by",
        widget=forms.CheckboxSelectMultiple,
        help_text="What brings its evidence: offered on its page.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("name", "phase", "owner", "start", "finish", "effort_days", "description", "serves", "version")

    def __init__(self, roadmap: Roadmap, *args: Any, also: Iterable[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "phase", roadmap.phases.all())
        choose(self, "owner", User.objects.filter(memberships__project=roadmap.project).order_by("name", "email"))
        known = served.choices()
        coming = [ref for ref in also if ref not in dict(known)]
        later = [
            (ref, f"{one.title}, still to come") for ref in coming for one in served.served(roadmap.project, [ref])
        ]
        field = self.fields["serves"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [*known, *later]

    def clean_effort_days(self) -> float:
        """To a hundredth of a day."""
        return round(float(self.cleaned_data["effort_days"]), 2)


def choose(form: forms.Form, name: str, rows: Any) -> None:
    """Give a choice field its rows."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


class DatesForm(_Dated):
    """New dates for a milestone; `push` moves what waits for it as well."""

    push = forms.BooleanField(required=False, label="Move what waits for it, too")
    version = forms.IntegerField(widget=forms.HiddenInput)


class LinkForm(forms.Form):
    """What a milestone waits for."""

    before = forms.ModelChoiceField(Milestone.objects.none(), label="Waits for", empty_label="Choose a milestone")
    kind = forms.ChoiceField(choices=LinkType.choices, label="Until")
    lag_days = forms.IntegerField(
        min_value=-3650, max_value=3650, initial=0, label="And then", help_text="A negative number starts earlier."
    )

    def __init__(self, milestone: Milestone, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        others = milestone.roadmap.milestones.exclude(pk=milestone.pk).exclude(leads_to__after=milestone)
        choose(self, "before", others.order_by("phase__number", "position", "pk"))


class PhaseForm(forms.Form):
    """A phase's name and aim."""

    name = forms.CharField(max_length=120)
    aim = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class StartForm(forms.Form):
    """From which template a roadmap starts, and when."""

    template = forms.ChoiceField(widget=forms.RadioSelect, initial=NAME)
    starts = DayField(label="First day", help_text="All dates count from it; they can be moved afterwards.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = list(PlanTemplate.objects.values_list("name", "summary"))
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(NAME, NAME), *((name, name) for name, _ in rows)]
        field.descriptions = {NAME: SUMMARY, **dict(rows)}  # type: ignore[attr-defined]  # read by webapp.ui.fields
        self.fields["starts"].initial = timezone.localdate()


class BaselineForm(forms.Form):
    """A name for the dates as they stand."""

    name = forms.CharField(max_length=80, help_text="Today's dates are kept under it and never change.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.auto_id = "baseline_%s"  # two forms of one page have a name to give


class RenameForm(forms.Form):
    """Another name for a baseline."""

    name = forms.CharField(max_length=80)


class TemplateForm(forms.Form):
    """A name for the plan as a template."""

    name = forms.CharField(max_length=120)
    summary = forms.CharField(
        max_length=300,
        required=False,
        help_text="Everybody who signs in here can start a project from it, and reads its names and gates.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.auto_id = "template_%s"  # two forms of one page have a name to give


class ImportForm(forms.Form):
    """A plan in a file."""

    file = forms.FileField(label="Plan", allow_empty_file=True)
    remove_missing = forms.BooleanField(required=False, label="Remove milestones that are not in the file")

    def clean_file(self) -> bytes:
        """Its content, refused where it is too large to read at once."""
        given = self.cleaned_data["file"]
        if given.size > MOST_BYTES:
            raise ValidationError(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.")
        content: bytes = given.read()
        return content
