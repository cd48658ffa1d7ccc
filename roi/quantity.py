"""A figure of a scenario: a number or a distribution, its unit, and where it comes from."""

import math
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import model_validator as validator

Z95 = 1.6448536269514722
"""The normal score of 95%: P5 and P95 lie this many standard deviations from the median."""

MAX_SAMPLES = 10_000
"""The most values that an empirical figure may hold."""


class Part(BaseModel):
    """Immutable; unknown fields are refused; numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=())


class Assumed(Part):
    """Nobody measured it yet: who assumed it, and why that is reasonable."""

    kind: Literal["assumed"] = "assumed"
    by: str = Field("", max_length=200)
    why: str = Field("", max_length=2000)


class Published(Part):
    """Read in a public source on a date."""

    kind: Literal["published"] = "published"
    source: str = Field(min_length=1, max_length=500)
    url: str = Field("", max_length=1000, pattern=r"^(https?://[^\s]+)?$")
    read: date
    note: str = Field("", max_length=2000)


class Measured(Part):
    """Measured by a job: the measurement's id, its metric, value, 95% interval and number of items."""

    kind: Literal["measured"] = "measured"
    measurement: str = Field(min_length=1, max_length=100)
    metric: str = Field(min_length=1, max_length=100)
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = Field(None, ge=0)


Provenance = Annotated[Assumed | Published | Measured, Field(discriminator="kind")]


class _Quantity(Part):
    """What every kind has. `unit` may be left out: the figure's own unit then stands; a different one is a fault."""

    unit: str = Field("", max_length=40)
    provenance: Provenance = Field(default_factory=Assumed)

    is_fixed: ClassVar[bool] = False

    @property
    def mean(self) -> float:
        """The central value: what the deterministic outcome uses."""
        raise NotImplementedError

    @property
    def support(self) -> tuple[float, float]:
        """Stated lowest and highest values: what the figure's hard limits are held against."""
        raise NotImplementedError


class Fixed(_Quantity):
    """One number, taken as certain."""

    kind: Literal["fixed"] = "fixed"
    value: float = Field(strict=True)

    is_fixed: ClassVar[bool] = True

    @property
    def mean(self) -> float:
        return self.value

    @property
    def support(self) -> tuple[float, float]:
        return self.value, self.value


class Range(_Quantity):
    """P5 and P95 of a normal or, for figures above 0 that err upwards, a lognormal distribution.

    Samples beyond the figure's hard limits are moved to the limit.
    """

    kind: Literal["range"] = "range"
    low: float = Field(strict=True)
    high: float = Field(strict=True)
    shape: Literal["normal", "lognormal"] = "normal"

    @validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        if self.shape == "lognormal" and self.low <= 0:
            raise ValueError("low must be more than 0 for a lognormal range")
        return self

    @property
    def mean(self) -> float:
        if self.shape == "normal" or self.low == self.high:
            return self.low + (self.high - self.low) / 2
        location, spread = self.logarithmic
        return math.exp(min(location + spread * spread / 2, 700.0))

    @property
    def logarithmic(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of a lognormal range."""
        low, high = math.log(self.low), math.log(self.high)
        return (low + high) / 2, (high - low) / (2 * Z95)

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high


class Triangular(_Quantity):
    """Lowest, likeliest and highest value."""

    kind: Literal["triangular"] = "triangular"
    low: float = Field(strict=True)
    mode: float = Field(strict=True)
    high: float = Field(strict=True)

    @validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mode <= self.high:
            raise ValueError("low, mode and high must be in that order")
        return self

    @property
    def mean(self) -> float:
        return self.low / 3 + self.mode / 3 + self.high / 3 if self.low < self.high else self.low

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high


class Beta(_Quantity):
    """A share known from successes in trials, by Jeffreys' posterior: Beta(successes + 1/2, failures + 1/2)."""

    kind: Literal["beta"] = "beta"
    successes: int = Field(strict=True, ge=0, le=10**9)
    trials: int = Field(strict=True, ge=1, le=10**9)

    @validator(mode="after")
    def _ordered(self) -> Self:
        if self.successes > self.trials:
            raise ValueError("successes must not be above trials")
        return self

    @property
    def shape(self) -> tuple[float, float]:
        """Both parameters of the posterior."""
        return self.successes + 0.5, self.trials - self.successes + 0.5

    @property
    def mean(self) -> float:
        first, second = self.shape
        return first / (first + second)

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, 1.0


class Empirical(_Quantity):
    """Values seen, each as likely as the next."""

    kind: Literal["empirical"] = "empirical"
    values: tuple[Annotated[float, Field(strict=True)], ...] = Field(min_length=1, max_length=MAX_SAMPLES)

    @property
    def mean(self) -> float:
        # held between the extremes, where rounding could leave them
        middle = math.fsum(value / len(self.values) for value in self.values)
        return min(max(middle, min(self.values)), max(self.values))

    @property
    def support(self) -> tuple[float, float]:
        return min(self.values), max(self.values)


def _from_number(value: Any) -> Any:
    """A bare number stands for a fixed figure that is assumed."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return {"kind": "fixed", "value": value}
    return value


Quantity = Annotated[
    Annotated[Fixed | Range | Triangular | Beta | Empirical, Field(discriminator="kind")], BeforeValidator(_from_number)
]
