"""What others may wait for."""

from django.dispatch import Signal

measured = Signal()
"""Sent in the transaction that stored measurements, by jobs here or from elsewhere. Sender: `Measurement`; argument:
`project_id`."""
