"""What people type about reports."""

from django import forms


class IssueForm(forms.Form):
    """Freeze the report."""

    note = forms.CharField(
        max_length=300,
        required=False,
        label="What for",
        help_text="For whom, or for which meeting. It stands in the list.",
    )


class ShareForm(forms.Form):
    """A link for people without an account."""

    label = forms.CharField(max_length=120, required=False, label="Whom it is for")
    days = forms.TypedChoiceField(
        label="Open for",
        choices=[("7", "a week"), ("30", "30 days"), ("90", "90 days"), ("365", "a year")],
        coerce=int,
        initial="30",
    )
