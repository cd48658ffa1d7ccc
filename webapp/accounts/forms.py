"""What people type into the account pages."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from .models import User


class SignInForm(AuthenticationForm):
    """E-mail and password."""

    username = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "This e-mail and password do not belong together. Capitals matter in the password.",
    }

    def clean(self) -> dict[str, Any]:
        """Addresses are one person whatever their capitals."""
        typed = self.cleaned_data.get("username")
        if typed:
            known = User.objects.filter(email__iexact=typed).values_list("email", flat=True).first()
            self.cleaned_data["username"] = known or typed
        return super().clean()


class NameForm(forms.Form):
    """How a person is called on the pages."""

    name = forms.CharField(
        max_length=120,
        help_text="Shown to the other members of your projects.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class TokenForm(forms.Form):
    """A new API token. Its fields' ids have a prefix, because the page holds another form with a name."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_token_%s")

    name = forms.CharField(
        label="What it is for", max_length=80, widget=forms.TextInput(attrs={"placeholder": "nightly evaluation"})
    )
    days = forms.TypedChoiceField(
        label="Ends after",
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("0", "never")],
        coerce=lambda days: int(days) or None,
        initial="90",
    )
    read_only = forms.BooleanField(label="May only read", required=False)
