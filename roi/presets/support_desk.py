"""Tickets that a model answers first; a person takes over what it does not solve."""

from typing import Any

from .stated import (
    INFERENCE_GPU,
    NO_DEVICE,
    NOTHING,
    OPTIMISM_BIAS,
    TRAINING_GPU,
    assumed,
    between,
    likely,
    loaded_wage,
    token_price,
)

SUPPORT_DESK: dict[str, Any] = {
    "version": 1,
    "name": "Support desk",
    "currency": "USD",
    "work": {
        "items_per_month": between(17_000, 23_000, "Tickets of a desk with some 20 people; replace by your own count."),
        "growth": between(0.0, 0.1, "Tickets grow about as fast as customers."),
        "minutes_per_item": likely(6, 8, 12, "Handling time with wrap-up; replace by your telephony's report."),
        "labour_cost_per_hour": loaded_wage(
            20.59,
            "Start Right Careers, from US Bureau of Labor Statistics: customer service representatives, median 42,830 "
            "a year of 2,080 hours",
            "https://www.startrightcareers.com/occupation/customer-service-representatives",
        ),
        "coverage": likely(0.3, 0.5, 0.65, "Routine questions: orders, passwords, invoices."),
        "success_rate": between(0.5, 0.7, "Before any evaluation; replace by what a study measures."),
        "checked_share": assumed(0.05, "A sample for quality; customers see most answers at once."),
        "noticed_share": between(0.75, 0.9, "Most customers whose question is not solved ask for a person."),
        "minutes_per_check": assumed(1.5, "Reading one answer with its ticket."),
        "cost_per_error": likely(2, 6, 20, "A second contact, and now and then a refund."),
        "human_error_rate": between(0.01, 0.04, "Quality samples of desks find a few wrong answers in a hundred."),
    },
    "run": {
        "tokens_in_per_item": between(1_500, 3_500, "Instructions, passages found, and the ticket.", "lognormal"),
        "tokens_out_per_item": between(150, 400, "One answer.", "lognormal"),
        "device_seconds_per_item": between(0.6, 1.8, "A small model on one GPU at moderate load.", "lognormal"),
        "price_per_device_hour": assumed(0, "Prompted and tuned options state their own price."),
    },
    "one_off": {
        "integration": likely(30_000, 45_000, 90_000, "Two engineers for two to four months."),
        "change_management": likely(10_000, 15_000, 30_000, "A day of training for each person, and new procedures."),
        "evaluation": likely(6_000, 9_000, 15_000, "A held-out set of 500 tickets, labelled twice."),
        "risk_review": assumed(8_000, "Privacy and security review by in-house counsel."),
    },
    "recurring": {
        "platform_per_month": assumed(900, "Queue, storage, logs and licences."),
        "monitoring_per_month": assumed(1_100, "Two days a month of one analyst."),
        "support_per_month": assumed(2_400, "A fifth of an engineer."),
    },
    "time": {
        "horizon_months": 36,
        "ramp_months": likely(3, 6, 12, "Channel by channel."),
        "months_to_start": assumed(2, "Integration and pilot."),
        "discount_rate": between(0.08, 0.12, "Cost of capital of a mid-size company."),
    },
    "risk": {"optimism_bias": OPTIMISM_BIAS},
    "options": [
        NOTHING,
        {
            "key": "hosted",
            "name": "Hosted API",
            "kind": "hosted",
            "work": {"success_rate": between(0.52, 0.7, "A large model without our own data.")},
            "run": {
                "device_seconds_per_item": NO_DEVICE,
                "price_per_million_tokens_in": token_price(2, "in"),
                "price_per_million_tokens_out": token_price(10, "out"),
            },
        },
        {
            "key": "prompted",
            "name": "Prompted small model",
            "kind": "prompted",
            "work": {"success_rate": between(0.35, 0.55, "A small model without training on our tickets.")},
            "run": {"price_per_device_hour": INFERENCE_GPU},
        },
        {
            "key": "peft",
            "name": "Tuned small model (LoRA)",
            "kind": "peft",
            "work": {"success_rate": between(0.58, 0.76, "The same model, trained on solved tickets.")},
            "run": {"price_per_device_hour": INFERENCE_GPU},
            "one_off": {
                "experiment_device_hours": between(60, 240, "Some twenty training runs.", "lognormal"),
                "experiment_price_per_device_hour": TRAINING_GPU,
                "labelled_items": assumed(3_000, "Solved tickets, cleaned and checked."),
                "minutes_per_label": likely(1, 2, 4, "Reading and correcting one answer."),
                "labelling_cost_per_hour": assumed(30, "The desk's own experienced people."),
            },
            "recurring": {
                "retraining_cost": likely(3_000, 5_000, 9_000, "New tickets, one training run, one evaluation."),
                "retraining_every_months": assumed(6, "Products and policies change twice a year."),
            },
            "time": {"months_to_start": assumed(3, "One more month for data and training.")},
        },
    ],
}
