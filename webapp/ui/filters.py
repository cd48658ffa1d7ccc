"""The template filters: `formats` with the markup that a page needs around it."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from . import formats

register = template.Library()

_NOTHING = format_html('<span aria-hidden="true">{}</span><span class="vh">{}</span>', formats.NOTHING, "not known")


def _shown(text: str) -> SafeString:
    """Text for a page; what is not known is drawn as a dash and read as words."""
    return _NOTHING if text == formats.NOTHING else conditional_escape(text)


@register.filter
def sig(value: object, digits: int = 3) -> SafeString:
    """Significant digits: `{{ 12345.6|sig }}` is 12,300."""
    return _shown(formats.sig(value, digits))


@register.filter
def percent(value: object) -> SafeString:
    """A fraction: `{{ 0.89|percent }}` is 89.0%."""
    return _shown(formats.percent(value))


@register.filter
def points(value: object) -> SafeString:
    """A difference of fractions: `{{ 0.4|points }}` is +40.0 pts."""
    return _shown(formats.points(value))


@register.filter
def interval(value: object, kind: str = "percent") -> SafeString:
    """A measurement with its interval and n; kind is `percent`, `points` or `sig`."""
    shown, bounds, n = formats.interval_parts(value, kind)
    rest = " ".join(part for part in (bounds, n) if part)
    if not rest:
        return _shown(shown)
    return format_html('<span class="interval">{} <span class="ci">{}</span></span>', _shown(shown), rest)


@register.filter
def duration(value: object, style: str = "about") -> SafeString:
    """Seconds or a timedelta: about 4 min; `|duration:"exact"`: 4 min 10 s."""
    return _shown(formats.duration(value, exact=style == "exact"))


@register.filter("bytes")
def filesize(value: object) -> SafeString:
    """Bytes: 1.50 GB."""
    return _shown(formats.filesize(value))


@register.filter
def money(value: object, currency: str = "USD") -> SafeString:
    """Money in full: $1,234.56."""
    return _shown(formats.money(value, currency))


@register.filter
def money_short(value: object, currency: str = "USD") -> SafeString:
    """Money with three significant digits: $1.24 M."""
    return _shown(formats.money(value, currency, short=True))


@register.filter
def flops(value: object) -> SafeString:
    """Operations: 3.2 PFLOP."""
    return _shown(formats.flops(value))


@register.filter
def count(value: object, noun: str = "") -> SafeString:
    """A whole number: 12,345; `|count:"job"`: 3 jobs; `|count:"entry,entries"`."""
    return _shown(formats.count(value, noun))


@register.filter
def ago(moment: datetime | None) -> SafeString:
    """When, as a person says it, with the exact time for machines and on pointing at it."""
    if moment is None:
        return _NOTHING
    text = formats.ago(moment, timezone.now())
    exact = moment.strftime("%Y-%m-%d %H:%M:%S %Z").strip()
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, text)
