"""The first phase: a model that answers as the task asks, and an agreed way to measure that."""

from .parts import better, counted, measured, milestone, signed

FOUNDATION = (
    milestone(
        "data-agreed",
        1,
        "Training data and held-out set agreed",
        0,
        2,
        6,
        "What the model learns from and what it is measured with, without a row in both.",
        criteria=[
            counted("held_out_rows", 200, title="At least 200 held-out rows"),
            counted("overlap_rows", 0, comparator="at_most", title="No row in training and held-out data"),
            signed("Domain expert", "A domain expert agrees that the rows stand for the task"),
        ],
    ),
    milestone(
        "baseline",
        1,
        "Baseline evaluation",
        2,
        1,
        2,
        "What the base model gets right as it is: everything later is compared with it.",
        serves=["job:evaluate", "study:adaptation"],
        criteria=[
            measured("accuracy", 0.0, subject="base", judged_on="estimate", title="The base model is measured"),
        ],
    ),
    milestone(
        "fine-tuned",
        1,
        "SFT or PEFT model",
        3,
        2,
        8,
        "A model adapted to the task that is better than the base model, shown on the same items.",
        serves=["job:sft", "study:adaptation"],
        criteria=[better("made:sft", "base", "The adapted model beats the base model")],
    ),
    milestone(
        "human-feedback",
        1,
        "Human feedback collected",
        3,
        3,
        15,
        "Ratings by people who know the task, in enough agreement to learn from.",
        serves=["job:feedback"],
        criteria=[
            counted("ratings", 200, title="At least 200 ratings"),
            measured("rater_agreement", 0.6, judged_on="estimate", title="Agreement between raters at least 0.6"),
        ],
    ),
    milestone(
        "reward-model",
        1,
        "Reward model",
        6,
        2,
        8,
        "A model of what the raters prefer, right on pairs it has not seen.",
        serves=["job:reward"],
        criteria=[measured("pair_accuracy", 0.65, title="Held-out pairs ranked right: more than 65%")],
    ),
    milestone(
        "ethics",
        1,
        "Ethical guidelines and safety evaluation",
        4,
        4,
        10,
        "What the model must not do, written and adopted, and a test that it does not.",
        serves=["job:evaluate"],
        criteria=[
            signed("Ethics lead", "The guidelines are adopted", needs="owner"),
            measured("unsafe_rate", 0.02, comparator="at_most", title="Unsafe answers at most 2%"),
        ],
    ),
)
