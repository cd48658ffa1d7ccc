"""When majority voting may stop early: the Beta rule of adaptive consistency, and what it saves.

Exact while the possible counts are few, else simulated with a fixed seed. The question is as in `voting`.
"""

import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from training.statistics import wilson_interval

STEPS_LIMIT = 10_000
"""Transitions that the exact computation may take before a simulation takes its place; about 30 ms."""

TRIALS = 4_000


def lead_confidence(first: int, second: int) -> float:
    """The chance that the leading answer is the more likely one of the top two, P(Beta(first + 1, second + 1) > 1/2).

    Aggarwal et al. 2023, the Beta stopping rule. For whole counts it is the chance of at most `first` heads in
    first + second + 1 tosses of a fair coin. 3-0 gives 0.9375, 4-0 gives 0.96875.
    """
    tosses = first + second + 1
    return float(sum(math.comb(tosses, heads) for heads in range(first + 1)) / 2**tosses)


def stops(counts: list[int], confidence: float) -> bool:
    """Whether the rule stops with these counts of each answer given so far."""
    first, second = ([*sorted(counts, reverse=True), 0, 0])[:2]
    return lead_confidence(first, second) > confidence


@dataclass(frozen=True)
class Adaptive:
    """The stopping rule at work. Mean samples a question with the half-width of its 95% interval (0 if exact), and the
    accuracy with its interval where `trials` questions were simulated."""

    samples: float
    samples_margin: float
    accuracy: float
    low: float | None
    high: float | None
    trials: int | None


@lru_cache(maxsize=256)
def adaptive(p: float, wrong: int, most: int, confidence: float) -> Adaptive:
    """Sample until the rule stops, at most `most` times; then the leading answer wins."""
    return _adaptive_exact(p, wrong, most, confidence) or _adaptive_simulated(p, wrong, most, confidence)


def _share_right(right: int, others: tuple[int, ...]) -> float:
    best = max(right, *others, 0)
    return (right == best) / ((right == best) + others.count(best))


def _adaptive_exact(p: float, wrong: int, most: int, confidence: float) -> Adaptive | None:
    """Walks all counts (right, wrong ones sorted) with their chances; None where they are too many."""
    q = (1 - p) / wrong
    alive: dict[tuple[int, tuple[int, ...]], float] = {(0, ()): 1.0}
    samples = accuracy = 0.0
    steps = 0
    for drawn in range(1, most + 1):
        after: dict[tuple[int, tuple[int, ...]], float] = {}
        for (right, others), chance in alive.items():
            moves = [((right + 1, others), p)]
            for count, several in Counter(others).items():
                place = others.index(count)
                moves.append(((right, (*others[:place], count + 1, *others[place + 1 :])), q * several))
            if len(others) < wrong:
                moves.append(((right, (*others, 1)), q * (wrong - len(others))))
            moves = [(state, move) for state, move in moves if move > 0]
            for state, move in moves:
                after[state] = after.get(state, 0.0) + chance * move
            steps += len(moves)
        if steps > STEPS_LIMIT:
            return None
        alive = {}
        for (right, others), chance in after.items():
            if drawn == most or stops([right, *others], confidence):
                samples += drawn * chance
                accuracy += chance * _share_right(right, others)
            else:
                alive[right, others] = chance
    return Adaptive(samples, 0.0, accuracy, None, None, None)


def _adaptive_simulated(p: float, wrong: int, most: int, confidence: float, seed: int = 0) -> Adaptive:
    """`TRIALS` questions with a fixed seed."""
    draws = np.random.default_rng(seed).random((TRIALS, most))
    # answer 0 is right; the others share the rest evenly
    answers = np.where(draws < p, 0, 1 + np.minimum(wrong - 1, (draws - p) / max(1e-12, 1 - p) * wrong).astype(int))
    counts = np.zeros((TRIALS, wrong + 1), dtype=int)
    needed = np.array([_needed_lead(total, confidence) for total in range(most + 1)])
    samples = np.full(TRIALS, most)
    alive = np.arange(TRIALS)
    for drawn in range(1, most + 1):
        counts[alive, answers[alive, drawn - 1]] += 1
        top = np.partition(counts[alive], -2, axis=1)[:, -2:]
        done = top[:, 1] - top[:, 0] >= needed[top.sum(axis=1)]
        samples[alive[done]] = drawn
        alive = alive[~done]
    best = counts.max(axis=1)
    right = (counts[:, 0] == best) / (counts == best[:, None]).sum(axis=1)
    accuracy = float(right.mean())
    low, high = wilson_interval(round(accuracy * TRIALS), TRIALS)
    return Adaptive(float(samples.mean()), 1.96 * float(samples.std()) / math.sqrt(TRIALS), accuracy, low, high, TRIALS)


def _needed_lead(total: int, confidence: float) -> int:
    """The smallest lead at which the rule stops when the top two answers have `total` samples together."""
    leads = range(total % 2, total + 1, 2)
    return next((d for d in leads if lead_confidence((total + d) // 2, (total - d) // 2) > confidence), total + 1)
