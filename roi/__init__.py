"""The finance engine: pure functions over plain numbers. It knows no web framework and no training job."""

from .measures import discounted_payback, irr, irr_roots, mirr, npv, payback, profitability_index, sign_changes

__all__ = [
    "discounted_payback",
    "irr",
    "irr_roots",
    "mirr",
    "npv",
    "payback",
    "profitability_index",
    "sign_changes",
]
