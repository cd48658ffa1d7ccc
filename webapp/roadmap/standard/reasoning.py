"""The second phase: more right answers from the same model."""

from .parts import better, measured, milestone, signed

REASONING = (
    milestone(
        "preference",
        2,
        "Preference optimisation better than SFT",
        8,
        3,
        12,
        "DPO, PPO or GRPO against the SFT model, compared on the same items.",
        serves=["job:dpo", "job:ppo", "job:grpo"],
        criteria=[better("made:dpo,ppo,grpo", "made:sft", "Better than the SFT model on the same items")],
    ),
    milestone(
        "rlaif",
        2,
        "RLAIF where it saves labelling",
        9,
        3,
        8,
        "Preferences from a judge model where people agree with it; otherwise a note that it is not worth it.",
        serves=["job:rlaif"],
        criteria=[
            measured("judge_agreement", 0.8, level="should", title="The judge agrees with people: more than 80%"),
            signed("ML lead", "The choice for or against AI feedback is written down", level="should"),
        ],
    ),
    milestone(
        "test-time",
        2,
        "Test-time scaling study and chosen budget",
        11,
        2,
        6,
        "How right answers grow with the samples spent on an item, and how many are worth it.",
        serves=["job:test_time", "study:test_time"],
        criteria=[
            better("made:test_time", "made:sft", "More samples bring more right answers"),
            signed("Product owner", "The budget of samples an item is chosen"),
        ],
    ),
    milestone(
        "adaptive",
        2,
        "Adaptive allocation in the served endpoint",
        13,
        2,
        8,
        "Easy items get few samples, hard ones many, at the same mean.",
        serves=["job:test_time"],
        criteria=[measured("samples_per_item", 8, comparator="at_most", title="At most 8 samples an item")],
    ),
    milestone(
        "cost-per-correct",
        2,
        "Cost per correct item",
        13,
        2,
        4,
        "What a right answer costs, from measured time and the price book.",
        criteria=[
            {
                "kind": "scenario",
                "figure": "cost_per_item_correct",
                "comparator": "at_most",
                "threshold": 1.0,
                "title": "A correct item costs at most 1 in the currency of its scenario",
            },
            {"kind": "scenario", "figure": "probability_npv_positive", "threshold": 0.8, "title": "P(NPV > 0) ≥ 80%"},
        ],
    ),
)
