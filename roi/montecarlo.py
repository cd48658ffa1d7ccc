"""Monte Carlo of a scenario: the spread of each option's NPV, when it pays back, and which option is the best.

All options are valued in the same trials, so that their differences are free of sampling noise. Trials come in blocks
(`sampling.BLOCK`); only the NPVs are kept, 8 bytes a trial and option.
"""

from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cashflow import payback, running_sums
from .draws import Draws, Values, draws_of
from .sampling import BLOCK, Method
from .scenario import Scenario

Array = NDArray[np.float64]

MONTHLY_TRIALS = 1 << 12
"""The first trials, from which what goes by month is read; those of a Sobol sequence are as even as the whole. A chance
read from 4,096 random trials is within 0.016 in 19 of 20 cases; from Sobol points it is closer."""

BINS = 40
LEVELS = (0.05, 0.10, 0.50, 0.90, 0.95)


@dataclass(frozen=True)
class Percentiles:
    """Five percentiles, by linear interpolation (Hyndman and Fan 1996, type 7)."""

    p5: float
    p10: float
    p50: float
    p90: float
    p95: float


@dataclass(frozen=True)
class Histogram:
    """Trials between edges; those beyond the first and the last edge are counted apart."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    below: int
    above: int


class ByMonth:
    """What an option's trials say of its months, worked out when it is first asked for: most pages show one option's.

    `band`, `payback_by` and `payback` are as in `OptionRisk`.
    """

    def __init__(self, draws: Draws, option: int, values: Values) -> None:
        self._draws, self._option, self._values = draws, option, values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByMonth) and (self.band, self._sorted.tolist()) == (other.band, other._sorted.tolist())

    __hash__ = None  # type: ignore[assignment]  # compared by its numbers

    @property
    def _is_idle(self) -> bool:
        return self._draws.options[self._option].kind == "do_nothing"

    @cached_property
    def band(self) -> tuple[Percentiles, ...]:
        """Percentiles of the running discounted sum after each month."""
        plan = self._draws.plan
        if self._is_idle:
            return (Percentiles(0.0, 0.0, 0.0, 0.0, 0.0),) * (plan.months + 1)
        sums = running_sums(self._values, plan)
        sums.sort(axis=1)
        return tuple(Percentiles(*row) for row in _levels(sums).tolist())

    @cached_property
    def _sorted(self) -> Array:
        """Months until payback [n], ascending."""
        return np.zeros(1) if self._is_idle else np.sort(payback(self._values, self._draws.plan))

    @cached_property
    def payback_by(self) -> tuple[float, ...]:
        months = np.arange(self._draws.plan.months + 1)
        return tuple((np.searchsorted(self._sorted, months, side="right") / self._sorted.size).tolist())

    @cached_property
    def payback(self) -> dict[str, float | None]:
        found = asdict(_percentiles(self._sorted))
        return {name: value if np.isfinite(value) else None for name, value in found.items()}


@dataclass(frozen=True)
class OptionRisk:
    """What the trials say of one option, against doing nothing. Money in the scenario's currency.

    `standard_error`: of the mean, were the trials plain random ones; Latin hypercube and Sobol points do better.
    `chance_best`: share of trials in which its NPV is the highest, doing nothing included; options that tie share a
    trial. `band`: percentiles of the running discounted sum after month 0, 1, ... to the horizon. `payback_by`: the
    chance that it has paid back, undiscounted and for good, by month 0, 1, ... `payback`: percentiles of the months
    until then, None where it is never within the horizon. Band and payback are read from the first `monthly_trials`.
    """

    key: str
    name: str
    mean: float
    deviation: float
    standard_error: float
    npv: Percentiles
    chance_positive: float
    chance_best: float
    histogram: Histogram
    by_month: ByMonth = field(repr=False)

    @property
    def band(self) -> tuple[Percentiles, ...]:
        """Percentiles after month 0, 1, ... to the horizon."""
        return self.by_month.band

    @property
    def payback_by(self) -> tuple[float, ...]:
        """The chance of payback by month 0, 1, ... to the horizon."""
        return self.by_month.payback_by

    @property
    def payback(self) -> dict[str, float | None]:
        """Percentiles of the months until payback."""
        return self.by_month.payback

    def chance_payback(self, months: int) -> float:
        """P(payback within `months`); that of the horizon for more months."""
        return self.payback_by[min(max(months, 0), len(self.payback_by) - 1)]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        plain = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "by_month"}
        return plain | {
            "npv": asdict(self.npv),
            "histogram": asdict(self.histogram),
            "band": [asdict(point) for point in self.band],
            "payback_by": self.payback_by,
            "payback": self.payback,
        }


@dataclass(frozen=True)
class Simulation:
    """The options in the scenario's order. `beats[i][j]`: share of trials in which option i's NPV is above option j's.

    `inputs`: paths of the figures that were drawn. `monthly_trials`: how many trials the figures by month rest on.
    """

    trials: int
    seed: int
    method: Method
    monthly_trials: int
    inputs: tuple[str, ...]
    options: tuple[OptionRisk, ...]
    beats: tuple[tuple[float, ...], ...]

    def option(self, key: str) -> OptionRisk:
        """One option's figures. `KeyError` where there is none of that key."""
        return {option.key: option for option in self.options}[key]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        return plain | {"options": [option.to_dict() for option in self.options]}


def simulate(scenario: Scenario, *, trials: int = 10_000, seed: int = 0, method: Method = "sobol") -> Simulation:
    """Value every option in `trials` draws of the uncertain figures; equal arguments give equal results.

    Source: Metropolis and Ulam (1949); with scrambled Sobol points, Owen (1997). Figures that are certain give the
    deterministic outcome to the last bit. Raises `ValueError` where trials are out of range or correlations contradict
    each other.
    """
    draws = draws_of(scenario)
    npvs, drawn = _trials(draws, trials, seed, method)
    chances, beats = _compared(npvs)
    monthly = draws.values([column[:MONTHLY_TRIALS] for column in drawn])
    options = tuple(
        _risk(draws, index, row, float(chance), monthly[index])
        for index, (row, chance) in enumerate(zip(npvs, chances, strict=True))
    )
    paths = tuple(item.path for item in draws.inputs)
    return Simulation(trials, seed, method, min(trials, MONTHLY_TRIALS), paths, options, beats)


def npv_trials(scenario: Scenario, *, trials: int = 10_000, seed: int = 0, method: Method = "sobol") -> Array:
    """The NPVs [options, trials] that `simulate` describes, in the order of the trials."""
    return _trials(draws_of(scenario), trials, seed, method)[0]


def _trials(draws: Draws, trials: int, seed: int, method: Method) -> tuple[Array, list[Array]]:
    """NPVs [options, trials], and the inputs of the first block: arrays [b]."""
    npvs = np.empty((len(draws.options), trials))
    first: list[Array] = []
    start = 0
    for points in draws.blocks(trials, seed=seed, method=method):
        drawn = draws.at(points)
        first = first or drawn
        stop = start + points.shape[1]
        for row, worth in zip(npvs, draws.npv(draws.values(drawn)), strict=True):
            row[start:stop] = worth
        start = stop
    return npvs, first


def _compared(npvs: Array) -> tuple[Array, tuple[tuple[float, ...], ...]]:
    """Share of trials in which each option is the best [options], and in which one beats another [options, options]."""
    count, trials = npvs.shape
    shares, wins = np.zeros(count), np.zeros((count, count))
    for start in range(0, trials, BLOCK):
        block = npvs[:, start : start + BLOCK]
        is_best = block == block.max(axis=0)
        shares += (is_best / is_best.sum(axis=0)).sum(axis=1)
        for option, row in enumerate(block):
            wins[option] += np.count_nonzero(row > block, axis=1)
    return shares / trials, tuple(tuple(float(win) for win in row) for row in wins / trials)


def _risk(draws: Draws, index: int, npvs: Array, chance_best: float, monthly: Values) -> OptionRisk:
    """Sorts `npvs` in place."""
    option = draws.options[index]
    npvs.sort()
    # about one of them: equal values have exactly that mean, and a deviation of 0
    mean = float(npvs[0] + (npvs - npvs[0]).mean())
    deviation = float(npvs.std()) if npvs[0] < npvs[-1] else 0.0
    return OptionRisk(
        key=option.key,
        name=option.name,
        mean=mean,
        deviation=deviation,
        standard_error=deviation / npvs.size**0.5,
        npv=_percentiles(npvs),
        chance_positive=(npvs.size - int(np.searchsorted(npvs, 0.0, side="right"))) / npvs.size,
        chance_best=chance_best,
        histogram=_histogram(npvs),
        by_month=ByMonth(draws, index, monthly),
    )


def _percentiles(ascending: Array) -> Percentiles:
    return Percentiles(*_levels(ascending).tolist())


def _levels(ascending: Array) -> Array:
    """Values at `LEVELS` of each last axis [..., n]: [..., 5]."""
    size = ascending.shape[-1]
    places = np.multiply(LEVELS, size - 1)
    below = places.astype(int)
    low, high = ascending[..., below], ascending[..., np.minimum(below + 1, size - 1)]
    with np.errstate(invalid="ignore"):  # from infinity to infinity
        return np.where(low == high, low, low + (high - low) * (places - below))


def _histogram(ascending: Array) -> Histogram:
    """Equal bins over all but the outermost half percents."""
    low, high = ascending[[int(0.005 * (ascending.size - 1)), int(0.995 * (ascending.size - 1))]]
    if low == high:
        return Histogram((float(low), float(high)), (ascending.size,), 0, 0)
    edges = np.linspace(low, high, BINS + 1)
    places = np.searchsorted(ascending, edges)
    places[-1] = np.searchsorted(ascending, high, side="right")
    counts = np.diff(places)
    return Histogram(tuple(edges.tolist()), tuple(counts.tolist()), int(places[0]), int(ascending.size - places[-1]))
