"""Complete examples to start from: a support desk, a claims team and a coding team.

They are plain data for `parse`. What is `published` names a source that was read; everything else is assumed and
says why.
"""

from collections.abc import Mapping
from typing import Any

from .scenario import Scenario, parse


def _assumed(value: float | dict[str, Any], why: str) -> dict[str, Any]:
    quantity = value if isinstance(value, dict) else {"kind": "fixed", "value": value}
    return {**quantity, "provenance": {"kind": "assumed", "by": "Example", "why": why}}


def _range(low: float, high: float, why: str, shape: str = "normal") -> dict[str, Any]:
    return _assumed({"kind": "range", "low": low, "high": high, "shape": shape}, why)


def _likely(low: float, mode: float, high: float, why: str) -> dict[str, Any]:
    return _assumed({"kind": "triangular", "low": low, "mode": mode, "high": high}, why)


def _support_desk() -> dict[str, Any]:
    """Tickets that a model answers first; a person takes over what it does not solve."""
    return {
        "version": 1,
        "name": "Support desk",
        "currency": "USD",
        "work": {
            "items_per_month": _range(
                17_000, 23_000, "Tickets of a desk with some 20 people; replace by your own count."
            ),
            "growth": _range(0.0, 0.1, "Tickets grow about as fast as customers."),
            "minutes_per_item": _likely(6, 8, 12, "Handling time with wrap-up; replace by your telephony's report."),
            "labour_cost_per_hour": _range(
                30, 38, "Wage of about 22 and half as much again for benefits and overhead."
            ),
            "coverage": _likely(0.3, 0.5, 0.65, "Routine questions: orders, passwords, invoices."),
            "success_rate": _range(0.5, 0.7, "Before any evaluation; replace by what a study measures."),
            "checked_share": _assumed(0.05, "A sample for quality; customers see most answers at once."),
            "noticed_share": _range(0.75, 0.9, "Most customers whose question is not solved ask for a person."),
            "minutes_per_check": _assumed(1.5, "Reading one answer with its ticket."),
            "cost_per_error": _likely(2, 6, 20, "A second contact, and now and then a refund."),
            "human_error_rate": _range(0.01, 0.04, "Quality samples of desks find a few wrong answers in a hundred."),
        },
        "run": {
            "tokens_in_per_item": _range(1_500, 3_500, "Instructions, passages found, and the ticket.", "lognormal"),
            "tokens_out_per_item": _range(150, 400, "One answer.", "lognormal"),
            "device_seconds_per_item": _range(0.6, 1.8, "A small model on one GPU at moderate load.", "lognormal"),
            "price_per_device_hour": _assumed(0, "Prompted and tuned options state their own price."),
        },
        "one_off": {
            "integration": _likely(30_000, 45_000, 90_000, "Two engineers for two to four months."),
            "change_management": _likely(
                10_000, 15_000, 30_000, "A day of training for each person, and new procedures."
            ),
            "evaluation": _likely(6_000, 9_000, 15_000, "A held-out set of 500 tickets, labelled twice."),
            "risk_review": _assumed(8_000, "Privacy and security review by in-house counsel."),
        },
        "recurring": {
            "platform_per_month": _assumed(900, "Queue, storage, logs and licences."),
            "monitoring_per_month": _assumed(1_100, "Two days a month of one analyst."),
            "support_per_month": _assumed(2_400, "A fifth of an engineer."),
        },
        "time": {
            "horizon_months": 36,
            "ramp_months": _likely(3, 6, 12, "Channel by channel."),
            "months_to_start": _assumed(2, "Integration and pilot."),
            "discount_rate": _range(0.08, 0.12, "Cost of capital of a mid-size company."),
        },
        "risk": {"optimism_bias": _assumed(0.1, "Software projects tend to cost more than planned.")},
        "options": [
            {"key": "nothing", "name": "Do nothing", "kind": "do_nothing"},
            {
                "key": "hosted",
                "name": "Hosted API",
                "kind": "hosted",
                "work": {"success_rate": _range(0.52, 0.7, "A large model without our own data.")},
                "run": {
                    "device_seconds_per_item": _assumed(0, "Paid by token."),
                    "price_per_million_tokens_in": _range(1, 4, "List prices of large hosted models."),
                    "price_per_million_tokens_out": _range(5, 16, "List prices of large hosted models."),
                },
            },
            {
                "key": "prompted",
                "name": "Prompted small model",
                "kind": "prompted",
                "work": {"success_rate": _range(0.35, 0.55, "A small model without training on our tickets.")},
                "run": {"price_per_device_hour": _range(1.2, 2.5, "Rent of one inference GPU.")},
            },
            {
                "key": "peft",
                "name": "Tuned small model (LoRA)",
                "kind": "peft",
                "work": {"success_rate": _range(0.58, 0.76, "The same model, trained on solved tickets.")},
                "run": {"price_per_device_hour": _range(1.2, 2.5, "Rent of one inference GPU.")},
                "one_off": {
                    "experiment_device_hours": _range(60, 240, "Some twenty training runs.", "lognormal"),
                    "experiment_price_per_device_hour": _range(1.5, 3.5, "Rent of one training GPU."),
                    "labelled_items": _assumed(3_000, "Solved tickets, cleaned and checked."),
                    "minutes_per_label": _likely(1, 2, 4, "Reading and correcting one answer."),
                    "labelling_cost_per_hour": _assumed(34, "The desk's own experienced people."),
                },
                "recurring": {
                    "retraining_cost": _likely(3_000, 5_000, 9_000, "New tickets, one training run, one evaluation."),
                    "retraining_every_months": _assumed(6, "Products and policies change twice a year."),
                },
                "time": {"months_to_start": _assumed(3, "One more month for data and training.")},
            },
        ],
    }


PRESETS: Mapping[str, Mapping[str, Any]] = {"support-desk": _support_desk()}
"""Plain data of each example by its key."""


def preset(key: str) -> Scenario:
    """The example of that key. `KeyError` where there is none."""
    return parse(PRESETS[key])
