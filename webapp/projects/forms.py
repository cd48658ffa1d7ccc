"""What people type into the project pages."""

from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from .models import Role


class ProjectForm(forms.Form):
    """A project's settings; `minimum_effect` is typed in percentage points and kept as a fraction."""

    name = forms.CharField(max_length=120)
    task = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Task",
        help_text="What the model is to do, in a sentence or two.",
    )
    base_model = forms.CharField(
        max_length=300,
        initial="smollm2-135m-instruct",
        label="Base model",
        help_text="The model that everything is compared with: a prepared model's name, a hub id or a folder.",
    )
    minimum_effect = forms.FloatField(
        min_value=0,
        max_value=100,
        initial=2,
        label="Smallest difference that matters",
        help_text="In percentage points of accuracy. A smaller gain is never called one, however sure it is.",
        widget=forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"}),
    )

    def clean_minimum_effect(self) -> float:
        """As a fraction."""
        return round(float(self.cleaned_data["minimum_effect"]) / 100, 6)


class SettingsForm(ProjectForm):
    """The settings with the version they were read at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class MemberForm(forms.Form):
    """Somebody to add."""

    email = forms.EmailField(label="E-mail")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.EDITOR)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=Role.choices)


class PriceForm(forms.Form):
    """A new price of a device class."""

    device_class = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]*$",
        max_length=40,
        initial="cpu",
        label="Device class",
        help_text="cpu, cuda, mps, or a class of your own such as h200: lower case letters, digits, dot and dash.",
    )
    usd_per_hour = forms.DecimalField(
        max_digits=12,
        decimal_places=4,
        min_value=Decimal(0),
        label="Price of a device-hour",
        help_text="In US dollars.",
    )
    source = forms.CharField(max_length=300, help_text="Where the price stands: a price list, a contract, an estimate.")
    read_on = forms.DateField(label="Read on", widget=forms.DateInput(attrs={"type": "date"}))

    def clean_read_on(self) -> date:
        """Not in the future."""
        day: date = self.cleaned_data["read_on"]
        if day > timezone.localdate():
            raise ValidationError("A price cannot have been read in the future.")
        return day
