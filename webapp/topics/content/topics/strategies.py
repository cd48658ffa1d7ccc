"""The test-time decision flow."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="strategies",
    branch=Branch.TEST_TIME_SCALING,
    title="How much to think: the decision flow",
    summary="The same model answers better when it may spend more on a question. A few questions lead to the way that "
    "fits, with a budget and the reason.",
    description="Test-time scaling as a decision: greedy, chain of thought, self-consistency, adaptive consistency, "
    "best-of-N, beam, tree and verifier search, with budgets.",
    takeaways=(
        "It needs no training and can be switched on for the questions that are worth it.",
        "Whether more samples help depends on one thing: can the right answer be told from the wrong ones?",
        "The right budget is where one more sample costs as much as the errors it mends. Measure accuracy against "
        "samples once, and read it off.",
    ),
    parts=(
        Part(
            "three",
            "Three ways to spend",
            (),
            (
                ("Longer", "Let the model write its steps: one answer with many tokens."),
                ("Wider", "Draw several answers at once and combine them, by vote, by score or by check."),
                ("Deeper", "Search: extend, judge and drop half-finished answers step by step."),
            ),
        ),
        Part(
            "trade",
            "Train more or think more?",
            (
                "Training is paid once and saves on every answer; thinking is paid on every answer and needs nothing "
                "beforehand. So high volume speaks for training and rare, valuable questions for thinking. Published "
                "comparisons agree on the shape: on questions that a small model sometimes solves, extra thinking "
                "can replace a much larger model; on those it never solves, it cannot.",
            ),
        ),
        Part(
            "latency",
            "What the user waits for",
            (
                "Samples drawn side by side cost money and hardly any time. Rounds, beams and trees cost both. State "
                "a limit for the slowest answers, say 95 of 100 within four seconds, and let the strategy be what "
                "fits under it.",
            ),
        ),
    ),
    claims=("compute-optimal-best-of-n", "compute-optimal-14x", "adaptive-consistency-samples"),
    kinds=("test_time", "test-time", "evaluate"),
    terms=("test-time-scaling", "chain-of-thought", "best-of-n", "adaptive-consistency", "latency", "temperature"),
    sources=("cot", "self-consistency", "adaptive-consistency", "compute-optimal", "tot", "survey"),
    has_strategies=True,
)
