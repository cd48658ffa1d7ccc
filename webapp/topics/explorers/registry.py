"""Every explorer by its key, and the one way to bind a query to an explorer's form."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from . import dpo, grpo, lora, ppo, self_consistency
from .base import Explorer, Outcome

EXPLORERS: Mapping[str, Explorer] = {
    each.key: each for each in (lora.EXPLORER, dpo.EXPLORER, ppo.EXPLORER, grpo.EXPLORER, self_consistency.EXPLORER)
}


@dataclass(frozen=True)
class Panel:
    """An explorer with its form as a query has it; `outcome` is None while a field has a fault."""

    explorer: Explorer
    form: forms.Form
    outcome: Outcome | None


def panel(key: str, query: QueryDict) -> Panel:
    """The explorer `key` with the query's values; a value that is not given is the field's first one.

    A group of ticks leaves nothing in a query when none is set: the hidden field `explorer` tells that it was shown.
    Raises `KeyError` for an unknown key.
    """
    explorer = EXPLORERS[key]
    data = QueryDict(mutable=True)
    for name, field in explorer.form.base_fields.items():
        several = isinstance(field, forms.MultipleChoiceField)
        if name in query:
            data.setlist(name, query.getlist(name))
        elif not (several and query.get("explorer") == key):
            data.setlist(name, list(field.initial) if several else [field.initial])
    form = explorer.form(data, auto_id=f"{key}_%s")
    return Panel(explorer, form, explorer.compute(form.cleaned_data) if form.is_valid() else None)
