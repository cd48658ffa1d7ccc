"""Words for what the data library names by code."""

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from training.data.forms import FORMS, Form
from training.data.splits import SPLITS
from webapp.datasets.statistics import by_count
from webapp.ui import formats

register = template.Library()

_ROW_TYPES = {
    "prompt_completion": "prompt and completion",
    "language_modeling": "text to continue",
    "preference": "chosen and rejected",
    "unpaired_preference": "answers with thumbs up or down",
    "prompt_only": "prompts only",
}


@register.filter
def row_type(name: str) -> str:
    """A row type in words."""
    return _ROW_TYPES.get(name, name.replace("_", " "))


@register.filter
def reason(code: str) -> str:
    """A fault's reason in words: `missing_field` is missing field."""
    return code.replace("_", " ")


@register.filter
def most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Pairs of name and count, the highest count first."""
    return list(by_count(counts).items())


@register.filter
def form_title(name: str) -> str:
    """A form's title: `question_answer` is Question and answer."""
    return FORMS[Form(name)].title if name in set(Form) else name


@register.filter
def marked(text: str, search: str) -> SafeString:
    """The text with each place marked where `search` stands, whatever its case."""
    if not search:
        return conditional_escape(text)
    pieces = re.split(f"({re.escape(search)})", text, flags=re.IGNORECASE)
    return format_html_join("", "{}", ((_mark(piece, place),) for place, piece in enumerate(pieces)))


def _mark(piece: str, place: int) -> SafeString:
    return format_html("<mark>{}</mark>", piece) if place % 2 else conditional_escape(piece)


@register.filter
def split_plan(plan: Mapping[str, Any]) -> str:
    """How rows were split, in a sentence."""
    how = plan.get("how")
    if how in ("random", "group"):
        fractions = plan["fractions"]
        shares = [f"{name} {formats.percent(fractions[name])}" for name in SPLITS if fractions.get(name)]
        by = f"by groups of the same {plan['column']}" if how == "group" else "at random"
        return f"{by}, seed {plan['seed']}: {', '.join(shares)}"
    if how == "column":
        return f"as the column {plan['column']} says"
    return "as given, one file a split" if how == "given" else "not split: all rows are for training"
