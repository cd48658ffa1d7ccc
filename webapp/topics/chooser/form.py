"""The four questions as a form."""

from django import forms
from django.http import QueryDict

from webapp.topics.content.schema import SIGNAL_WORDS, Signal

from .advice import Budget, Checkable, Risk, Situation

_ASKED = [signal for signal in Signal if signal is not Signal.CHECKER]


class ChooseForm(forms.Form):
    """What data there is, whether answers can be checked, what may be spent, what is at stake."""

    have = forms.MultipleChoiceField(
        label="What tells you today which answer is better?",
        choices=[(signal.value, SIGNAL_WORDS[signal].capitalize()) for signal in _ASKED],
        initial=[Signal.PAIRS.value],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="All that you have; none, if you only have good answers to imitate.",
    )
    checkable = forms.ChoiceField(
        label="Can a program check an answer?",
        choices=[(Checkable.YES, "Yes"), (Checkable.PARTLY, "A part of it"), (Checkable.NO, "No")],
        initial=Checkable.NO,
        widget=forms.RadioSelect,
        help_text="Tests that run, sums that add up, fields that match.",
    )
    budget = forms.ChoiceField(
        label="What may it cost in compute?",
        choices=[
            (Budget.SMALL, "About a fine-tuning run"),
            (Budget.MEDIUM, "A few times that"),
            (Budget.LARGE, "Whatever pays"),
        ],
        initial=Budget.SMALL,
        widget=forms.RadioSelect,
    )
    risk = forms.ChoiceField(
        label="What if the model learns to please its score?",
        choices=[(Risk.LOW, "We would notice and mend it"), (Risk.HIGH, "It would harm people or the firm")],
        initial=Risk.LOW,
        widget=forms.RadioSelect,
    )

    def situation(self) -> Situation:
        """The answers, of a valid form."""
        values = self.cleaned_data
        return Situation(
            signals=frozenset(Signal(each) for each in values["have"]),
            checkable=Checkable(values["checkable"]),
            budget=Budget(values["budget"]),
            risk=Risk(values["risk"]),
        )


def from_query(query: QueryDict) -> ChooseForm:
    """The form with the query's answers. What is not given, or names nothing, is the first answer; without any answer
    in the query, the ticks too are the first ones."""
    fields = ChooseForm.base_fields
    data = QueryDict(mutable=True)
    given = any(name in query for name in fields)
    for name, field in fields.items():
        if not isinstance(field, forms.ChoiceField):
            continue
        known = [value for value in query.getlist(name) if field.valid_value(value)]
        if isinstance(field, forms.MultipleChoiceField):
            data.setlist(name, known if given else list(field.initial))
        else:
            data[name] = known[-1] if known else field.initial
    return ChooseForm(data, auto_id="choose_%s")
