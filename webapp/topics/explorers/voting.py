"""Majority voting over independent samples, exactly.

One question, independent samples: each is right with probability p, and else is one of k wrong answers, all equally
likely. The answer given most often wins; a tie is broken by a fair draw among those tied.
"""

import math

import numpy as np
from numpy.typing import NDArray


def majority_accuracies(p: float, wrong: int, most: int) -> list[float]:
    """The accuracy of the vote of 1, 2 ... `most` samples, exactly (`most` up to 150).

    With counts c of the right answer and n = N - c of the others, the chance of a vote is N! p^c/c! times the product
    of q^j/j! over the wrong answers, q = (1 - p)/k. Summed by generating functions: t wrong answers tie at c, the other
    k - t stay below it, so the coefficient of x^n in C(k, t) (q^c x^c/c!)^t (sum over j < c of q^j x^j/j!)^(k - t).
    """
    q = (1 - p) / wrong
    terms = np.array([q**j / math.factorial(j) for j in range(most + 1)])
    accuracies = np.zeros(most + 1)
    for c in range(1, most + 1):
        room = most - c
        below = np.where(np.arange(room + 1) < c, terms[: room + 1], 0.0)
        for tied in range(min(wrong, room // c) + 1):
            others = _power(below, wrong - tied, room)
            shift = tied * c
            weight = math.comb(wrong, tied) * terms[c] ** tied / (tied + 1) * p**c / math.factorial(c)
            for n in range(shift, room + 1):
                accuracies[c + n] += weight * others[n - shift] * math.factorial(c + n)
    return [float(value) for value in accuracies[1:]]


def _power(series: NDArray[np.float64], exponent: int, degree: int) -> NDArray[np.float64]:
    """series^exponent up to x^degree."""
    result = np.zeros(degree + 1)
    result[0] = 1.0
    square = series
    while exponent:
        if exponent & 1:
            result = np.convolve(result, square)[: degree + 1]
        exponent >>= 1
        if exponent:
            square = np.convolve(square, square)[: degree + 1]
    return result
