"""The table of methods, the advice and the walk: each a page, and for htmx the part that changed."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.topics.content.claims import CLAIMS
from webapp.topics.content.sources import SOURCES
from webapp.topics.flows.decisions import decision_map
from webapp.topics.live import LiveRequest, keep_in_address
from webapp.topics.starts import starts

from .advice import advise
from .form import ChooseForm, from_query
from .table import NAMES, table_context
from .walk import walk

STUDY_KINDS = ("test-time", "test_time")

_METHODS = {
    "title": "Methods side by side",
    "description": "DPO, GRPO, RLAIF, PPO and others: what each learns from, costs, and how it fails, sorted and "
    "filtered as you like.",
}
_CHOOSE = {
    "title": "Help me choose",
    "description": "Four questions about data, checkable answers, budget and risk, and a ranking of preference methods "
    "with its reasons.",
}
_WALK = {
    "title": "Which strategy for your questions?",
    "description": "A short walk from your kind of question to a test-time strategy, from one greedy answer to search "
    "against a checker.",
}


@login_not_required
@require_safe
def methods(request: LiveRequest) -> HttpResponse:
    """The methods, sorted and filtered as the address says."""
    context = table_context(request.GET)
    if not request.htmx:
        return render(request, "topics/choose/methods.html", context | _METHODS)
    return keep_in_address(render(request, "topics/choose/_rows.html", context), request, NAMES)


@login_not_required
@require_safe
def choose(request: LiveRequest) -> HttpResponse:
    """Four questions and the ranking."""
    context = choose_context(request.GET)
    if not request.htmx:
        return render(request, "topics/choose/choose.html", context | _CHOOSE)
    response = render(request, "topics/choose/_ranking.html", context)
    return keep_in_address(response, request, ChooseForm.base_fields)


@login_not_required
@require_safe
def test_time(request: LiveRequest) -> HttpResponse:
    """The next question, or the strategy at the end."""
    context = walk_context(request.GET)
    if not request.htmx:
        return render(request, "topics/choose/walk.html", context | _WALK)
    return keep_in_address(render(request, "topics/choose/_walk_now.html", context), request, ["walk"])


def choose_context(query: QueryDict) -> dict[str, Any]:
    """The form with its answers, and the advice."""
    form = from_query(query)
    form.full_clean()
    advice = advise(form.situation())
    ranked = [
        {"choice": choice, "source": SOURCES[choice.method.source], "starts": starts((choice.method.kind,))}
        for choice in advice.ranked
    ]
    return {"form": form, "advice": advice, "ranked": ranked}


def walk_context(query: QueryDict) -> dict[str, Any]:
    """The walk so far; at its end the strategy with its published figure and the study that checks it."""
    found = walk(query.get("walk", ""))
    if found.strategy is None:
        return {"walk": found, "map": decision_map(found)}
    strategy = found.strategy
    return {
        "walk": found,
        "map": decision_map(found),
        "source": SOURCES[strategy.source],
        "claim": CLAIMS.get(strategy.claim),
        "starts": starts(STUDY_KINDS),
    }
