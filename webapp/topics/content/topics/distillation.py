"""Distillation into smaller models."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="distillation",
    branch=Branch.FINE_TUNING,
    title="Distillation into a smaller model",
    summary="A large model teaches a small one your task. You keep most of the quality, and pay for the small one in "
    "every answer after that.",
    description="How a large language model teaches a small one: three ways to distil, what quality remains, when "
    "the saving pays back, and what breaks.",
    takeaways=(
        "Distil when volume is high and the task is narrow: training is paid once, the saving comes with each answer.",
        "Compare with fine-tuning the small model on your own rows first; sometimes the teacher adds nothing.",
        "Report quality kept and cost saved together. Either alone can be made to look good.",
    ),
    parts=(
        Part(
            "ways",
            "Three ways to teach",
            (),
            (
                (
                    "By answers",
                    "The teacher answers your prompts; the student is fine-tuned on those answers. Works with any "
                    "teacher that can be called, and is the usual way.",
                ),
                (
                    "By probabilities",
                    "The student learns the teacher's whole distribution over the next token. One row says far more, "
                    "but teacher and student must share a vocabulary and run on your machines.",
                ),
                (
                    "By correction",
                    "The student writes, the teacher grades or improves it, and the student learns from that. It "
                    "mends the student's own mistakes, at the price of sampling while it trains.",
                ),
            ),
        ),
        Part(
            "money",
            "When it pays",
            (
                "Let the student cost a tenth of the teacher per answer. Then a thousand answers a day save nine "
                "tenths of the teacher's bill each day, against a one-time cost: teacher's answers for some ten "
                "thousand prompts, a training run, and an evaluation. Put your own volume and prices into the "
                "calculator; the month in which it breaks even is one of its results.",
            ),
        ),
        Part(
            "breaks",
            "What breaks",
            (),
            (
                (
                    "The teacher's errors",
                    "They are learned with the rest, and sound just as sure. Filter answers by a checker or a judge "
                    "before training.",
                ),
                (
                    "The long tail",
                    "The mean holds and rare cases fall. Compare class by class, and send what the student is unsure "
                    "of to the teacher.",
                ),
                (
                    "Licence",
                    "Some providers forbid training on their model's answers. Note the source and licence with the "
                    "dataset.",
                ),
            ),
        ),
    ),
    claims=("distilbert",),
    kinds=("distill", "sft", "evaluate"),
    terms=("distillation", "teacher", "student", "latency", "inference"),
    sources=("distillation", "distilbert", "r1", "survey"),
)
