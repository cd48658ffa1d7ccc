"""From a figure and a criterion to a verdict, with its reason and what more would settle it."""

import math

from training.statistics import SMALLEST_DIFFERENCE, items_beyond, needed_items
from webapp.ui import formats

from .criteria import COMPARED, CountCriterion, Criterion, MeasurementCriterion, ReviewCriterion, ScenarioCriterion
from .evidence import Figure, Finding, Verdict

MOST_ITEMS = 1_000_000
"""More items than this are no plan: "at this estimate no practical number settles it" is said instead."""


def judge(criterion: Criterion, figure: Figure | None, *, minimum_effect: float = 0.0) -> Finding:
    """The verdict on a criterion by the figure that counts, or by its absence.

    A review's figure is 1 for a signature and 0 for a refusal. `minimum_effect` is the project's smallest difference
    that matters, as a fraction.
    """
    if figure is None:
        return Finding(Verdict.NOT_ENOUGH, _nothing(criterion))
    if figure.stale:
        return Finding(Verdict.NOT_ENOUGH, figure.stale, figure, basis=figure.basis)
    found = _judged(criterion, figure, minimum_effect)
    return Finding(found.verdict, found.sentence, figure, found.more_items, figure.basis)


def _nothing(criterion: Criterion) -> str:
    if isinstance(criterion, ReviewCriterion):
        return f"Nobody has signed as {criterion.role} yet."
    if isinstance(criterion, ScenarioCriterion):
        return "There is no scenario with this figure yet."
    if isinstance(criterion, CountCriterion):
        return "There is nothing to count yet."
    if criterion.judged_on == "difference":
        return "There is no pair of evaluations on the same items yet."
    return "Nothing is measured yet."


def _judged(criterion: Criterion, figure: Figure, minimum_effect: float) -> Finding:
    if isinstance(criterion, ReviewCriterion):
        verdict = Verdict.PASSES if figure.value else Verdict.FAILS
        return Finding(verdict, figure.reason)
    if figure.value is None:
        return Finding(Verdict.FAILS, figure.reason or "The figure does not exist.")
    if isinstance(criterion, CountCriterion):
        return _count(criterion, figure, figure.value)
    if isinstance(criterion, MeasurementCriterion) and criterion.judged_on == "difference":
        return _difference(criterion.threshold, figure, figure.value, minimum_effect)
    if figure.is_told_without_items:
        why = "a share or a score from elsewhere counts only with the number of items it was measured on"
        return Finding(Verdict.NOT_ENOUGH, f"{figure.text}: {why}. Enter it again with that number.")
    if criterion.judged_on == "bound":
        return _bound(criterion, figure, figure.value)
    return _estimate(criterion, figure, figure.value)


def _count(criterion: CountCriterion, figure: Figure, value: float) -> Finding:
    limit = f"{COMPARED[criterion.comparator]} {formats.count(criterion.threshold)}"
    if _meets(value, criterion.comparator, criterion.threshold):
        return Finding(Verdict.PASSES, f"{figure.text}: {limit}.")
    if criterion.comparator == "at_most":
        return Finding(Verdict.FAILS, f"{figure.text}: more than {formats.count(criterion.threshold)}.")
    more = math.ceil(criterion.threshold - value)
    return Finding(
        Verdict.NOT_ENOUGH,
        f"{figure.text} of {formats.count(criterion.threshold)}: {formats.count(more)} more are needed.",
        None,
        more,
    )


def _meets(value: float, comparator: str, threshold: float) -> bool:
    return value >= threshold if comparator == "at_least" else value <= threshold


def _estimate(criterion: MeasurementCriterion | ScenarioCriterion, figure: Figure, value: float) -> Finding:
    limit = f"{COMPARED[criterion.comparator]} {figure.written(criterion.threshold)}"
    if _meets(value, criterion.comparator, criterion.threshold):
        return Finding(Verdict.PASSES, f"{figure.text} is {limit}.")
    return Finding(Verdict.FAILS, f"{figure.text} is not {limit}.")


def _bound(criterion: MeasurementCriterion | ScenarioCriterion, figure: Figure, value: float) -> Finding:
    threshold, is_floor = criterion.threshold, criterion.comparator == "at_least"
    limit = f"{COMPARED[criterion.comparator]} {figure.written(threshold)}"
    if figure.low is None or figure.high is None:
        return Finding(Verdict.NOT_ENOUGH, f"{figure.text} has no interval, so its bound cannot be judged.")
    near, far = (figure.low, figure.high) if is_floor else (figure.high, figure.low)
    if _meets(near, criterion.comparator, threshold):
        return Finding(Verdict.PASSES, f"{figure.text}: the whole interval is {limit}.")
    if not _meets(far, criterion.comparator, threshold):
        return Finding(Verdict.FAILS, f"{figure.text}: no part of the interval is {limit}.")
    more = _more_for_bound(figure, value, threshold)
    held = f"{figure.text}: the interval holds {figure.written(threshold)}"
    return Finding(Verdict.NOT_ENOUGH, f"{held}. {_told(more)}", None, more)


def _difference(threshold: float, figure: Figure, value: float, minimum_effect: float) -> Finding:
    """A gain is real where the interval lies above the threshold and the gain exceeds the smallest that matters.

    A negative threshold is a margin: the model may be worse by no more than that, and no gain is asked for.
    """
    if figure.low is None or figure.high is None:
        return Finding(Verdict.NOT_ENOUGH, f"{figure.text} has no interval, so no difference can be called real.")
    asked = max(threshold, minimum_effect) if threshold >= 0 else threshold
    over = f"more than {figure.written(threshold) if threshold else 'zero'}"
    if figure.low > threshold and value > asked:
        return Finding(Verdict.PASSES, f"{figure.text}: the whole interval is {over}.")
    if figure.high <= asked:
        why = f"no part of the interval is more than {figure.written(asked)}"
        return Finding(Verdict.FAILS, f"{figure.text}: {why}.")
    if figure.low > threshold:
        why = f"the gain does not exceed {figure.written(asked)}, the smallest difference that matters here"
        return Finding(Verdict.FAILS, f"{figure.text}: {why}.")
    more = _more_for_difference(figure, value, threshold)
    return Finding(
        Verdict.NOT_ENOUGH, f"{figure.text}: the interval holds {figure.written(threshold)}. {_told(more)}", None, more
    )


def _told(more: int | None) -> str:
    if more is None:
        return "At the present estimate no practical number of items settles it."
    return f"{formats.count(more, 'more item')} would settle it at the present estimate."


def _more_for_bound(figure: Figure, value: float, threshold: float) -> int | None:
    if figure.is_rate and 0 <= value <= 1 and 0 <= threshold <= 1:
        return _more(items_beyond(value, threshold), figure.n)
    return _more(_by_width(figure, value, threshold), figure.n)


def _more_for_difference(figure: Figure, value: float, threshold: float) -> int | None:
    by_width = _by_width(figure, value, threshold)
    if by_width is None or threshold != 0 or figure.discordance is None or abs(value) < SMALLEST_DIFFERENCE:
        return _more(by_width, figure.n)
    by_test = needed_items(value, min(1.0, max(figure.discordance, abs(value))))
    return _more(max(by_width, by_test), figure.n)


def _by_width(figure: Figure, value: float, threshold: float) -> int | None:
    """Items at which the interval, whose half-width shrinks with the root of n, ends at the threshold."""
    assert figure.low is not None
    assert figure.high is not None
    gap = abs(value - threshold)
    half = value - figure.low if value > threshold else figure.high - value
    if figure.n < 1 or gap < 1e-12 or half / gap > 1e4:
        return None
    return math.ceil(figure.n * (half / gap) ** 2)


def _more(needed: int | None, there: int) -> int | None:
    """The items still missing, at least one; None where that is no plan."""
    if needed is None or needed - there > MOST_ITEMS:
        return None
    return max(1, needed - there)
