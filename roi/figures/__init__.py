"""The figures of a scenario: label, unit, meaning and limits of each, stated once.

A form, an export, a chart and the documentation all read them from `REGISTRY`. Money is in the scenario's currency,
which stands for `CURRENCY` in a unit; shares are from 0 to 1.
"""

from collections.abc import Mapping
from typing import Any

from .costs import OneOff, Recurring, Run
from .spec import CURRENCY, NO_EFFECT, FigureSpec, Group
from .time import Risk, Time
from .work import Work

__all__ = [
    "CURRENCY",
    "GROUPS",
    "REGISTRY",
    "FigureSpec",
    "Group",
    "OneOff",
    "Recurring",
    "Risk",
    "Run",
    "Time",
    "Work",
]

GROUPS: Mapping[str, type[Group]] = {
    "work": Work,
    "run": Run,
    "one_off": OneOff,
    "recurring": Recurring,
    "time": Time,
    "risk": Risk,
}
"""The groups of a scenario in their order on a page."""


def _specs(group: str, model: type[Group]) -> list[FigureSpec]:
    specs = []
    for key, field in model.model_fields.items():
        extra: Any = field.json_schema_extra
        if extra is None:
            continue
        quantity: Any = None if field.is_required() else field.default
        specs.append(
            FigureSpec(
                group=group,
                key=key,
                label=str(field.title),
                help=str(field.description),
                unit=extra["unit"],
                typical=tuple(extra["typical"]),
                limits=tuple(extra["limits"]),
                default=None if quantity is None else quantity.value,
                default_provenance=NO_EFFECT if quantity is None else quantity.provenance,
                shared=extra["shared"],
            )
        )
    return specs


REGISTRY: Mapping[str, FigureSpec] = {
    spec.name: spec for group, model in GROUPS.items() for spec in _specs(group, model)
}
"""Every figure by its name (`work.success_rate`), in order."""
