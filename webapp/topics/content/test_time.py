"""The ways to spend compute while answering, and the questions that choose among them."""

from .schema import Question, Strategy

_STRATEGIES = (
    Strategy(
        key="greedy",
        name="Greedy answer",
        summary="One answer, always the likeliest next token.",
        needs=(),
        calls="1",
        budget="1 call",
        latency="the shortest",
        wins="Short answers, labels and extraction, where the model is right or wrong for good.",
        breaks="Leaves accuracy on the table where reasoning takes several steps, and gives no hint of doubt.",
        source="survey",
    ),
    Strategy(
        key="chain-of-thought",
        name="Chain of thought",
        summary="One answer, but the model writes its steps first.",
        needs=("A model large enough to reason in steps",),
        calls="1, with 5 to 20 times the tokens",
        budget="1 call of 100 to 1,000 tokens",
        latency="a few times the greedy one",
        wins="Arithmetic, multi-step policy questions, anything a person would work out on paper.",
        breaks="Small models write steps that do not carry the answer; the steps read well even when they are wrong.",
        source="cot",
    ),
    Strategy(
        key="self-consistency",
        name="Self-consistency",
        summary="Sample N chains of thought and return the most frequent final answer.",
        needs=("Answers short enough to compare for equality",),
        calls="N, all at once",
        budget="5 to 20 samples; the gain flattens beyond that",
        latency="one chain of thought, if samples run side by side",
        wins="The right answer is the model's most frequent one, though not its first: then votes add up.",
        breaks="When the most frequent answer is wrong, more samples make the error surer. Long free text cannot be "
        "counted.",
        source="self-consistency",
        claim="self-consistency-gsm8k",
    ),
    Strategy(
        key="adaptive-consistency",
        name="Adaptive consistency",
        summary="Self-consistency that stops as soon as the vote is settled.",
        needs=("Answers short enough to compare for equality", "Room for several rounds in the time limit"),
        calls="between a few and N, most on hard questions",
        budget="at most N; two to four times fewer on average",
        latency="several short rounds",
        wins="Difficulty is uneven: easy questions stop after a few samples and pay for the hard ones.",
        breaks="Rounds come one after another, so the slowest question takes longer than with all samples at once.",
        source="adaptive-consistency",
        claim="adaptive-consistency-samples",
    ),
    Strategy(
        key="best-of-n",
        name="Best of N",
        summary="Sample N answers, score each with a reward model, return the best.",
        needs=("A reward model or judge you have measured",),
        calls="N, and N scores",
        budget="4 to 16 samples; watch for the reward model being fooled beyond that",
        latency="one answer and one score, side by side",
        wins="Open text with no single right answer: drafts, summaries, replies in the house's tone.",
        breaks="With large N it finds the answers that fool the reward model. It can never be better than its scorer.",
        source="bon",
        claim="compute-optimal-best-of-n",
    ),
    Strategy(
        key="beam-search",
        name="Beam search over steps",
        summary="Keep the few best half-finished solutions, judged step by step, and extend those.",
        needs=("A model that scores single steps (a process reward model)", "Answers that come in steps"),
        calls="beams x branches at each step",
        budget="4 beams of 4 branches over 5 to 20 steps",
        latency="one round for every step",
        wins="Hard multi-step problems, where a wrong turn early spoils the rest.",
        breaks="Easy problems get worse, as the search exploits the step scorer; variety between beams is lost.",
        source="compute-optimal",
        claim="compute-optimal-best-of-n",
    ),
    Strategy(
        key="tree-search",
        name="Tree search",
        summary="Explore several lines of thought, judge them, go back where one fails.",
        needs=("A way to judge half-finished solutions", "Minutes rather than seconds"),
        calls="tens to hundreds",
        budget="a limit on nodes, not on time alone",
        latency="the longest",
        wins="Planning and puzzles in which one must be able to undo a step.",
        breaks="Costs grow with every branch; a weak judge sends it into the wrong subtree with confidence.",
        source="tot",
    ),
    Strategy(
        key="verifier-search",
        name="Search against a checker",
        summary="Sample until a program accepts the answer: tests pass, the sum balances, the schema fits.",
        needs=("A program that accepts right answers and rejects wrong ones",),
        calls="until one passes, at most N",
        budget="a cap of 10 to 100, spent only on the hard ones",
        latency="one round for an easy question, the cap for a hopeless one",
        wins="Code with tests, structured extraction, sums: each further sample can only help.",
        breaks="What the checker does not check is not checked: answers that pass for the wrong reason come through.",
        source="monkeys",
    ),
)

STRATEGIES: dict[str, Strategy] = {one.key: one for one in _STRATEGIES}

START = "checkable"

_QUESTIONS = (
    Question(
        key="checkable",
        text="Can a program check the answer?",
        why="A checker turns luck into certainty: one right answer among many samples is enough.",
        answers=(
            (
                "Yes, a program accepts or rejects it",
                "Sample until one passes, with a cap on how many you draw.",
                "verifier-search",
            ),
            ("No, but right answers are short and equal", "Votes can be counted.", "latency"),
            ("No, the answer is free text", "Votes cannot be counted; something has to score the text.", "scorer"),
        ),
    ),
    Question(
        key="latency",
        text="Is the time for one question bounded tightly?",
        why="Samples side by side cost money but no time; rounds cost time.",
        answers=(
            ("Very: under a second", "There is no room for written steps.", "greedy"),
            ("Somewhat: a few seconds", "One round of samples fits, several do not.", "worth"),
            ("No", "Rounds may follow each other.", "difficulty"),
        ),
    ),
    Question(
        key="worth",
        text="What is one more right answer worth, in calls of the model?",
        why="Ten samples cost ten times as much; they pay only if the answers they mend are worth more.",
        answers=(
            ("Little: a wrong answer is cheap to mend", "Write the steps once.", "chain-of-thought"),
            ("More than ten calls each", "Vote over several chains at once.", "self-consistency"),
        ),
    ),
    Question(
        key="difficulty",
        text="Is difficulty uneven from question to question?",
        why="A fixed number of samples wastes most of them on easy questions.",
        answers=(
            ("Yes, most are easy and some are hard", "Stop early where the vote is settled.", "adaptive-consistency"),
            ("No, all are about alike", "A fixed number is as good, and simpler.", "self-consistency"),
        ),
    ),
    Question(
        key="scorer",
        text="Is there a reward model that agrees with your experts?",
        why="Search is only as good as its judge: measure the agreement before you trust it.",
        answers=(
            ("Yes, it scores whole answers", "Draw several and keep the best.", "best-of-n"),
            ("Yes, it scores single steps", "Judge the work as it is written.", "depth"),
            ("No, not yet", "Without a judge, more samples cannot be told apart.", "chain-of-thought"),
        ),
    ),
    Question(
        key="depth",
        text="Must the model be able to go back on a step?",
        why="Beams only go forward; a tree can return to where it went wrong, at many times the price.",
        answers=(
            ("No, steps build on each other", "Keep a few good beginnings.", "beam-search"),
            ("Yes, as in planning or a puzzle", "Explore, judge, return.", "tree-search"),
        ),
    ),
)

QUESTIONS: dict[str, Question] = {one.key: one for one in _QUESTIONS}
