"""Supervised fine-tuning and its kinds."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="supervised",
    branch=Branch.FINE_TUNING,
    title="Supervised fine-tuning and its six kinds",
    summary="Show the model the answers you want, and it learns to write such answers. What differs is where the "
    "answers come from.",
    description="What supervised fine-tuning does, its six kinds from instruction tuning to preference data, what "
    "each needs, and how each fails.",
    takeaways=(
        "Start here: it is the cheapest training, the easiest to measure, and the base of everything after it.",
        "Rows decide more than settings. A few hundred checked rows usually beat ten thousand scraped ones.",
        "It teaches form and behaviour better than facts. For facts that change, look them up at answer time.",
    ),
    parts=(
        Part(
            "how",
            "What happens in training",
            (
                "The model reads a prompt with its answer and, at each token of the answer, is told which token came "
                "next. Its weights move a little towards having foreseen it. Prompt tokens do not count: the model "
                "is to learn answering, not asking.",
                "After a few hundred steps the loss on unseen rows stops falling. Beyond that point the model learns "
                "the rows themselves, and answers to other questions get worse. So the run is stopped by a "
                "validation set and judged by a test set, and the three never share a row.",
            ),
        ),
        Part(
            "kinds",
            "Six kinds, by where the answers come from",
            ("The training is the same in all six. Choose by the rows you have and by what has to change.",),
            (
                (
                    "Instruction tuning",
                    "Many tasks phrased as instructions, each with a good answer. The model learns to follow "
                    "instructions it has never seen. Breadth counts: fifty tasks with twenty rows each beat one with "
                    "a thousand.",
                ),
                (
                    "Dialogue tuning",
                    "Whole conversations, where each reply depends on what was said before. It teaches asking back, "
                    "remembering and handing over. Only the assistant's turns are learned.",
                ),
                (
                    "Chain-of-thought tuning",
                    "Answers with the steps that lead to them. The model learns to work before it concludes, which "
                    "helps where there are several steps and costs tokens where there are none. A wrong step with a "
                    "right end teaches wrong steps.",
                ),
                (
                    "Domain tuning",
                    "Rows from one field with its words, codes and formats: diagnoses, clauses, part numbers. It "
                    "gives the sharpest gain on the work itself and the highest risk of forgetting everything else.",
                ),
                (
                    "Distillation-based tuning",
                    "A large model writes the answers, a small one learns them. Cheap to produce in any number; the "
                    "student also inherits the teacher's mistakes, and the teacher's licence has to allow it.",
                ),
                (
                    "Preference-based tuning",
                    "People choose among several answers and only the chosen ones are trained on. It is the simplest "
                    "use of preferences and often the baseline that DPO has to beat.",
                ),
            ),
        ),
        Part(
            "breaks",
            "What breaks, and how to see it",
            (),
            (
                (
                    "Forgetting",
                    "General ability falls while the task improves. Keep a small general test set and run it on "
                    "every model; mix 5 to 20% general rows into training; or train an adapter, which can be taken "
                    "off.",
                ),
                (
                    "Invented facts",
                    "Rows that state what the model could not know teach it to state things it does not know. Train "
                    "on reading a source and answering from it.",
                ),
                (
                    "Leakage",
                    "Test questions, or near copies of them, in the training rows. Every dataset here is checked for "
                    "overlap by normalised text, and a fault is shown where it was found.",
                ),
                (
                    "Two chat templates",
                    "Training with one layout of roles and serving with another costs points silently. The data view "
                    "of a job shows the tokens as the model sees them.",
                ),
            ),
        ),
    ),
    kinds=("sft", "evaluate", "adaptation"),
    terms=("sft", "instruction-tuning", "catastrophic-forgetting", "held-out-set", "leakage", "overfitting"),
    sources=("flan", "lima", "instructgpt", "survey"),
)
