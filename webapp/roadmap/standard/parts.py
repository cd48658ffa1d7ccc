"""What the standard plan is written with."""

from datetime import date, timedelta
from typing import Any

DAY_ZERO = date(2000, 1, 3)
"""A Monday: dates of templates count from it."""


def measured(metric: str, threshold: float, **more: Any) -> dict[str, Any]:
    """A measured metric against a threshold."""
    return {"kind": "measurement", "metric": metric, "threshold": threshold, **more}


def counted(name: str, threshold: int, **more: Any) -> dict[str, Any]:
    """So many of something."""
    return {"kind": "count", "counted": name, "threshold": threshold, **more}


def signed(role: str, title: str, **more: Any) -> dict[str, Any]:
    """A signature of somebody in a role."""
    return {"kind": "review", "role": role, "title": title, **more}


def better(subject: str, baseline: str, title: str, threshold: float = 0.0) -> dict[str, Any]:
    """More right answers than a baseline on the same items."""
    difference = {"subject": subject, "baseline": baseline, "judged_on": "difference", "title": title}
    return measured("accuracy", threshold, **difference)


def milestone(
    key: str, phase: int, name: str, week: float, weeks: float, effort: float, description: str, **more: Any
) -> dict[str, Any]:
    """A milestone with its gate. `week` counts from the start of the plan, `weeks` is its length, `effort` in days."""
    start = DAY_ZERO + timedelta(days=round(week * 7))
    finish = start + timedelta(days=round(weeks * 7) - 1)
    gate = {"criteria": more.pop("criteria")}
    fields = {"key": key, "phase": phase, "name": name, "description": description, "effort_days": effort}
    return {**fields, "start": start, "finish": finish, "gate": gate, **more}
