"""What others may wait for."""

from django.dispatch import Signal

scenario_changed = Signal()
"""Sent after the commit that made, changed or deleted a scenario.

Sender: `Scenario`. Arguments: `project_id`, `scenario_id`, and `deleted` (True once it is gone).
"""
