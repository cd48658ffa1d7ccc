"""Signatures as figures: 1 for one given, 0 for one refused. The newest counts."""

from ..gates import Figure
from ..gates.criteria import ReviewCriterion
from ..models import GateCriterion, Review
from .counts import COUNTS_OF_DATA
from .hand import Hand


def signed(hand: Hand, criterion: ReviewCriterion, row: GateCriterion) -> Figure | None:
    """The newest signature under the criterion; `row` has its reviews at hand, newest first."""
    review = next(iter(row.reviews.all()), None)
    if review is None:
        return None
    word = "Signed" if review.is_approved else "Refused"
    note = f" “{review.note}”" if review.note else ""
    reason = f"{word} by {review.by} as {criterion.role} on {review.at:%-d %B %Y}.{note}"
    return Figure(
        float(review.is_approved), review.at, name=str(review.by), reason=reason, stale=_outlived(hand, row, review)
    )


def _outlived(hand: Hand, row: GateCriterion, review: Review) -> str:
    """Where the same gate counts the rows of the data, a signature is about these rows: newer ones need a new one."""
    newest = next(iter(hand.newest_versions), None)
    if row.gate_id not in hand.gates_counting(COUNTS_OF_DATA) or newest is None or newest.created_at <= review.at:
        return ""
    return f"{review.by} signed on {review.at:%-d %B %Y} for the data before {newest}: sign again for these."
