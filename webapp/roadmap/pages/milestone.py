"""Everything that a milestone's page shows."""

from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from webapp.projects.models import Project

from ..gates import KINDS
from ..models import Comment, Decision, Gate, Milestone, Review, Waiver
from ..services.talk import names_of
from .board import gate_badge
from .criteria import address, known_of, lines
from .served import served

_MOST_CHANGES = 30


def gate_view(project: Project, gate: Gate, today: date) -> dict[str, Any]:
    """A gate with its criteria, what was signed, and what can be built. Eight queries."""
    rows = gate.criteria.prefetch_related(
        Prefetch("reviews", Review.objects.select_related("by")),
        Prefetch("waivers", Waiver.objects.select_related("by")),
    )
    found = lines(project, rows, today, known_of(project, rows))
    return {
        "gate": gate,
        "gate_badge": gate_badge(gate),
        "lines": found,
        "decisions": list(Decision.objects.filter(gate=gate).select_related("by")[:10]),
        "kinds": list(KINDS.values()),
    }


def milestone_page(milestone: Milestone, today: date) -> dict[str, Any]:
    """The context of a milestone's page."""
    project = milestone.roadmap.project
    attached = list(milestone.attachments.select_related("by"))
    names = names_of(project, [each.ref for each in attached])
    comments = Comment.objects.filter(milestone=milestone).select_related("by").prefetch_related("mentions")
    changes = milestone.changes.select_related("by")[:_MOST_CHANGES]
    waits = milestone.waits_for.select_related("before__gate").order_by("before__finish")
    leads = milestone.leads_to.select_related("after").order_by("after__start")
    return {
        "milestone": milestone,
        **gate_view(project, milestone.gate, today),
        "served": served(project, milestone.serves),
        "waits": list(waits),
        "leads": list(leads),
        "attached": [(each, names.get(each.ref), address(project, each.ref)) for each in attached],
        "comments": [(each, with_mentions(each)) for each in comments],
        "changes": list(changes),
        "is_late": milestone.is_late(today),
    }


def with_mentions(comment: Comment) -> SafeString:
    """The comment's paragraphs, escaped."""
    return format_html_join("", "<p>{}</p>", ((part,) for part in comment.text.split("\n") if part.strip()))
