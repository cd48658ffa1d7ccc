"""Filters and tags of the design system; /styleguide/ shows each one. Loaded in every template by the settings."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from webapp.ui import fields, figures, filters, formats, plots, rail
from webapp.ui.badges import find_badge
from webapp.ui.diff import differences

register = template.Library()

register.filters.update(filters.register.filters)


def attributes(given: Mapping[str, Any]) -> str:
    """HTML attributes from keyword arguments: `hx_post` becomes hx-post, True a bare name, None and False nothing."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in given.items()}
    return flatatt({name: value for name, value in named.items() if value is not None and value is not False})


# --- small parts ---------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/_badge.html")
def badge(name: object, text: str = "", href: str = "") -> dict[str, Any]:
    """A state, provenance or verdict by name: `{% badge job.state %}`; text replaces the word."""
    found = find_badge(name)
    return {"badge": found, "word": text or found.word, "href": href}


@register.inclusion_tag("components/_button.html")
def button(text: str, href: str = "", kind: str = "", size: str = "", **attrs: Any) -> dict[str, Any]:
    """A button, or with href a link like one. kind: primary, quiet, danger; size: s, l; the rest: attributes."""
    given = {"type": "submit", **attrs} if not href else attrs
    return {"text": text, "href": href, "kind": kind, "size": size, "attrs": attributes(given)}


@register.inclusion_tag("components/_danger_button.html", takes_context=True)
def danger_button(context: Context, text: str, action: str, name: str, explain: str = "") -> dict[str, Any]:
    """Asks for the name before it posts `confirm=<name>` to `action`; the view checks it again."""
    return {"csrf_token": context.get("csrf_token"), "text": text, "action": action, "name": name, "explain": explain}


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, **options: Any) -> dict[str, Any]:
    """A field with label, help, unit, range and error. Options: unit, unit_before, typical, help, label."""
    return {"f": fields.field_parts(bound, **options)}


@register.inclusion_tag("components/_dropzone.html")
def dropzone(
    name: str = "file", label: str = "Drop a file here", help: str = "", accept: str = "", error: str = "", **more: bool
) -> dict[str, Any]:
    """A place for a file in a `<form data-upload method="post" enctype="multipart/form-data">`. more: multiple."""
    return {"name": name, "label": label, "help": help, "accept": accept, "error": error, "id": f"id_{name}", **more}


@register.inclusion_tag("components/_slider.html")
def slider(bound: BoundField, low: float, high: float, step: object = "any", **options: Any) -> dict[str, Any]:
    """A number with a slider that follows it and a provenance badge. Options: also provenance, href."""
    provenance, href = options.pop("provenance", ""), options.pop("href", "")
    drawn = {"f": fields.field_parts(bound, **options), "value": bound.value(), "badge": provenance, "href": href}
    return drawn | {"low": low, "high": high, "step": step}


@register.inclusion_tag("components/_progress.html")
def progress(value: object = None, total: object = 1, label: str = "", eta: object = None) -> dict[str, Any]:
    """A bar; without a value it says only that something is going on. eta: seconds left."""
    done, whole = formats.number(value), formats.number(total) or 1.0
    share = None if done is None else min(1.0, max(0.0, done / whole))
    return {"share": share, "percent": None if share is None else f"{share * 100:.0f}%", "label": label, "eta": eta}


@register.inclusion_tag("components/_empty.html")
def empty(title: str, text: str, action: str = "", href: str = "") -> dict[str, Any]:
    """What this page is for, and the one button that fills it."""
    return {"title": title, "text": text, "action": action, "href": href}


@register.inclusion_tag("components/_error_panel.html")
def error_panel(what: str, why: str = "", press: str = "", href: str = "", **more: Any) -> dict[str, Any]:
    """What happened, why, and what to press. more: do (a sentence on what to change), level (2 or 3)."""
    return {"what": what, "why": why, "press": press, "href": href, **more}


@register.inclusion_tag("components/_tile.html")
def tile(label: str, value: object, note: str = "", href: str = "", tone: str = "") -> dict[str, Any]:
    """One figure that stands alone; format the value first: `{% tile "Cost" job.cost|money %}`."""
    return {"label": label, "value": value, "note": note, "href": href, "tone": tone}


@register.inclusion_tag("components/_dots.html")
def dots(
    rows: Sequence[object], caption: str, kind: str = "percent", baseline: object = None, **more: Any
) -> dict[str, Any]:
    """Dot-and-interval plot; rows as `plots.dot_plot` has them. more: baseline_label, low, high, head (of column 1)."""
    words = {"baseline_label": more.pop("baseline_label", "baseline"), "head": more.pop("head", "")}
    plot = plots.dot_plot(rows, kind=kind, baseline=baseline, **more)
    return {"plot": plot, "caption": caption, "kind": kind, "baseline": baseline, **words}


@register.inclusion_tag("components/_spark.html")
def spark(values: Sequence[object], label: str) -> dict[str, Any]:
    """A word-sized line; the label says in words what it shows."""
    return {"spark": plots.sparkline(values), "label": label}


@register.inclusion_tag("components/_tabs.html")
def tabs(items: Sequence[object], label: str = "Parts of this page") -> dict[str, Any]:
    """Links in a row; items have label, href, current and, if wanted, count."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/_pages.html", takes_context=True)
def pages(context: Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Pagination that keeps the rest of the query."""
    request: HttpRequest | None = context.get("request")
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"request": request, "page": page, "name": name, "numbers": list(numbers)}


@register.simple_tag(takes_context=True)
def sorter(context: Context, text: str, key: str, name: str = "sort") -> SafeString:
    """A sortable column's whole `th`. The link sorts up, then down, and keeps the rest of the query."""
    request: HttpRequest = context["request"]
    now = request.GET.get(name, "")
    down = now == key
    query = request.GET.copy()
    query.pop("page", None)
    query[name] = f"-{key}" if down else key
    order = {key: ("ascending", "↑"), f"-{key}": ("descending", "↓")}.get(now)
    sorted_as = format_html(' aria-sort="{}"', order[0]) if order else ""
    arrow = format_html('<span class="sort" aria-hidden="true">{}</span>', order[1]) if order else ""
    return format_html(
        '<th scope="col"{}><a href="?{}">{}{}</a></th>', sorted_as, query.urlencode(), conditional_escape(text), arrow
    )


@register.inclusion_tag("components/_crumbs.html")
def crumbs(*steps: str) -> dict[str, Any]:
    """`{% crumbs "Projects" projects_url project.name %}`: text and address in turn; the last text is this page."""
    pairs = [(steps[index], steps[index + 1] if index + 1 < len(steps) else "") for index in range(0, len(steps), 2)]
    return {"steps": pairs}


@register.inclusion_tag("components/_kv.html")
def kv(pairs: Any) -> dict[str, Any]:
    """A list of facts from a mapping or from (name, value) pairs."""
    return {"pairs": list(pairs.items()) if isinstance(pairs, Mapping) else pairs}


@register.inclusion_tag("components/_diff.html")
def diff(before: Mapping[str, object], after: Mapping[str, object], **names: str) -> dict[str, Any]:
    """The settings that differ; names: before_name, after_name."""
    return {"rows": differences(before, after), "before_name": "before", "after_name": "after", **names}


@register.inclusion_tag("components/_copy.html")
def copy(text: str, label: str = "Copy") -> dict[str, Any]:
    """A button that copies the text; hidden without JavaScript."""
    return {"text": text, "label": label}


@register.inclusion_tag("components/_timeline.html")
def timeline(items: Sequence[object]) -> dict[str, Any]:
    """What happened in order; items have title and, if wanted, at, text, href, state (done, now, warm)."""
    return {"items": items}


@register.inclusion_tag("components/_rail.html", takes_context=True)
def project_rail(context: Context, project: Any) -> dict[str, Any]:
    """The project's left rail; the entries whose pages exist."""
    path = context["request"].path if "request" in context else ""
    return {"project": project, "links": rail.links(rail.RAIL, path, project.code)}


@register.simple_tag(takes_context=True)
def site_links(context: Context) -> list[rail.Link]:
    """The header's links; the ones whose pages exist and which this person can open."""
    known = getattr(context.get("user"), "is_authenticated", False)
    entries = [entry for entry in rail.SITE if known or not entry.member]
    return rail.links(entries, context["request"].path if "request" in context else "")


@register.simple_tag
def address(*names: str) -> str:
    """The first of these addresses that is registered, or nothing."""
    return rail.address(names) or ""


# --- parts with a content ------------------------------------------------------------------------------------------


@register.simple_block_tag
def fold(content: str, title: str, note: str = "", open: object = False, **attrs: Any) -> str:
    """A part of a form or page that folds: `{% fold "Optimiser" note="3 settings" %}...{% endfold %}`."""
    given = {"title": title, "note": note, "open": open, "attrs": attributes(attrs), "content": content}
    return render_to_string("components/_fold.html", given)


@register.simple_block_tag
def tablebox(content: str, label: str, tall: object = False) -> str:
    """A box in which a wide table scrolls by itself, also by keyboard; tall: at most 70% of the window high."""
    return render_to_string("components/_table.html", {"label": label, "tall": tall, "content": content})


@register.simple_block_tag
def code(content: str, label: str = "") -> str:
    """A block of code with a copy button."""
    return render_to_string("components/_code.html", {"label": label, "content": content.strip("\n")})


@register.simple_block_tag
def note(content: str, tone: str = "") -> str:
    """A remark set apart; tone `warm`: it needs a person."""
    return render_to_string("components/_note.html", {"tone": tone, "content": content})


@register.simple_block_tag
def chart(content: str, figure: figures.Figure, id: str, title: str, **options: Any) -> str:
    """A chart whose title is its finding. The content is what stands below it (its table, if not the figure's own).

    options: sub (what is plotted), shape (wide, square, tall), kind (of the table's numbers).
    """
    head, rows = figures.table(figure)
    # rendered by a template, so escaped already: a stripped copy must not be escaped once more
    below = SafeString(content.strip())
    given = {"figure": figure, "id": id, "title": title, "content": below, "head": head, "rows": rows}
    return render_to_string("components/_chart.html", given | {"data_id": f"{id}-data"} | options)
