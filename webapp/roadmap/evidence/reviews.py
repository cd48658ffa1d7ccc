"""Signatures as figures: 1 for one given, 0 for one refused. The newest counts."""

from ..gates import Figure
from ..gates.criteria import ReviewCriterion
from ..models import GateCriterion
from .hand import Hand


def signed(hand: Hand, criterion: ReviewCriterion, row: GateCriterion) -> Figure | None:
    """The newest signature under the criterion; `row` has its reviews at hand, newest first."""
    review = next(iter(row.reviews.all()), None)
    if review is None:
        return None
    word = "Signed" if review.is_approved else "Refused"
    note = f" “{review.note}”" if review.note else ""
    reason = f"{word} by {review.by} as {criterion.role} on {review.at:%-d %B %Y}.{note}"
    return Figure(float(review.is_approved), review.at, name=str(review.by), reason=reason)
