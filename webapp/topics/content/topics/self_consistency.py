"""The case study of self-consistency."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="self-consistency",
    branch=Branch.TEST_TIME_SCALING,
    title="Self-consistency: ask several times and vote",
    summary="Wrong reasoning goes wrong in many ways, right reasoning meets in one answer. That is why a vote helps, "
    "and when it does not.",
    description="Self-consistency explained and simulated: how majority voting over sampled chains raises accuracy, "
    "with a published case study beside what was measured here.",
    takeaways=(
        "If each sample is right with 60% and there are only two answers, five votes are right with 68.3%.",
        "Votes help most when wrong answers scatter, and hurt when one wrong answer is the favourite.",
        "Most of the gain comes with the first five to ten samples; stopping early saves most of the rest.",
    ),
    parts=(
        Part(
            "how",
            "How it works",
            (
                "Sample several chains of thought at a temperature around 0.7, take the final answer of each, and "
                "return the one that occurs most. The chains are thrown away. No training, no reward model, no "
                "second model.",
                "With two possible answers the arithmetic is Condorcet's of 1785: above one half, more voters are "
                "better; below, worse. With more possible answers the bar is lower, as wrong votes split. A model "
                "that is right with 40% and spreads its errors over ten answers wins nearly every vote of twenty.",
            ),
        ),
        Part(
            "use",
            "Using it on real questions",
            (),
            (
                (
                    "Make answers countable",
                    "Ask for the conclusion in a fixed form: a number, a label, yes or no with the clause. Vote on "
                    "that, and show the text of one chain that led there.",
                ),
                (
                    "Use the share of votes",
                    "Nine of ten is a surer answer than four of ten. Send the low ones to a person: this is often "
                    "worth more than the gain in accuracy.",
                ),
                (
                    "Stop early",
                    "After four equal answers out of four, a fifth is unlikely to matter. The adaptive rule stops "
                    "there and goes on at three.",
                ),
            ),
        ),
        Part(
            "breaks",
            "When it fails",
            (),
            (
                (
                    "A shared misunderstanding",
                    "If the question is read wrongly each time, the vote is unanimous and wrong.",
                ),
                (
                    "Free text",
                    "No two answers are equal, so nothing can be counted. Use best-of-N, or vote on claims drawn "
                    "from the text.",
                ),
                ("No spread", "At temperature 0 all samples are the same, and N times the cost buys nothing."),
            ),
        ),
    ),
    claims=("finance-accuracy", "self-consistency-gsm8k", "adaptive-consistency-samples"),
    explorers=("self-consistency",),
    kinds=("test_time", "test-time", "evaluate"),
    terms=("self-consistency", "majority-vote", "adaptive-consistency", "temperature", "sampling"),
    case="finance",
    sources=("self-consistency", "adaptive-consistency", "cot"),
)
