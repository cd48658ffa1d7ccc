"""Interactive parts for any page: `{% load interactive %}`, then one tag each. A tag brings its style and script."""

from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context

from webapp.topics.chooser.table import table_context
from webapp.topics.chooser.views import choose_context, walk_context
from webapp.topics.explorers.registry import panel
from webapp.topics.flows.views import flow_context
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
    parts, error_id = field_parts(bound), f"{bound.auto_id}_error"
    # the place for a fault is always there, so that it can be filled while one types
    described: dict[str, str | bool] = {"aria-describedby": f"{parts.help_id} {error_id}".strip()}
    control = bound.as_widget(attrs=described) if parts.shape != "group" else ""
    return {"f": parts, "control": control, "error_id": error_id, "value": bound.value(), "slider": sliding}


@register.inclusion_tag("topics/flows/_flow.html", takes_context=True)
def flow(context: Context, key: str, station: str = "", level: int = 2) -> dict[str, Any]:
    """A flow by its key, `rlhf`, with a station open: the given one, else the one in the page's address."""
    chosen = station or _query(context).get("station", "")
    return {**flow_context(key, chosen), "level": level, "assets": _assets(context)}


@register.inclusion_tag("topics/choose/_table.html", takes_context=True)
def method_table(context: Context, level: int = 2) -> dict[str, Any]:
    """The table of methods, sorted and filtered as the page's address says."""
    return {**table_context(_query(context)), "level": level, "assets": _assets(context)}


@register.inclusion_tag("topics/choose/_choose.html", takes_context=True)
def help_me_choose(context: Context, level: int = 2) -> dict[str, Any]:
    """Four questions and a ranking of the methods with reasons."""
    return {**choose_context(_query(context)), "level": level, "assets": _assets(context)}


@register.inclusion_tag("topics/choose/_walk.html", takes_context=True)
def decision_walk(context: Context, level: int = 2) -> dict[str, Any]:
    """The walk to a test-time strategy, question by question."""
    return {**walk_context(_query(context)), "level": level, "assets": _assets(context)}
