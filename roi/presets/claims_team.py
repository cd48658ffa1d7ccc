"""Claims that a model reads and codes; an adjuster checks each before it is paid."""

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

_TRAINING: dict[str, Any] = {
    "experiment_device_hours": between(80, 320, "Some thirty training runs.", "lognormal"),
    "experiment_price_per_device_hour": TRAINING_GPU,
    "labelled_items": assumed(5_000, "Closed claims, their codes checked by an adjuster."),
    "minutes_per_label": likely(2, 4, 8, "Reading one claim and confirming its codes."),
    "labelling_cost_per_hour": assumed(51, "The team's own adjusters."),
}

_UPKEEP: dict[str, Any] = {
    "retraining_cost": likely(6_000, 10_000, 18_000, "New claims, one training run, one evaluation."),
    "retraining_every_months": assumed(12, "Codes and policies change once a year."),
}

CLAIMS_TEAM: dict[str, Any] = {
    "version": 1,
    "name": "Claims team",
    "currency": "USD",
    "work": {
        "items_per_month": between(5_200, 6_800, "Claims of a team of some 20 adjusters; replace by your own count."),
        "growth": between(-0.02, 0.06, "About the growth of policies."),
        "minutes_per_item": likely(18, 25, 40, "Reading, coding and deciding one routine claim."),
        "labour_cost_per_hour": loaded_wage(
            36.07,
            "US Bureau of Labor Statistics, Occupational Outlook Handbook: claims adjusters, median 2023",
            "https://www.bls.gov/ooh/business-and-financial/claims-adjusters-appraisers-examiners-and-investigators.htm",
        ),
        "coverage": likely(0.3, 0.5, 0.7, "Routine claims; complex and litigated ones stay with people."),
        "success_rate": between(0.68, 0.82, "Before any evaluation; replace by what a study measures."),
        "checked_share": assumed(1, "An adjuster confirms every claim before it is paid."),
        "minutes_per_check": likely(3, 5, 8, "Reading a prepared file and confirming it."),
        "catch_rate": likely(0.7, 0.85, 0.95, "Reviewers miss some errors of a machine that is usually right."),
        "noticed_share": between(0.15, 0.35, "Plausibility rules and the model's own refusals."),
        "cost_per_error": likely(80, 250, 800, "Overpayment, appeal and correction of one claim."),
        "human_error_rate": between(0.02, 0.06, "Internal audits find a few wrong claims in a hundred."),
    },
    "run": {
        "tokens_in_per_item": between(4_000, 12_000, "Claim form, letters and policy text.", "lognormal"),
        "tokens_out_per_item": between(300, 900, "Codes, amounts and a short reason.", "lognormal"),
        "device_seconds_per_item": between(2, 6, "A small model on one GPU; long documents.", "lognormal"),
    },
    "one_off": {
        "integration": likely(60_000, 90_000, 180_000, "Claims system, document store, audit trail."),
        "change_management": likely(20_000, 35_000, 60_000, "Training of adjusters and new procedures."),
        "evaluation": likely(12_000, 20_000, 35_000, "A held-out set of 800 claims, judged by two adjusters."),
        "risk_review": likely(15_000, 25_000, 45_000, "Privacy, fairness and regulatory review."),
    },
    "recurring": {
        "platform_per_month": assumed(1_800, "Storage, logs, licences, a protected network."),
        "monitoring_per_month": assumed(2_500, "Sampling of decisions by an auditor, four days a month."),
        "support_per_month": assumed(3_600, "A quarter of an engineer."),
    },
    "time": {
        "horizon_months": 36,
        "ramp": "logistic",
        "ramp_months": likely(6, 9, 15, "One line of business after the other."),
        "months_to_start": assumed(4, "Integration, evaluation and approval."),
        "discount_rate": between(0.07, 0.11, "Cost of capital of an insurer."),
    },
    "risk": {"optimism_bias": OPTIMISM_BIAS},
    "options": [
        NOTHING,
        {
            "key": "hosted",
            "name": "Hosted API",
            "kind": "hosted",
            "run": {
                "device_seconds_per_item": NO_DEVICE,
                "price_per_million_tokens_in": token_price(2, "in"),
                "price_per_million_tokens_out": token_price(10, "out"),
            },
        },
        {
            "key": "peft",
            "name": "Tuned small model (LoRA)",
            "kind": "peft",
            "work": {"success_rate": between(0.76, 0.89, "Trained on the team's own closed claims.")},
            "run": {"price_per_device_hour": INFERENCE_GPU},
            "one_off": _TRAINING,
            "recurring": _UPKEEP,
            "time": {"months_to_start": assumed(5, "One more month for data and training.")},
        },
        {
            "key": "peft-5",
            "name": "Tuned small model, 5 samples a claim",
            "kind": "peft",
            "work": {
                "success_rate": between(0.79, 0.91, "A vote of five answers."),
                "noticed_share": between(0.35, 0.6, "Answers that disagree go to a person."),
            },
            "run": {
                "price_per_device_hour": INFERENCE_GPU,
                "samples_per_item": assumed(5, "Enough for a vote."),
            },
            "one_off": _TRAINING,
            "recurring": _UPKEEP,
            "time": {"months_to_start": assumed(5, "One more month for data and training.")},
        },
    ],
}
