"""The three phases of an adoption."""

from .schema import Phase

PHASES = (
    Phase(
        key="foundation",
        name="Foundation and alignment",
        question="Is there a gain that is real, and worth having?",
        summary="Measure the base model on your own work, fine-tune it, begin to collect preferences, and write down "
        "what a good answer is.",
        steps=(
            ("Choose one use case", "Frequent, costly when wrong, and with answers that someone can judge."),
            ("Make a test set first", "A few hundred items from real use, kept apart before anything is trained."),
            (
                "Measure the baseline",
                "The base model with a good prompt, with an interval. It is what everything else is compared with.",
            ),
            ("Fine-tune", "An adapter and, once, all weights, on the same rows: the adaptation study."),
            ("Collect preferences", "Experts compare answers by written guidelines; a tenth of the pairs twice."),
            ("Train a reward model", "Once there are enough pairs, and measure it on pairs held back."),
        ),
        gates=(
            "The fine-tuned model beats the baseline by more than the smallest effect that matters, with the "
            "interval clear of zero.",
            "Two raters agree clearly better than chance.",
            "The business case is positive in most simulated futures with the measured gain in it.",
        ),
        people="An adoption lead, one ML engineer, two or three domain experts for some hours a week, a finance "
        "partner for a day",
        risk="Beginning with the model instead of the test set: nothing that follows can then be shown.",
        kinds=("sft", "adaptation", "evaluate", "reward"),
        topics=("supervised", "peft", "domain-adaptation", "reward-models"),
    ),
    Phase(
        key="reasoning",
        name="Advanced reasoning and optimization",
        question="How much better can it get, and at what price per answer?",
        summary="Learn from preferences and checkable rewards, and find the cheapest way to think at answer time.",
        steps=(
            (
                "Align",
                "DPO on the collected pairs first; GRPO where a program can check; PPO where a reward model earns it.",
            ),
            ("Compare blind", "Experts judge the new model against the last without knowing which is which."),
            ("Scale at answer time", "Accuracy against samples, once for each strategy, on your items."),
            ("Set the budget", "One more sample should cost no more than the errors it mends."),
            ("Look for harm", "Refusals of harmless questions, bias, forgotten skills: measured, not assumed."),
        ),
        gates=(
            "The aligned model wins against the SFT model, with the interval above one half.",
            "A test-time strategy meets the accuracy that was asked for within the latency and price that were "
            "allowed.",
            "No general ability fell by more than was agreed.",
        ),
        people="The same, with experts as raters and a person who owns the guidelines",
        risk="Optimising a reward that is not the purpose. Read samples at every checkpoint.",
        kinds=("dpo", "grpo", "ppo", "rlaif", "test_time", "test-time", "evaluate"),
        topics=("rlhf", "preference-methods", "verifiable-rewards", "strategies", "self-consistency", "search"),
    ),
    Phase(
        key="deployment",
        name="Scalable deployment and continuous improvement",
        question="Does it hold in daily use, and does it keep paying?",
        summary="Move the skill into the smallest model that carries it, watch it, test changes on live traffic, and "
        "feed what is learned back.",
        steps=(
            ("Distil", "A smaller model learns from the best one; quality kept and cost saved are reported together."),
            ("Release step by step", "A share of the traffic first, with the old model beside it."),
            ("Watch", "Quality on a sample, drift of the questions, cost, latency, refusals."),
            ("Test changes", "A/B tests with the size worked out before they begin."),
            ("Close the loop", "Ratings and edits become next month's pairs and test items."),
        ),
        gates=(
            "The distilled model keeps the share of quality that was agreed, at the price that was planned.",
            "Measured benefit in use lies within the range that the business case foresaw.",
            "Someone is on call, and the way back to the last model has been tried.",
        ),
        people="A product owner, an engineer on call, experts for a monthly sample",
        risk="The loop that nobody owns: quality drifts for months before a customer says so.",
        kinds=("distill", "merge", "evaluate"),
        topics=("distillation", "strategies"),
    ),
)
