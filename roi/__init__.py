"""The finance engine: pure functions over plain numbers. It knows no web framework and no training job."""

from .faults import Fault, ScenarioFaults
from .figures import GROUPS, REGISTRY, FigureSpec
from .measures import discounted_payback, irr, irr_roots, mirr, npv, payback, profitability_index, sign_changes
from .presets import PRESETS, preset
from .quantity import Assumed, Beta, Empirical, Fixed, Measured, Published, Quantity, Range, Triangular
from .scenario import Option, Place, ResolvedOption, Scenario, parse, quantities, replace

__all__ = [
    "GROUPS",
    "PRESETS",
    "REGISTRY",
    "Assumed",
    "Beta",
    "Empirical",
    "Fault",
    "FigureSpec",
    "Fixed",
    "Measured",
    "Option",
    "Place",
    "Published",
    "Quantity",
    "Range",
    "ResolvedOption",
    "Scenario",
    "ScenarioFaults",
    "Triangular",
    "discounted_payback",
    "irr",
    "irr_roots",
    "mirr",
    "npv",
    "parse",
    "payback",
    "preset",
    "profitability_index",
    "quantities",
    "replace",
    "sign_changes",
]
