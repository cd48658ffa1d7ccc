"""What a figure of a scenario is: its label, unit, meaning and limits, and how a group of figures is held to them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from ..quantity import Assumed, Fixed, Part, Provenance

CURRENCY = "CURRENCY"
"""What a unit says where the scenario's currency belongs."""

MONEY = 1e10
"""The largest sum of money that a figure may name."""

SHARE = (0.0, 1.0)


@dataclass(frozen=True)
class FigureSpec:
    """One figure of a scenario.

    `typical` is where a slider runs and outside of which a form warns; outside `limits` the scenario is refused.
    `default` is None where the figure must be stated. A `shared` figure is the same for every option.
    """

    group: str
    key: str
    label: str
    help: str
    unit: str
    typical: tuple[float, float]
    limits: tuple[float, float]
    default: float | None
    default_provenance: Provenance
    shared: bool

    @cached_property
    def name(self) -> str:
        """`work.success_rate`: the figure's name in arrays of values and, for the base figure, its path."""
        return f"{self.group}.{self.key}"

    def unit_in(self, currency: str) -> str:
        """The unit with the currency in its place: `EUR/hour`."""
        return self.unit.replace(CURRENCY, currency)


NO_EFFECT = Assumed(by="Default", why="Not stated: this figure has no effect.")


def figure(
    label: str,
    *,
    unit: str,
    typical: tuple[float, float],
    limits: tuple[float, float],
    help: str,
    default: float | None = None,
    provenance: Provenance = NO_EFFECT,
    shared: bool = False,
) -> Any:
    """A figure of a group. Without a default it must be stated."""
    stated: dict[str, Any] = {"typical": list(typical), "limits": list(limits), "unit": unit, "shared": shared}
    default_quantity = ... if default is None else Fixed(value=default, provenance=provenance)
    return Field(default_quantity, title=label, description=help, json_schema_extra=stated)


class Group(Part):
    """Figures that belong together. A figure's hard limits hold for its stated extremes and for its mean."""

    title: ClassVar[str]

    @field_validator("*", mode="after")
    @classmethod
    def _within_limits(cls, value: Any, info: ValidationInfo) -> Any:
        extra: Any = cls.model_fields[str(info.field_name)].json_schema_extra
        if value is None or extra is None:
            return value
        lowest, highest = extra["limits"]
        low, high = value.support
        if value.kind == "beta" and extra["limits"] != list(SHARE):
            raise ValueError("cannot be a share of successes: it is not a share")
        if low < lowest:
            raise ValueError(f"must be at least {lowest:,.12g}")
        if high > highest:
            raise ValueError(f"must be at most {highest:,.12g}")
        if not lowest <= value.mean <= highest:
            raise ValueError(f"its mean must be from {lowest:,.12g} to {highest:,.12g}: narrow the range")
        return value
