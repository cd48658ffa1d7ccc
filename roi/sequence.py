"""Sobol points, scrambled: those of `scipy.stats.qmc.Sobol` bit for bit, whose import takes half a second.

Source: Joe and Kuo (2008), "Constructing Sobol sequences with better two-dimensional projections", whose direction
numbers are read from the file that scipy brings; the scramble is a linear matrix scramble with a digital shift
(Matousek 1998).
"""

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint32]

BITS = 30
"""Binary digits of a coordinate: 2^30 points differ."""

_TABLE = 12
"""So many low digits of a point's number are looked up at once: 16 kB an input."""

_FILE = "stats/_sobol_direction_numbers.npz"


def scrambled(inputs: int, seed: int) -> Callable[[int], NDArray[np.float64]]:
    """What draws the next points of one sequence: arrays [inputs, size] from 0 on, below 1. Equal seeds, equal points.

    Raises `ValueError` for more inputs than there are direction numbers for (21,201).
    """
    plain = _digits(_directions(inputs))
    random = np.random.default_rng(seed).spawn(1)[0]
    shift = _numbers(random.integers(2, size=(inputs, BITS), dtype=np.uint32)[:, ::-1])
    lower = np.tril(random.integers(2, size=(inputs, BITS, BITS), dtype=np.uint32), -1)
    lower += np.eye(BITS, dtype=np.uint32)
    directions = _numbers(np.einsum("ipk,ijk->ijp", lower, plain) & 1)
    table = _by_number(directions)
    at = 0

    def draw(size: int) -> NDArray[np.float64]:
        nonlocal at
        found = np.empty((inputs, size), dtype=np.uint32)
        done = 0
        while done < size:
            first = at % (1 << _TABLE)
            part = table[:, first : first + size - done]
            np.bitwise_xor(part, _at(at - first, directions, shift)[:, None], out=found[:, done : done + part.shape[1]])
            done, at = done + part.shape[1], at + part.shape[1]
        return np.multiply(found, 2.0**-BITS, dtype=np.float64)

    return draw


def _by_number(directions: Bits) -> Bits:
    """Points 0 to 2^12 - 1 without shift, [inputs, 4096]. The Gray codes of a half are those before, from the end."""
    table = np.zeros((len(directions), 1), dtype=np.uint32)
    for place in range(_TABLE):
        table = np.concatenate([table, table[:, ::-1] ^ directions[:, place, None]], axis=1)
    return table


def _at(number: int, directions: Bits, shift: Bits) -> Bits:
    """The point of one number, [inputs]: the directions of its Gray code's digits (Antonov and Saleev 1979)."""
    code = number ^ (number >> 1)
    places = [place for place in range(BITS) if code >> place & 1]
    return np.asarray(np.bitwise_xor.reduce(directions[:, places], axis=1) ^ shift)


def _digits(numbers: Bits) -> Bits:
    """Binary digits [..., 30], the highest first."""
    return (numbers[..., None] >> np.arange(BITS - 1, -1, -1, dtype=np.uint32)) & np.uint32(1)


def _numbers(digits: Bits) -> Bits:
    """The reverse of `_digits`."""
    return digits @ (np.uint32(1) << np.arange(BITS - 1, -1, -1, dtype=np.uint32))


@lru_cache(maxsize=16)
def _directions(inputs: int) -> Bits:
    """Direction numbers [inputs, 30], by the recurrence of each input's primitive polynomial."""
    polynomials, first = _published()
    if inputs > len(polynomials):
        raise ValueError(f"there are Sobol points for at most {len(polynomials):,} figures that vary, not {inputs:,}")
    found = np.ones((inputs, BITS), dtype=np.uint32)
    for row, polynomial, start in zip(found[1:], polynomials[1:inputs], first[1:inputs], strict=True):
        row[:] = _recurrence(int(polynomial), [int(each) for each in start])
    return found << np.arange(BITS - 1, -1, -1, dtype=np.uint32)


def _recurrence(polynomial: int, start: list[int]) -> list[int]:
    degree = polynomial.bit_length() - 1
    row = start[:degree]
    while len(row) < BITS:
        new = row[-degree]
        for back in range(1, degree + 1):
            if polynomial >> (degree - back) & 1:
                new ^= row[-back] << back
        row.append(new)
    return row


@lru_cache(maxsize=1)
def _published() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Polynomials [21201] and first direction numbers [21201, 18] from scipy's file; none of its code is run."""
    scipy = find_spec("scipy")
    if scipy is None or scipy.origin is None:
        raise ModuleNotFoundError("scipy")
    with np.load(Path(scipy.origin).parent / _FILE) as numbers:
        return numbers["poly"], numbers["vinit"]
