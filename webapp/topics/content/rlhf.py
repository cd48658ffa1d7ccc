"""The stages of reinforcement learning from human feedback, in the order of the work."""

from .schema import Stage

STAGES: tuple[Stage, ...] = (
    Stage(
        key="demonstrations",
        name="Demonstrations",
        summary="Experts write the answers they would want the model to give.",
        goes_in=(
            "Real prompts from the work, sampled so that rare cases are there",
            "Written guidelines with examples",
        ),
        comes_out=("Prompt and answer rows", "Guidelines that two experts apply alike"),
        breaks=(
            "Prompts invented at a desk miss how customers write.",
            "Two experts answer the same prompt differently, and the model learns to waver.",
            "Personal data slips into rows that cannot be unlearned later.",
        ),
        cost="Expert hours: 10 to 30 minutes a row. A few hundred good rows beat thousands of careless ones.",
        who="Domain experts, with one person who owns the guidelines",
        source="instructgpt",
    ),
    Stage(
        key="sft",
        name="Supervised fine-tuning",
        summary="The model learns to imitate the demonstrations, token by token.",
        goes_in=("The base model", "Demonstrations, split into train, validation and a test set nobody trains on"),
        comes_out=("The SFT model: the starting point and, frozen, the reference of everything after it",),
        breaks=(
            "Too many passes: it recites the rows and forgets what it knew.",
            "Facts it did not know before teach it to make facts up.",
            "The chat template differs between training and use, and quality drops with no error message.",
        ),
        cost="The cheapest training of the chain: minutes to hours, and an adapter fits one device.",
        who="ML engineer",
        after=("demonstrations",),
        kinds=("sft",),
        source="instructgpt",
    ),
    Stage(
        key="preferences",
        name="Preference collection",
        summary="People compare answers of the SFT model and choose the better one.",
        goes_in=("Two or more sampled answers a prompt, in random order", "The guidelines"),
        comes_out=("Pairs: prompt, better answer, worse answer", "Agreement between raters, with its interval"),
        breaks=(
            "Raters reward length, confidence and flattery.",
            "Agreement between raters near chance: the pairs hold no signal, whatever is trained on them.",
            "The model moves on, and old pairs compare answers it no longer writes.",
        ),
        cost="One to five minutes a pair; a tenth of the pairs rated twice to measure agreement.",
        who="Domain experts or trained raters",
        after=("sft",),
        kinds=("rlaif",),
        source="instructgpt",
    ),
    Stage(
        key="reward-model",
        name="Reward model",
        summary="A copy of the model learns to score any answer as the raters would.",
        goes_in=("The preference pairs", "The SFT model with a scoring head in place of its vocabulary"),
        comes_out=("A number for every prompt and answer", "Its accuracy on pairs held back"),
        breaks=(
            "It scores style instead of substance, since style was easier to learn.",
            "It is confident far from its training pairs, which is just where the next stage goes.",
            "Accuracy on held-out pairs says little about answers that were optimised against it.",
        ),
        cost="One short training run; 60 to 75% accuracy on held-out pairs is usual, as raters disagree among "
        "themselves.",
        who="ML engineer",
        after=("preferences",),
        kinds=("reward",),
        source="instructgpt",
    ),
    Stage(
        key="ppo",
        name="PPO with a KL penalty",
        summary="The model writes, the reward model scores, and small steps raise the score without leaving the "
        "reference.",
        goes_in=("Prompts", "The SFT model, trained on", "The reward model and the frozen reference"),
        comes_out=("The aligned model", "Curves of reward and of distance (KL) from the reference"),
        breaks=(
            "Reward hacking: the score climbs while people like the answers less.",
            "Too weak a KL penalty gives odd text; too strong a one gives the SFT model back.",
            "Variety collapses: every answer begins alike.",
        ),
        cost="The most expensive stage: sampling at every step and four networks in memory.",
        who="ML engineer, watching samples and not only curves",
        after=("reward-model", "sft"),
        kinds=("ppo", "grpo"),
        source="ppo",
    ),
    Stage(
        key="evaluation",
        name="Evaluation",
        summary="The aligned model meets the SFT model on questions neither has seen.",
        goes_in=("Both models", "The held-out test set", "Raters who do not know which model wrote what"),
        comes_out=("Win rate and accuracy, each with its interval", "A decision: ship, go on, or go back"),
        breaks=(
            "A win rate without an interval: 55% of 60 pairs is a coin toss.",
            "Only the reward model is asked, which is the one witness that was bribed.",
            "What got worse is not measured: knowledge, refusals of harmless questions, other languages.",
        ),
        cost="Minutes of compute for a metric; expert hours for a blind comparison.",
        who="Domain experts and the adoption lead",
        after=("ppo", "sft"),
        kinds=("evaluate",),
        source="instructgpt",
    ),
    Stage(
        key="feedback",
        name="Feedback from use",
        summary="What people accept, edit and reject in use becomes the next round of preferences.",
        goes_in=(
            "Ratings, edits and complaints from use, with consent",
            "Drift between today's questions and the test set",
        ),
        comes_out=("New prompts and pairs", "A test set that grows with the work"),
        breaks=(
            "Only the angry and the delighted click.",
            "The model's own answers come back as training data, errors and all.",
            "Nobody owns the loop, so it stops after the first release.",
        ),
        cost="A product feature and a weekly habit rather than a job.",
        who="Product owner",
        after=("evaluation",),
        source="survey",
    ),
)

BACK = ("feedback", "preferences")
"""The line that closes the loop: feedback feeds the next preference collection."""
