"""A station of a flow by its address: the whole page with the map, or its panel alone."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url

from webapp.topics.content.sources import SOURCES
from webapp.topics.live import LiveRequest, keep_in_address
from webapp.topics.starts import starts

from .map import draw
from .registry import FLOWS


@login_not_required
@require_safe
def first_station(request: LiveRequest, key: str) -> HttpResponse:
    """A flow opens at its first station."""
    if key not in FLOWS:
        raise Http404("No such flow")
    return redirect("topics:flow", key=key, station=next(iter(FLOWS[key].stations)))


@login_not_required
@require_safe
def station(request: LiveRequest, key: str, station: str) -> HttpResponse:
    """The page; for htmx the panel, with the station kept in the address of the page that asked."""
    flow = FLOWS.get(key)
    if flow is None or station not in flow.stations:
        raise Http404("No such station")
    context = flow_context(key, station)
    if not request.htmx:
        stage = flow.stations[station].stage
        head = {"title": f"{stage.name} · {flow.title}", "description": stage.summary}
        return render(request, "topics/flows/page.html", context | head)
    response = render(request, "topics/flows/_panel.html", context)
    if (request.htmx.current_url_abs_path or "").startswith(reverse("topics:flow-start", args=(key,))):
        return replace_url(response, request.path)
    return keep_in_address(response, request, ["station"], QueryDict(urlencode({"station": station})))


def flow_context(key: str, station: str) -> dict[str, Any]:
    """What the map and its panel are drawn from; an unknown station opens the first."""
    flow = FLOWS[key]
    chosen = station if station in flow.stations else next(iter(flow.stations))
    drawing = draw(flow, chosen)
    stage = drawing.chosen.stage
    keys = list(flow.stations)
    place = keys.index(chosen)
    return {
        "drawing": drawing,
        "stage": stage,
        "number": place + 1,
        "count": len(keys),
        "onward": flow.next_to(chosen),
        "starts": starts(stage.kinds),
        "source": SOURCES.get(stage.source),
    }
