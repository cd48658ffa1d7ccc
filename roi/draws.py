"""The uncertain figures of a scenario, drawn once and shared by every option that uses them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .cashflow import TIME_FIGURES, Plan, Weights, present_values, present_weights
from .figures import REGISTRY, FigureSpec
from .quantity import Quantity
from .same import Same
from .sampling import Inverse, Method, blocks, inverse_cdf
from .scenario import ResolvedOption, Scenario

Array = NDArray[np.float64]
Values = dict[str, float | Array]
"""Figures of one option by name: a number where the figure is certain, else one for each trial."""


@dataclass(frozen=True)
class Input:
    """One uncertain figure. `path` is where it stands first; `options` are the keys of those that use it."""

    path: str
    spec: FigureSpec
    quantity: Quantity
    options: tuple[str, ...]
    inverse: Inverse


class Draws:
    """Every figure of every option, with each uncertain one drawn once.

    Options share the draws of a figure that stands at the same path, and of a figure that they state in equal words,
    provenance included: two copies of an option never differ. Figures that a correlation names stay their own.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.plan = Plan.of(scenario)
        self.options: tuple[ResolvedOption, ...] = tuple(scenario.option(option.key) for option in scenario.options)
        self._means = [option.means() for option in self.options]
        self._sources: list[dict[str, int]] = [{} for _ in self.options]
        inputs: list[Input] = []
        for uses in self._uses(scenario):
            index, name = uses[0]
            option, spec = self.options[index], REGISTRY[name]
            inverse = inverse_cdf(option.quantities[name], *spec.limits)
            if inverse is None:
                continue
            for user, _ in uses:
                self._sources[user][name] = len(inputs)
            keys = tuple(self.options[user].key for user, _ in uses)
            inputs.append(Input(option.paths[name], spec, option.quantities[name], keys, inverse))
        self.inputs: tuple[Input, ...] = tuple(inputs)
        self.correlations = self._correlations(scenario)

    def base(self, spec: FigureSpec) -> Quantity:
        """The scenario's own figure, whether or not an option uses it."""
        found: Quantity = getattr(getattr(self._scenario, spec.group), spec.key)
        return found

    def place(self, option: str) -> int:
        """Which option has that key. `KeyError` where none has."""
        for index, held in enumerate(self.options):
            if held.key == option:
                return index
        raise KeyError(option)

    def values(self, drawn: Sequence[Array | float]) -> list[Values]:
        """The figures of each option, given those of each input."""
        return [
            {**means, **{name: drawn[index] for name, index in sources.items()}}
            for means, sources in zip(self._means, self._sources, strict=True)
        ]

    def npv(self, values: Sequence[Values]) -> list[Array]:
        """NPV of each option over doing nothing: arrays [n], or [1] where all that the option uses is certain."""
        known: dict[object, Weights] = {}
        return [self._npv(place, figures, known) for place, figures in enumerate(values)]

    def npv_of(self, place: int, figures: Values) -> Array:
        """NPV [n] or [1] of one option, by its place."""
        return self._npv(place, figures, {})

    def _npv(self, place: int, figures: Values, known: dict[object, Weights]) -> Array:
        if self.options[place].kind == "do_nothing":
            return np.zeros(1)
        # options that are introduced alike share the weights of their months
        timing = tuple(_key(figures[name]) for name in TIME_FIGURES)
        if all(map(_is_kept, timing)):
            weights = _kept_weights(timing, self.plan)
        else:
            weights = known.get(timing) or known.setdefault(timing, present_weights(figures, self.plan))
        return present_values(figures, self.plan, weights).npv

    def at(self, points: Array) -> list[Array]:
        """Each input at uniform points [inputs, n]: arrays [n]."""
        if points.flags.writeable:
            return [item.inverse(row) for item, row in zip(self.inputs, points, strict=True)]
        kept = Same(points)
        return [_kept_figures(kept, row, item.quantity, item.spec.limits) for row, item in enumerate(self.inputs)]

    def blocks(self, trials: int, *, seed: int, method: Method) -> Iterator[Array]:
        """Points [inputs, b], block by block."""
        return blocks(trials, len(self.inputs), seed=seed, method=method, correlations=self.correlations)

    def used_by(self, option: str) -> list[int]:
        """The inputs that an option uses."""
        return [index for index, item in enumerate(self.inputs) if option in item.options]

    def path_in(self, option: str, item: Input) -> str:
        """Where an input stands for one option: options that state a figure in equal words share its draws."""
        return self.options[self.place(option)].paths[item.spec.name]

    def _uses(self, scenario: Scenario) -> Iterable[list[tuple[int, str]]]:
        """For each figure that may be drawn once: the options that use it, with its name there."""
        named = {path for pair in scenario.correlations for path in (pair.first, pair.second)}
        users: dict[object, list[tuple[int, str]]] = {}
        for index, option in enumerate(self.options):
            for name, quantity in option.quantities.items():
                # how a model works does not matter where none does
                if quantity.is_fixed or (option.kind == "do_nothing" and not REGISTRY[name].shared):
                    continue
                path = option.paths[name]
                stated_once = path == name or path in named
                users.setdefault(path if stated_once else (name, quantity), []).append((index, name))
        return users.values()

    def _correlations(self, scenario: Scenario) -> Array | None:
        places: Mapping[str, int] = {item.path: index for index, item in enumerate(self.inputs)}
        pairs = [pair for pair in scenario.correlations if pair.first in places and pair.second in places]
        if not pairs:
            return None
        matrix = np.eye(len(self.inputs))
        for pair in pairs:
            first, second = places[pair.first], places[pair.second]
            matrix[first, second] = matrix[second, first] = pair.rank
        return matrix


@lru_cache(maxsize=16)
def _drawn_from(scenario: Same[Scenario]) -> Draws:
    return Draws(scenario.value)


def draws_of(scenario: Scenario) -> Draws:
    """`Draws` of the scenario; what is asked of one and the same object next is given the same."""
    return _drawn_from(Same(scenario))


# what a change of one figure leaves as it was, from one outcome to the next: some 15 MB at `sampling.KEPT` trials


@lru_cache(maxsize=256)
def _kept_figures(points: Same[Array], row: int, quantity: Quantity, limits: tuple[float, float]) -> Array:
    """A figure at points that are kept; nobody may write into it."""
    inverse = inverse_cdf(quantity, *limits)
    assert inverse is not None
    drawn = inverse(points.value[row])
    drawn.flags.writeable = False
    return drawn


@lru_cache(maxsize=64)
def _kept_weights(timing: tuple[float | Same[Array], ...], plan: Plan) -> Weights:
    """Weights of months for figures of time, each a number or an array that is kept."""
    figures = [each.value if isinstance(each, Same) else each for each in timing]
    return present_weights(dict(zip(TIME_FIGURES, figures, strict=True)), plan)


def _key(value: float | Array) -> float | Same[Array]:
    """Equal for equal numbers and for one and the same array."""
    return Same(value) if isinstance(value, np.ndarray) else float(value)


def _is_kept(key: float | Same[Array]) -> bool:
    return not (isinstance(key, Same) and key.value.flags.writeable)
