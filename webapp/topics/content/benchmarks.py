"""Families of public benchmarks: what each tests, and what a good score does not tell."""

from .schema import Benchmark, Family

FAMILIES = (
    Family(
        "mathematics",
        "Mathematics",
        "Whether a chain of steps ends in the right number. The favourite of reasoning research, as answers are "
        "checkable.",
        "School problems are nearly solved and known by heart to many models; small rewordings cost points. Skill at "
        "sums says little about your contracts.",
        (
            Benchmark(
                "GSM8K",
                "School word problems of two to eight steps",
                "1,319 test problems",
                "final number, exactly",
                "gsm8k",
            ),
            Benchmark(
                "MATH",
                "Competition problems in seven subjects and five levels",
                "5,000 test problems; a 500 subset is common",
                "final expression, normalised",
                "math",
            ),
            Benchmark(
                "MGSM",
                "GSM8K problems translated by people into ten languages",
                "250 problems a language",
                "final number, exactly",
                "mgsm",
            ),
        ),
    ),
    Family(
        "reasoning",
        "Common-sense and logical reasoning",
        "Whether unstated knowledge and several facts are combined to the right end.",
        "Multiple choice can be guessed from the options alone. Compare with a model that sees no question.",
        (
            Benchmark(
                "ARC-Challenge",
                "School science questions that simple retrieval gets wrong",
                "1,172 test questions",
                "one of about four choices",
                "arc",
            ),
            Benchmark(
                "BIG-Bench Hard",
                "23 tasks on which earlier models fell below people",
                "6,511 questions",
                "exact answer",
                "bbh",
            ),
            Benchmark(
                "StrategyQA",
                "Yes-or-no questions whose steps are not stated",
                "2,780 questions",
                "yes or no",
                "strategyqa",
            ),
        ),
    ),
    Family(
        "knowledge",
        "Knowledge and expertise",
        "What a model remembers from its training, across subjects or deep in one.",
        "Old questions are in the training text of most models. For your own facts, test with your own documents.",
        (
            Benchmark(
                "MMLU", "57 subjects from school to profession", "14,042 test questions", "one of four choices", "mmlu"
            ),
            Benchmark(
                "GPQA",
                "Graduate science questions that a search does not solve",
                "448 questions, 198 in the diamond set",
                "one of four choices",
                "gpqa",
            ),
            Benchmark(
                "TruthfulQA",
                "Questions that invite widespread errors",
                "817 questions",
                "choice, or judged for truth",
                "truthfulqa",
            ),
        ),
    ),
    Family(
        "code",
        "Code",
        "Whether a program does what its description says: tests decide, so right is right.",
        "Short puzzles differ from work in a large code base, and hidden tests can be thin. Look at the share that "
        "passes at the first try.",
        (
            Benchmark(
                "HumanEval", "Python functions from a description", "164 problems", "unit tests, pass@k", "humaneval"
            ),
            Benchmark("MBPP", "Entry-level Python tasks", "974 problems", "three tests each", "mbpp"),
            Benchmark(
                "SWE-bench",
                "Real issues in twelve Python projects",
                "2,294 issues",
                "the project's own tests",
                "swe-bench",
            ),
        ),
    ),
    Family(
        "instructions",
        "Following instructions and dialogue",
        "Whether the model does what it was told, in form and over several turns.",
        "Where a model judges, length and style win points. Use a judge you have compared with your own raters.",
        (
            Benchmark(
                "IFEval",
                "Instructions that a program can check, such as a word limit",
                "541 prompts",
                "program, strict or loose",
                "ifeval",
            ),
            Benchmark(
                "MT-Bench",
                "Two-turn conversations in eight fields",
                "80 conversations",
                "1 to 10 by a judge model",
                "mt-bench",
            ),
            Benchmark(
                "AlpacaEval 2.0",
                "Single instructions against reference answers",
                "805 prompts",
                "win rate by a judge, corrected for length or not",
                "alpacaeval",
            ),
        ),
    ),
    Family(
        "safety",
        "Safety, bias and refusals",
        "Whether harmful requests are declined, harmless ones are not, and people are treated alike.",
        "Declining everything scores well on half of these. Always report both directions.",
        (
            Benchmark(
                "HarmBench",
                "Harmful behaviours under many attacks",
                "510 behaviours",
                "classifier of success",
                "harmbench",
            ),
            Benchmark(
                "XSTest",
                "Safe prompts that sound unsafe, and unsafe ones beside them",
                "250 safe, 200 unsafe",
                "answered or refused",
                "xstest",
            ),
            Benchmark(
                "BBQ",
                "Questions that tempt to stereotypes",
                "58,492 questions",
                "one of three choices, bias score",
                "bbq",
            ),
        ),
    ),
    Family(
        "rewards",
        "Reward models and judges",
        "Whether the judge prefers what people prefer.",
        "A judge that ranks answers of old models well may fail on those of yours, which are closer together.",
        (
            Benchmark(
                "RewardBench",
                "Pairs of a better and a worse answer in four groups",
                "2,985 pairs",
                "share ranked rightly",
                "rewardbench",
            ),
        ),
    ),
    Family(
        "professions",
        "Professional fields",
        "Whether a field's own questions are answered as its examinations ask.",
        "An examination is not a case file. It is a first filter for a base model and no approval of its use.",
        (
            Benchmark(
                "MedQA",
                "Questions of medical licence examinations",
                "12,723 in English",
                "one of four or five choices",
                "medqa",
            ),
            Benchmark(
                "FinQA",
                "Sums over tables and text of company reports",
                "8,281 questions",
                "number, and program of steps",
                "finqa",
            ),
        ),
    ),
)

OWN = (
    "A public benchmark tells which base models are worth a try. Whether one is good enough for your work, only your "
    "own held-out items tell: a few hundred, drawn from real use, scored by a rule that your experts agree on."
)
