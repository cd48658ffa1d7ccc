"""Reinforcement learning from human feedback, as a process."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="rlhf",
    branch=Branch.REINFORCEMENT_LEARNING,
    title="The RLHF process, stage by stage",
    summary="From written demonstrations to a model that follows your preferences, and back again. Each stage says "
    "what goes in, what comes out, what breaks and what it costs.",
    description="Reinforcement learning from human feedback as a process of seven stages: inputs, outputs, costs and "
    "failures of each, from demonstrations to PPO and feedback.",
    takeaways=(
        "The scarce input is agreement between your experts. Where they disagree, no method can learn what is wanted.",
        "Keep the SFT model: it starts the training, anchors it, and is what the result is compared with.",
        "Never let the reward model be the only judge of the model that was trained to please it.",
    ),
    parts=(
        Part(
            "why",
            "Why not demonstrations alone",
            (
                "Imitation needs an expert to write the best answer. Often nobody can, but anybody in the field can "
                "say which of two is better. Comparing is also faster than writing, and it covers the model's own "
                "mistakes, which demonstrations never show.",
                "So people compare, a reward model learns to predict their choice, and the policy is trained to "
                "raise that reward while a penalty keeps it near the SFT model. The penalty is not politeness: the "
                "reward model knows nothing about text far from what it was trained on.",
            ),
        ),
        Part(
            "short",
            "The short way",
            (
                "If pairs are all you have, DPO and its kin learn from them directly, without a reward model and "
                "without sampling. If a program can check answers, GRPO learns from the checker. The full chain pays "
                "when you want one reward that many models and many months are measured by.",
            ),
        ),
    ),
    claims=("instructgpt-preferred",),
    flow="rlhf",
    explorers=("ppo",),
    kinds=("sft", "reward", "ppo", "rlaif", "evaluate"),
    terms=(
        "rlhf",
        "preference-data",
        "reward-model",
        "ppo",
        "kl-divergence",
        "policy",
        "reference-model",
        "value-model",
        "advantage",
    ),
    sources=("instructgpt", "ppo", "survey"),
)
