"""Reasoning learned from answers that can be checked."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="verifiable-rewards",
    branch=Branch.REINFORCEMENT_LEARNING,
    title="Reasoning from rewards that can be checked",
    summary="Where a program can tell right from wrong, a model can practise by itself: try, be checked, do more of "
    "what worked.",
    description="Reinforcement learning from verifiable rewards: how GRPO and a checker teach reasoning, which "
    "enterprise tasks can be checked, and how checkers are gamed.",
    takeaways=(
        "A checker replaces annotators. Look for tasks in your work whose answers can be checked, not only graded.",
        "The model needs to succeed sometimes: prompts it always or never solves teach it nothing.",
        "Write the checker as you would write a test for a clever intern who is paid by passed tests.",
    ),
    parts=(
        Part(
            "loop",
            "The loop",
            (
                "For each prompt the model writes a group of answers, say sixteen. A program marks each one. Those "
                "above the group's mean are made likelier, those below it less likely. Nothing else is told to the "
                "model, and yet it learns to check its work, to start over and to write longer where length helps, "
                "because those chains pass more often.",
                "Before it, a short SFT on worked examples gives the format. After it, SFT on its own checked "
                "answers makes the result readable.",
            ),
        ),
        Part(
            "tasks",
            "What can be checked in a company",
            (),
            (
                ("Extraction", "Does every extracted value stand in the document, and does the total add up?"),
                ("Code and queries", "Do the tests pass; does the query return what the reference query returns?"),
                ("Classification", "Is it the code that two coders agreed on?"),
                ("Rules", "Does the letter contain the required clauses and none of the forbidden words?"),
                ("Planning", "Does the schedule break no constraint, and what does it cost?"),
            ),
        ),
        Part(
            "breaks",
            "What breaks",
            (),
            (
                (
                    "Loose checkers",
                    "“Contains the right number” is met by listing all numbers. Check the whole answer, its form and "
                    "its length.",
                ),
                (
                    "Dead groups",
                    "All pass or all fail: no gradient. Drop such prompts, and move on to harder ones as the model "
                    "improves.",
                ),
                (
                    "Only the checked part improves",
                    "Reasoning for sums may leave tone and honesty where they were, or worse. Evaluate more than the "
                    "reward.",
                ),
            ),
        ),
    ),
    claims=("deepseekmath",),
    explorers=("grpo",),
    kinds=("grpo", "evaluate"),
    terms=("rlvr", "checker", "grpo", "advantage", "reasoning-model", "chain-of-thought"),
    sources=("grpo", "r1", "survey"),
)
