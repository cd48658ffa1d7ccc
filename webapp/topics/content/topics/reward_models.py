"""Reward models and how they are fooled."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="reward-models",
    branch=Branch.REINFORCEMENT_LEARNING,
    title="Reward models, and how they are fooled",
    summary="A reward model turns your experts' choices into a number that can be asked a million times. It is "
    "useful exactly as far as it agrees with them.",
    description="What a reward model learns, how to measure it, outcome and process rewards, and the signs of reward "
    "hacking.",
    takeaways=(
        "Measure a reward model on pairs held back, with an interval, and again on answers of the newest policy.",
        "A rising reward is not a result. A rising win rate among people who do not know which is which is one.",
        "Where a program can check the answer, prefer the program: it cannot be flattered.",
    ),
    parts=(
        Part(
            "how",
            "How it learns",
            (
                "Take the SFT model, replace its vocabulary by a single output, and train it on pairs so that the "
                "better answer gets the larger number: the loss is minus the logarithm of σ(better minus worse). "
                "Only differences matter; a score of 3.2 means nothing by itself and cannot be compared across "
                "prompts.",
            ),
        ),
        Part(
            "kinds",
            "What can be rewarded",
            (),
            (
                (
                    "The outcome",
                    "One number for the whole answer. Cheap labels; silent about where a long solution went wrong.",
                ),
                (
                    "The process",
                    "A number for each step. Costly labels, and better at picking right solutions to hard problems.",
                ),
                (
                    "A check",
                    "Right or wrong by a program. No model to fool, but only what the program looks at is rewarded.",
                ),
                (
                    "A judge",
                    "A strong model with your guidelines in its prompt. No training at all; ask in both orders, as "
                    "it favours the first answer.",
                ),
            ),
        ),
        Part(
            "hacking",
            "Reward hacking, and how to see it",
            (
                "Any proxy that is optimised hard enough stops measuring what it stood for. The published curves are "
                "alike: true quality rises with the proxy, reaches a peak, and falls while the proxy climbs on. The "
                "peak comes earlier with a small reward model and few pairs.",
            ),
            (
                ("Length", "Answers grow by half while the reward rises. Plot reward against length, always."),
                ("Phrases", "Every answer opens with the same compliment. Read twenty samples from each checkpoint."),
                ("Distance", "KL from the reference beyond what earlier good runs had. Stop there, or raise β."),
                ("Disagreement", "Two reward models from different seeds part ways. Where they differ, neither knows."),
            ),
        ),
    ),
    claims=("process-supervision-math",),
    kinds=("reward", "ppo", "evaluate"),
    terms=("reward-model", "process-reward-model", "outcome-reward", "reward-hacking", "judge", "position-bias"),
    sources=("instructgpt", "overoptimisation", "process-supervision", "survey"),
)
