"""Interactive parts for any page: `{% load interactive %}`, then one tag each. A tag brings its own style and script."""

from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context

from webapp.topics.explorers.registry import panel
from webapp.ui.fields import field_parts

register = template.Library()


def _request(context: Context) -> HttpRequest | None:
    return context.get("request")


def _query(context: Context) -> QueryDict:
    request = _request(context)
    return request.GET if request is not None else QueryDict()


def _assets(context: Context) -> bool:
    """True for the first part on a page: it brings the style sheet and the scripts."""
    request = _request(context)
    if request is None or getattr(request, "interactive_assets", False):
        return request is None
    request.interactive_assets = True  # type: ignore[attr-defined]  # a note for the later tags of this page
    return True


@register.inclusion_tag("topics/explorers/_explorer.html", takes_context=True)
def explorer(context: Context, key: str, level: int = 2) -> dict[str, Any]:
    """A live explorer by its key: lora, dpo, ppo, grpo, self-consistency. level: of its heading."""
    return {"panel": panel(key, _query(context)), "level": level, "assets": _assets(context)}


@register.inclusion_tag("topics/explorers/_input.html")
def explorer_input(bound: BoundField) -> dict[str, Any]:
    """A field of an explorer: a slider with its number, ticks, or a list, and a place for its fault that stays."""
    known = bound.field
    sliding = {name: getattr(known, name) for name in ("low", "high", "step")} if hasattr(known, "step") else None
    return {"f": field_parts(bound), "error_id": f"{bound.auto_id}_error", "value": bound.value(), "slider": sliding}
