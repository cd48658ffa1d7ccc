"""What others may wait for."""

from django.dispatch import Signal

settings_changed = Signal()
"""Sent in the transaction that stored other settings. Sender: `Project`; arguments: `project_id`, and `names`, the
settings that changed."""
