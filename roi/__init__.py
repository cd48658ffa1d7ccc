"""The finance engine: pure functions over plain numbers. It knows no web framework and no training job."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .appraisal import Appraisal, Figure, appraise, from_years
from .faults import Fault, ScenarioFaults
from .figures import GROUPS, REGISTRY, FigureSpec
from .measures import discounted_payback, irr, irr_roots, mirr, npv, payback, profitability_index, sign_changes
from .outcome import LineFlows, OptionOutcome, Outcome, evaluate, evaluate_option
from .presets import PRESETS, preset
from .quantity import Assumed, Beta, Empirical, Fixed, Measured, Published, Quantity, Range, Triangular
from .scenario import Option, Place, ResolvedOption, Scenario, parse, quantities, replace

if TYPE_CHECKING:
    from .evidence import (
        Drivers,
        PerfectInformation,
        best_samples,
        perfect_information,
        sample_information,
        sobol_indices,
    )
    from .evidence_value import SampleInformation
    from .montecarlo import OptionRisk, Simulation, npv_trials, simulate
    from .sensitivity import OneWay, Tornado, TwoWay, one_way, tornado, two_way
    from .switching import SwitchingValue, switching_value, switching_values
    from .test_time import BestSamples, MeasuredPoint

__all__ = [
    "GROUPS",
    "PRESETS",
    "REGISTRY",
    "Appraisal",
    "Assumed",
    "BestSamples",
    "Beta",
    "Drivers",
    "Empirical",
    "Fault",
    "Figure",
    "FigureSpec",
    "Fixed",
    "LineFlows",
    "Measured",
    "MeasuredPoint",
    "OneWay",
    "Option",
    "OptionOutcome",
    "OptionRisk",
    "Outcome",
    "PerfectInformation",
    "Place",
    "Published",
    "Quantity",
    "Range",
    "ResolvedOption",
    "SampleInformation",
    "Scenario",
    "ScenarioFaults",
    "Simulation",
    "SwitchingValue",
    "Tornado",
    "Triangular",
    "TwoWay",
    "appraise",
    "best_samples",
    "discounted_payback",
    "evaluate",
    "evaluate_option",
    "from_years",
    "irr",
    "irr_roots",
    "mirr",
    "npv",
    "npv_trials",
    "one_way",
    "parse",
    "payback",
    "perfect_information",
    "preset",
    "profitability_index",
    "quantities",
    "replace",
    "sample_information",
    "sign_changes",
    "simulate",
    "sobol_indices",
    "switching_value",
    "switching_values",
    "tornado",
    "two_way",
]

_LATE = {
    "evidence": (
        "Drivers",
        "PerfectInformation",
        "best_samples",
        "perfect_information",
        "sample_information",
        "sobol_indices",
    ),
    "evidence_value": ("SampleInformation",),
    "montecarlo": ("OptionRisk", "Simulation", "npv_trials", "simulate"),
    "sensitivity": ("OneWay", "Tornado", "TwoWay", "one_way", "tornado", "two_way"),
    "switching": ("SwitchingValue", "switching_value", "switching_values"),
    "test_time": ("BestSamples", "MeasuredPoint"),
}
"""Modules that need scipy, whose import takes longer than an evaluation, and their names: loaded when first used."""

_MODULE_OF = {name: module for module, names in _LATE.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
