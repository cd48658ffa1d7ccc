"""What a visitor types, and what the staff changes."""

from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError

from .models import State, Wish

CONSENT = (
    "You may keep what I wrote here and answer me by e-mail. It is used for nothing else, and I can have it deleted at "
    "any time with the link on the next page."
)


class InquiryForm(forms.Form):
    """Talk to a specialist. `website` is for robots: no person sees it."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        max_length=254,
        label="Work e-mail",
        help_text="Where the answer goes.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    organisation = forms.CharField(
        max_length=160, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    wish = forms.ChoiceField(choices=Wish.choices, initial=Wish.CHOOSE, label="What about?", widget=forms.RadioSelect)
    message = forms.CharField(
        max_length=4000,
        label="What do you want to find out?",
        help_text="The task, roughly how many items a month, what you have tried. No confidential data, please.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    calculation = forms.CharField(
        max_length=4000,
        required=False,
        label="Your calculation",
        help_text="The link of the ROI calculator, if you made one there.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    consent = forms.BooleanField(
        label=CONSENT, error_messages={"required": "Without this we may not keep your message."}
    )
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}))

    def clean_calculation(self) -> str:
        """Only the path and query are kept, and only the calculator's: staff must be able to press any link."""
        typed = self.cleaned_data["calculation"].strip()
        if not typed:
            return ""
        try:
            parts = urlsplit(typed)
        except ValueError:
            parts = urlsplit("")
        if parts.path.rstrip("/") != "/roi":
            raise ValidationError(
                "This is not a link of the calculator: its path is /roi/. Copy it from there, or leave it out."
            )
        return f"/roi/?{parts.query}" if parts.query else "/roi/"

    def is_robot(self) -> bool:
        """Whether the field that no person sees was filled in."""
        return bool(self.data.get("website"))


class HandleForm(forms.Form):
    """How far it is, and what the staff wants to remember; `seen` is the state that the person changing it saw."""

    seen = forms.ChoiceField(choices=State.choices, widget=forms.HiddenInput)
    state = forms.ChoiceField(choices=State.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        max_length=4000, required=False, label="Note for colleagues", widget=forms.Textarea(attrs={"rows": 4})
    )
