"""What the first page says."""

TITLE = "LLM post-training: a deep dive into reasoning models"
CLAIM = "From a capable model to one you can answer for"
LEDE = (
    "Pretraining makes a language model fluent. Post-training makes it useful, safe and affordable for one "
    "organisation's work. Here it is explained, to play with, and measured."
)
DESCRIPTION = (
    "Fine-tuning, reinforcement learning and test-time scaling explained for decision makers and engineers, with "
    "live explorers, published results with their caveats, and what was measured here."
)

WHAT = (
    "A pretrained model has read much of the public text there is, and predicts how a text goes on. It does not know "
    "your codes, your tone or your rules, it states guesses like facts, and it was never told what a good answer is.",
    "Post-training is everything done after that: fine-tuning on examples, reinforcement learning from preferences "
    "or checks, and spending more compute on a question while answering it. It takes a tiny part of pretraining's "
    "data and compute, and it decides whether a model is ready for production, because it is where accuracy on your "
    "task, tone, safety and price per answer are set.",
)

TAKEAWAYS = (
    (
        "Post-training is where production readiness is decided",
        "The base model is bought or downloaded; your competitors have it too. What differs is the task data, the "
        "guidelines and the evaluation.",
    ),
    (
        "Begin with the test set, not with the model",
        "A few hundred held-out items from real work, with an interval on every figure, settle more arguments than "
        "any leaderboard.",
    ),
    (
        "A small adapter is usually enough",
        "Training under one percent of the weights often matches full fine-tuning on narrow tasks, with a fraction "
        "of the memory and one base model to run.",
    ),
    (
        "Let the signal choose the method",
        "Pairs lead to DPO, a checker to GRPO, written guidelines and a judge to RLAIF. The scarce input is "
        "agreement among your experts.",
    ),
    (
        "Thinking time is a budget like any other",
        "Several samples and a vote raise accuracy with no training. The right number is where one more costs what "
        "it mends.",
    ),
    (
        "What is optimised is what you get",
        "Rewards are gamed, tests leak, demand drifts. Keep people who judge blind, and gates that open on evidence "
        "only.",
    ),
)

TOOLS = (
    (
        "topics:choose",
        "Which method fits?",
        "Questions on data, checks, budget and risk; a ranking with its reasons.",
    ),
    ("topics:walk", "How much to think?", "Question by question to a test-time strategy, with its budget."),
    ("topics:methods", "Methods side by side", "Eight ways to learn from preferences and rewards, to sort and filter."),
)
"""Address, title, what it does."""

BRANCHES = {
    "fine-tuning": (
        "Fine-tuning",
        "Teach by example",
        "Show the model good answers until it writes them. The first step of every plan, and often the last one "
        "needed.",
    ),
    "reinforcement-learning": (
        "Reinforcement learning",
        "Teach by preference and reward",
        "Where nobody can write the best answer but somebody, or something, can tell which of two is better.",
    ),
    "test-time-scaling": (
        "Test-time scaling",
        "Think longer where it pays",
        "Spend more compute on the question at hand: several attempts, a vote, a search, a check.",
    ),
}
