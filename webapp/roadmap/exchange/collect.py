"""From a roadmap to its document."""

from typing import Any

from ..models import Dependency, Gate, Roadmap
from .document import PlanDocument, parse_document, tidy, tidy_line


def collect(roadmap: Roadmap, *, with_owners: bool = True) -> PlanDocument:
    """The whole plan as it stands. Four queries, however many milestones there are."""
    phases = list(roadmap.phases.select_related("gate").prefetch_related("gate__criteria"))
    number_of = {phase.pk: number for number, phase in enumerate(phases, start=1)}
    milestones = list(roadmap.milestones.select_related("gate", "owner").prefetch_related("gate__criteria"))
    key_of = {milestone.pk: milestone.key for milestone in milestones}
    links = Dependency.objects.filter(before__roadmap=roadmap)
    return parse_document(
        {
            "phases": [
                {"name": tidy_line(each.name), "aim": tidy(each.aim), "gate": _gate(each.gate)} for each in phases
            ],
            "milestones": [
                {
                    "key": each.key,
                    "phase": number_of[each.phase_id],
                    "name": tidy_line(each.name) or each.key,
                    "description": tidy(each.description),
                    "owner": each.owner.email if each.owner and with_owners else "",
                    "start": each.start,
                    "finish": each.finish,
                    "effort_days": each.effort_days,
                    "serves": each.serves,
                    "gate": _gate(each.gate),
                }
                for each in milestones
            ],
            "links": [
                {
                    "before": key_of[each.before_id],
                    "after": key_of[each.after_id],
                    "kind": each.kind,
                    "lag_days": each.lag_days,
                }
                for each in links
            ],
        }
    )


def _gate(gate: Gate) -> dict[str, Any]:
    return {"should_needed": gate.should_needed, "criteria": [row.spec for row in gate.criteria.all()]}
