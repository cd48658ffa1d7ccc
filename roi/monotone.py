"""Monotone cubics between points: those of `scipy.interpolate.PchipInterpolator`, whose import takes a quarter second.

Source: Fritsch and Butland (1984), "A method for constructing local monotone piecewise cubic interpolants"; the ends'
slopes: Moler (2004), Numerical Computing with MATLAB, section 3.6.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def monotone(places: ArrayLike, values: ArrayLike, at: Array) -> Array:
    """Values at `at` [n], all within `places` [k], which rise and are two at least. Never beyond two neighbours."""
    x, y = np.asarray(places, dtype=float), np.asarray(values, dtype=float)
    widths = np.diff(x)
    rises = np.diff(y) / widths
    slopes = _slopes(widths, rises)
    bend = (slopes[:-1] + slopes[1:] - 2 * rises) / widths
    cell = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(widths) - 1)
    part = at - x[cell]
    cubic, square = bend / widths, (rises - slopes[:-1]) / widths - bend
    return np.asarray(y[cell] + part * (slopes[cell] + part * (square[cell] + part * cubic[cell])))


def _slopes(widths: Array, rises: Array) -> Array:
    """Slopes at the points [k]: weighted harmonic means of the rises [k - 1] beside each, flat where these turn."""
    if len(rises) == 1:
        return np.repeat(rises, 2)
    turns = (np.sign(rises[1:]) != np.sign(rises[:-1])) | (rises[1:] == 0) | (rises[:-1] == 0)
    before, after = 2 * widths[1:] + widths[:-1], widths[1:] + 2 * widths[:-1]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # rises of 1e-300 count as flat
        inner = (before + after) / (before / rises[:-1] + after / rises[1:])
    first = _end(widths[0], widths[1], rises[0], rises[1])
    last = _end(widths[-1], widths[-2], rises[-1], rises[-2])
    return np.array([first, *np.where(turns, 0.0, inner), last])


def _end(near: float, far: float, rise: float, next_rise: float) -> float:
    """The slope at an end from three points, kept from turning."""
    slope = ((2 * near + far) * rise - near * next_rise) / (near + far)
    if np.sign(slope) != np.sign(rise):
        return 0.0
    is_steep = np.sign(rise) != np.sign(next_rise) and abs(slope) > 3 * abs(rise)
    return 3 * rise if is_steep else slope
