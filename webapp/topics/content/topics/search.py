"""Search against a verifier."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="search",
    branch=Branch.TEST_TIME_SCALING,
    title="Search: best-of-N, beams, trees and checkers",
    summary="When something can tell good from bad, sampling becomes search. How far it carries depends on who is "
    "judging.",
    description="Best-of-N, beam search, tree search and search against a checker: what each needs, how accuracy "
    "grows with samples, and when the judge becomes the limit.",
    takeaways=(
        "With a perfect checker, the chance that one of N samples is right is 1 − (1 − p)ᴺ: 5% a sample becomes 64% "
        "at twenty.",
        "With a learned judge the curve rises, flattens and can fall, because search finds the judge's mistakes too.",
        "Step-by-step search pays on hard, long problems. On easy ones a plain vote is as good and cheaper.",
    ),
    parts=(
        Part(
            "judges",
            "Who judges",
            (),
            (
                (
                    "A checker",
                    "Tests, schemas, sums. Accuracy follows coverage: every sample that is right can be kept.",
                ),
                (
                    "An outcome reward model",
                    "Scores whole answers; best-of-N keeps the top one. Weighing votes by score is steadier than "
                    "taking the maximum.",
                ),
                (
                    "A process reward model",
                    "Scores steps, so that beams and trees can drop bad beginnings. The costliest to train.",
                ),
                (
                    "The model itself",
                    "Asked whether its answer is right. Weak on hard problems, where it would have to know the "
                    "answer to judge it.",
                ),
            ),
        ),
        Part(
            "difficulty",
            "Spend by difficulty",
            (
                "Easy questions want one answer, medium ones a vote or a revision, hard ones a search, hopeless ones "
                "a person. A cheap estimate of difficulty, such as the agreement of four samples, decides which. "
                "Published results put the saving of such routing above four times the compute of the same N for all.",
            ),
        ),
        Part(
            "breaks",
            "What breaks",
            (),
            (
                ("Coverage without selection", "One of a hundred samples is right, and nobody can say which."),
                (
                    "Over-search",
                    "Beyond some N the best score belongs to a fluent mistake. Plot accuracy, not score, against N.",
                ),
                ("Runaway budgets", "Trees without a limit on nodes. Set one, and count tokens as well as answers."),
            ),
        ),
    ),
    claims=("process-supervision-math", "compute-optimal-best-of-n", "compute-optimal-14x"),
    kinds=("test_time", "test-time", "reward"),
    terms=("best-of-n", "beam-search", "tree-search", "pass-at-k", "checker", "process-reward-model", "outcome-reward"),
    sources=("process-supervision", "compute-optimal", "tot", "monkeys", "bon"),
)
