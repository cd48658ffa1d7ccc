"""Small changes that a model proposes; a developer reviews each before it is merged."""

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

_HOSTED: dict[str, Any] = {
    "device_seconds_per_item": NO_DEVICE,
    "price_per_million_tokens_in": token_price(2, "in"),
    "price_per_million_tokens_out": token_price(10, "out"),
}

CODING_TEAM: dict[str, Any] = {
    "version": 1,
    "name": "Coding team",
    "currency": "USD",
    "work": {
        "items_per_month": between(500, 700, "Small tickets of some 30 developers; replace by your tracker's count."),
        "growth": between(0, 0.12, "The backlog grows with the product."),
        "minutes_per_item": likely(60, 110, 200, "Writing, testing and describing one small change."),
        "labour_cost_per_hour": loaded_wage(
            62.58,
            "US Bureau of Labor Statistics, Occupational Outlook Handbook: software developers, quality assurance "
            "analysts and testers, median 2023",
            "https://www.bls.gov/ooh/computer-and-information-technology/software-developers.htm",
        ),
        "coverage": likely(0.25, 0.45, 0.65, "Well-described bugs, tests, upgrades and small features."),
        "success_rate": between(0.38, 0.58, "Before any evaluation; replace by what a study measures."),
        "checked_share": assumed(1, "Nothing is merged without review."),
        "minutes_per_check": likely(10, 18, 35, "Reading a change that somebody else wrote, beyond a usual review."),
        "catch_rate": likely(0.7, 0.85, 0.95, "Reviews miss some faults."),
        "noticed_share": between(0.55, 0.8, "Builds and tests fail."),
        "cost_per_error": likely(200, 900, 4_000, "Finding, mending and releasing again; now and then an incident."),
        "human_error_rate": between(0.03, 0.1, "Share of small changes that need a later correction."),
    },
    "run": {
        "tokens_in_per_item": between(120_000, 600_000, "An agent reads the repository many times.", "lognormal"),
        "tokens_out_per_item": between(8_000, 40_000, "Reasoning, edits and test runs.", "lognormal"),
        "device_seconds_per_item": between(300, 1_200, "A mid-size model on one GPU.", "lognormal"),
    },
    "one_off": {
        "integration": likely(20_000, 35_000, 70_000, "Sandboxes, access to repositories, the build system."),
        "change_management": likely(8_000, 15_000, 30_000, "Half a day for each developer, and rules of use."),
        "evaluation": likely(8_000, 15_000, 25_000, "A held-out set of 300 merged changes with their tests."),
        "risk_review": likely(6_000, 10_000, 20_000, "Security, licences and secrets."),
    },
    "recurring": {
        "platform_per_month": assumed(2_200, "Sandboxes, logs and licences."),
        "monitoring_per_month": assumed(900, "A day a month of one developer."),
        "support_per_month": assumed(3_000, "A sixth of an engineer."),
    },
    "time": {
        "horizon_months": 36,
        "ramp_months": likely(3, 6, 12, "Repository by repository."),
        "months_to_start": assumed(1, "Sandboxes and access."),
        "discount_rate": between(0.08, 0.13, "Cost of capital of a software company."),
    },
    "risk": {"optimism_bias": OPTIMISM_BIAS},
    "options": [
        NOTHING,
        {"key": "hosted", "name": "Hosted API", "kind": "hosted", "run": _HOSTED},
        {
            "key": "hosted-4",
            "name": "Hosted API, 4 samples a change",
            "kind": "hosted",
            "work": {"success_rate": between(0.47, 0.68, "The first of four that passes the tests.")},
            "run": {**_HOSTED, "samples_per_item": assumed(4, "Four tries, chosen by the tests.")},
        },
        {
            "key": "peft",
            "name": "Tuned own model (LoRA)",
            "kind": "peft",
            "work": {"success_rate": between(0.36, 0.56, "A smaller model that knows the team's code.")},
            "run": {"price_per_device_hour": INFERENCE_GPU},
            "one_off": {
                "experiment_device_hours": between(300, 1_200, "Some twenty runs on long contexts.", "lognormal"),
                "experiment_price_per_device_hour": TRAINING_GPU,
                "labelled_items": assumed(800, "Merged changes whose tests run again."),
                "minutes_per_label": likely(3, 6, 12, "Making one change reproducible."),
                "labelling_cost_per_hour": assumed(89, "The team's own developers."),
            },
            "recurring": {
                "retraining_cost": likely(5_000, 9_000, 16_000, "New changes, one training run, one evaluation."),
                "retraining_every_months": assumed(6, "Code moves on."),
            },
            "time": {"months_to_start": assumed(3, "Two more months for data and training.")},
        },
    ],
}
