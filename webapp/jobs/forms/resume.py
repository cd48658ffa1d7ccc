"""Resuming a job."""

from django import forms


class ResumeForm(forms.Form):
    """The new limits of a job that ran over the old ones; both may be left out."""

    max_minutes = forms.FloatField(required=False, min_value=0.01, max_value=60 * 24 * 30)
    max_usd = forms.FloatField(required=False, min_value=0)
