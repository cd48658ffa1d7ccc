"""Figures of the examples: what was read in a public source, and what is assumed and why."""

from typing import Any

READ = "2026-11-22"

WAGE_SHARE = 0.701
"""Wages are 70.1% of what an hour of work costs a private employer; benefits are the rest."""

_ECEC = (
    "US Bureau of Labor Statistics, Employer Costs for Employee Compensation, December 2019: wages are 70.1% of costs"
)


def _assumed(why: str) -> dict[str, Any]:
    return {"kind": "assumed", "by": "Example", "why": why}


def assumed(value: float, why: str) -> dict[str, Any]:
    """A fixed figure."""
    return {"kind": "fixed", "value": value, "provenance": _assumed(why)}


def between(low: float, high: float, why: str, shape: str = "normal") -> dict[str, Any]:
    """P5 and P95."""
    return {"kind": "range", "low": low, "high": high, "shape": shape, "provenance": _assumed(why)}


def likely(low: float, mode: float, high: float, why: str) -> dict[str, Any]:
    """Lowest, likeliest, highest."""
    return {"kind": "triangular", "low": low, "mode": mode, "high": high, "provenance": _assumed(why)}


def loaded_wage(wage: float, source: str, url: str) -> dict[str, Any]:
    """A published hourly wage with benefits on top, 10% to both sides for region and experience."""
    cost = wage / WAGE_SHARE
    note = f"{wage} an hour / {WAGE_SHARE} ({_ECEC}). The range of 10% to both sides is assumed."
    return {
        "kind": "range",
        "low": round(0.9 * cost, 2),
        "high": round(1.1 * cost, 2),
        "provenance": {"kind": "published", "source": source, "url": url, "read": READ, "note": note},
    }


def token_price(value: float, what: str) -> dict[str, Any]:
    """A list price of a hosted model for a million tokens."""
    return {
        "kind": "fixed",
        "value": value,
        "provenance": {
            "kind": "published",
            "source": f"Venice API documentation, price of Claude Sonnet 5 for a million tokens {what}",
            "url": "https://docs.venice.ai/models/claude-sonnet-5-5",
            "read": READ,
            "note": "The same page lists GPT-6.1 Sol and Kimi K3.1 Pro at the same price.",
        },
    }


NO_DEVICE = assumed(0, "Paid by token, not by device time.")

INFERENCE_GPU = between(1.2, 2.5, "Rent of one GPU that serves a small model; replace by your price book.")

TRAINING_GPU = between(1.5, 3.5, "Rent of one GPU for training; replace by your price book.")

OPTIMISM_BIAS: dict[str, Any] = {
    "kind": "triangular",
    "low": 0.1,
    "mode": 0.2,
    "high": 0.6,
    "provenance": {
        "kind": "published",
        "source": "Mott MacDonald, Review of Large Public Procurement in the UK (2002), table 2: equipment and "
        "development, capital expenditure, 10% to 200%",
        "url": "https://ppponline.affinitext.com/public/book?id=1343&toc_id=444193",
        "read": READ,
        "note": "The lower bound is taken; likeliest and highest values are assumed, as the plan is far smaller.",
    },
}

NOTHING: dict[str, Any] = {"key": "nothing", "name": "Do nothing", "kind": "do_nothing"}
