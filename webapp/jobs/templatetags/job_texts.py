"""Texts of rows, which may be long: a page shows their beginning."""

from django import template

from webapp.ui.formats import count

from ..pages.texts import SHOWN_CHARACTERS

register = template.Library()


@register.filter
def clip(text: object, whole: object = False) -> str:
    """The first `SHOWN_CHARACTERS` and how many more there are; all of it where `whole` is true."""
    written = str(text)
    left = len(written) - SHOWN_CHARACTERS
    if whole or left <= 0:
        return written
    return f"{written[:SHOWN_CHARACTERS]} … {count(left, 'more character')}"
