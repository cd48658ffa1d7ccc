"""A scenario's questions about evidence: which figure drives the spread, and what it is worth to know one better."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import evidence_value, sobol, test_time
from .draws import Draws, draws_of
from .evidence_value import DEFAULT_ITEMS, SampleInformation, conditional_polynomials, evpi, evppi
from .quantity import Beta, Quantity
from .sampling import BLOCK, inverse_cdf
from .scenario import Scenario
from .sensitivity import npv_at
from .test_time import BestSamples, MeasuredPoint

Array = NDArray[np.float64]

SUCCESS_RATE = "work.success_rate"
SAMPLES = "run.samples_per_item"
SOBOL_POINTS = 1 << 9


@dataclass(frozen=True)
class InputIndices:
    """Sobol's indices of one input on an option's NPV, with standard errors; None where the NPV does not vary."""

    path: str
    label: str
    first: float | None
    first_error: float | None
    total: float | None
    total_error: float | None


@dataclass(frozen=True)
class Drivers:
    """The inputs of an option by their total index, largest first. `reason`: why there are no indices."""

    option: str
    inputs: tuple[InputIndices, ...]
    reason: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)


def sobol_indices(scenario: Scenario, option: str, *, points: int = SOBOL_POINTS, seed: int = 0) -> Drivers:
    """Sobol indices of each uncertain input on an option's NPV over doing nothing: see `roi.sobol.sobol_indices`.

    Inputs are taken as independent; where the scenario correlates some, `reason` says that the indices leave that out.
    Raises `KeyError` for an unknown option.
    """
    draws = draws_of(scenario)
    place, used = draws.place(option), draws.used_by(option)
    if not used:
        return Drivers(option, (), "no figure of this option is uncertain")
    centre: list[Array | float] = [item.quantity.mean for item in draws.inputs]

    def npv(points: Array) -> Array:
        drawn = list(centre)
        for index, row in zip(used, points, strict=True):
            drawn[index] = draws.inputs[index].inverse(row)
        return np.broadcast_to(draws.npv_of(place, draws.values(drawn)[place]), points.shape[1:])

    found = sobol.sobol_indices(npv, len(used), points=points, seed=seed)
    columns = [found.first, found.first_error, found.total, found.total_error]
    rows = zip(*[column or (None,) * len(used) for column in columns], strict=True)
    inputs = [
        InputIndices(draws.path_in(option, draws.inputs[index]), draws.inputs[index].spec.label, *row)
        for index, row in zip(used, rows, strict=True)
    ]
    reason = found.reason
    if reason is None and draws.correlations is not None:
        reason = "correlations are left out: indices are for independent figures"
    return Drivers(option, tuple(sorted(inputs, key=lambda item: -(item.total or 0.0))), reason)


@dataclass(frozen=True)
class InputWorth:
    """What it is worth to know one input exactly before choosing (EVPPI), in money."""

    path: str
    label: str
    value: float


@dataclass(frozen=True)
class PerfectInformation:
    """`value`: worth of knowing everything before choosing (EVPI), in money; then each input's, largest first.

    `chosen`: the option of the highest expected NPV, taken without more evidence.
    """

    chosen: str
    value: float
    inputs: tuple[InputWorth, ...]
    trials: int

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)


def perfect_information(scenario: Scenario, *, trials: int = BLOCK, seed: int = 0) -> PerfectInformation:
    """EVPI of choosing among the options, doing nothing included, and EVPPI of each uncertain input.

    See `evidence_value.evpi` and `evppi`; at most `BLOCK` Sobol trials, in which an input's worth below about 1% of the
    NPVs' deviation is noise.
    """
    draws = draws_of(scenario)
    points = next(draws.blocks(min(trials, BLOCK), seed=seed, method="sobol"))
    drawn = draws.at(points)
    npvs = _matrix(draws.npv(draws.values(drawn)), points.shape[1])
    worth = [
        InputWorth(item.path, item.spec.label, evppi(npvs, known))
        for item, known in zip(draws.inputs, drawn, strict=True)
    ]
    chosen = draws.options[int(npvs.mean(axis=1).argmax())].key
    ranked = tuple(sorted(worth, key=lambda item: -item.value))
    return PerfectInformation(chosen, evpi(npvs), ranked, points.shape[1])


def sample_information(
    scenario: Scenario,
    option: str,
    *,
    items: Sequence[int] = DEFAULT_ITEMS,
    price_per_item: float = 0.0,
    confidence: float = 0.95,
    seed: int = 0,
) -> SampleInformation:
    """What evaluating n more items is worth for an option's success rate, and how many settle the choice.

    The choice is among all options, doing nothing included. Each option's expected NPV as a function of the rate, over
    all other uncertain figures, is a cubic through 4 rates; see `evidence_value.sample_information`. A rate that is no
    beta distribution is read as the beta of its mean and variance; a certain one has nothing to learn and raises
    `ValueError`, as do bad items or confidence. `KeyError` for an unknown option.
    """
    draws = draws_of(scenario)
    resolved = draws.options[draws.place(option)]
    successes, failures = beta_of(resolved.quantities[SUCCESS_RATE])
    known = [
        index
        for index, item in enumerate(draws.inputs)
        if item.spec.name == SUCCESS_RATE and resolved.key in item.options
    ]
    if not known:
        raise ValueError("this option has no uncertain success rate of its own or of the scenario")
    points = next(draws.blocks(1 << 12, seed=seed, method="sobol"))
    drawn = draws.at(points)
    if draws.correlations is not None and draws.correlations[known[0]].sum() != 1:
        polynomials = conditional_polynomials(_matrix(draws.npv(draws.values(drawn)), points.shape[1]), drawn[known[0]])
    else:
        rates = np.array([0.0, 1 / 3, 2 / 3, 1.0])
        means = np.array([_means_at(draws, drawn, known[0], rate) for rate in rates]).T
        polynomials = conditional_polynomials(means, rates)
    return evidence_value.sample_information(
        successes, failures, polynomials, items=items, price_per_item=price_per_item, confidence=confidence
    )


def beta_of(quantity: Quantity) -> tuple[float, float]:
    """Parameters of the beta distribution with the mean and variance of a share; its own where it is one.

    Raises `ValueError` where the share is certain, or varies more than a beta can.
    """
    if isinstance(quantity, Beta):
        return quantity.shape
    inverse = inverse_cdf(quantity, 0.0, 1.0)
    if inverse is None:
        raise ValueError("the success rate is certain: state it as a range or by its counts")
    values = inverse((np.arange(4096) + 0.5) / 4096)
    mean, variance = float(values.mean()), float(values.var())
    total = mean * (1 - mean) / variance - 1
    if total <= 0:
        raise ValueError("the success rate varies more than any share known from counts")
    return mean * total, (1 - mean) * total


def best_samples(scenario: Scenario, option: str, curve: Sequence[MeasuredPoint]) -> BestSamples:
    """The number of samples an item of the highest NPV, from a measured curve of accuracy against samples.

    The option's success rate and samples an item follow the curve, all other figures are at their central values, so
    that the price of a sample is the option's own: see `roi.test_time.best_samples`. `KeyError` for an unknown option.
    """
    draws = draws_of(scenario)
    prefix = f"options[{draws.place(option)}]."

    def npv(samples: Array, accuracy: Array) -> Array:
        return npv_at(draws, option, {prefix + SUCCESS_RATE: accuracy, prefix + SAMPLES: samples})

    return test_time.best_samples(curve, npv)


def _means_at(draws: Draws, drawn: list[Array], known: int, rate: float) -> list[float]:
    """Mean NPV of each option with one input at a value."""
    fixed: list[Array | float] = [rate if index == known else values for index, values in enumerate(drawn)]
    return [float(worth.mean()) for worth in draws.npv(draws.values(fixed))]


def _matrix(rows: Sequence[Array], trials: int) -> Array:
    return np.array([np.broadcast_to(row, (trials,)) for row in rows])
