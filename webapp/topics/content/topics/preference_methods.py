"""The table of methods."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="preference-methods",
    branch=Branch.REINFORCEMENT_LEARNING,
    title="DPO, GRPO, RLAIF and five more: which one fits",
    summary="Eight ways to learn from preferences and rewards, side by side: what each needs, costs and gives, how "
    "it fails, and the formula with its words.",
    description="DPO, GRPO, RLAIF, PPO, RLOO, KTO, ORPO and IPO compared: key advantage, enterprise relevance, data, "
    "cost, failure, formula and paper, with live explorers.",
    takeaways=(
        "Let the signal choose: pairs lead to DPO, thumbs to KTO, a checker to GRPO, guidelines and a judge to RLAIF.",
        "Begin with the method that needs no sampling while training. Go online only when the offline one stops "
        "gaining.",
        "Differences between methods are often smaller than those between two seeds. Compare on the same items, with "
        "intervals.",
    ),
    parts=(
        Part(
            "offline",
            "Offline or online",
            (
                "Offline methods (DPO, IPO, KTO, ORPO) learn from answers that are already there. They train like "
                "SFT, in a steady time, and can never learn about answers nobody sampled. Online methods (PPO, RLOO, "
                "GRPO) write new answers while they train and learn from what those earn: more compute, more to "
                "watch, and gains where the best answer is not yet in the data.",
                "RLAIF is not a loss but a source of preferences. Its pairs can train any of the others.",
            ),
        ),
    ),
    claims=("rlaif-parity", "orpo-alpaca", "deepseekmath"),
    explorers=("dpo", "grpo"),
    kinds=("dpo", "grpo", "rlaif", "ppo", "evaluate"),
    terms=("dpo", "grpo", "rlaif", "ppo", "rloo", "kto", "orpo", "ipo", "preference-data", "odds-ratio"),
    sources=("dpo", "grpo", "rlaif", "ppo", "rloo", "kto", "orpo", "ipo", "constitutional"),
    has_methods=True,
)
