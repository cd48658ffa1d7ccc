"""Words for what the audit log keeps as data."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def details(kept: Mapping[str, Any]) -> str:
    """An audit entry's details in a line: `role: editor; changes: name from A to B`."""
    return "; ".join(
        f"{name.replace('_', ' ')}: {_words(value)}" for name, value in kept.items() if value not in ("", [])
    )


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        changed = (f"{name.replace('_', ' ')} from “{old}” to “{new}”" for name, (old, new) in value.items())
        return ", ".join(changed)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
