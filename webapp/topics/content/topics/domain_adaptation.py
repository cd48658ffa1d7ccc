"""The case study of domain-specific adaptation."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="domain-adaptation",
    branch=Branch.FINE_TUNING,
    title="Domain-specific adaptation with PEFT",
    summary="A healthcare company's published result, claim by claim, beside what this installation measured.",
    description="A case study of domain adaptation with PEFT: the published claims of 92% accuracy, 30% improvement "
    "and 80% less compute, each beside what was measured here.",
    takeaways=(
        "A domain gain is real when the interval of the difference, on unseen items, excludes zero and exceeds what "
        "you need.",
        "Ask of any case study: which items, how many, compared with what, and who kept them apart from training.",
        "An adapter changes how the model answers; a knowledge base changes what it can answer from. Measure the two "
        "apart.",
    ),
    parts=(
        Part(
            "question",
            "The question behind the story",
            (
                "Two decisions hide in it. Does adapting to the field pay at all, against the base model with a good "
                "prompt? And if so, is a small adapter enough, or is it worth training all weights?",
                "The adaptation study answers both in one run: it evaluates the base model, trains each method on "
                "the same rows for the same steps, and evaluates every result on the same held-out items. Because "
                "the items are the same, the comparison is paired, and a few hundred of them suffice.",
            ),
        ),
        Part(
            "grounding",
            "Training or looking up",
            ("The story combines both. They do different things, and each has its own failure.",),
            (
                (
                    "Adapt",
                    "When the form is what is wrong: codes, labels, tone, the field's abbreviations, the shape of a "
                    "report.",
                ),
                (
                    "Look up",
                    "When the facts are what is missing or changes: prices, guidelines, case files. The answer can "
                    "then name its source.",
                ),
                (
                    "Both",
                    "When the model must read your documents in your way. Train on rows that contain the retrieved "
                    "text, so that it learns to answer from it and to say when nothing in it helps.",
                ),
            ),
        ),
        Part(
            "risk",
            "Before it meets a patient, or a customer",
            (),
            (
                (
                    "Rare classes",
                    "Report recall for each class, not accuracy alone: a rare condition can be missed every time at "
                    "99% accuracy.",
                ),
                (
                    "Personal data",
                    "Uploads are scanned for it. What was trained into weights cannot be deleted row by row.",
                ),
                (
                    "Drift",
                    "Codes and guidelines change each year. Keep the test set current, and retrain an adapter, which "
                    "takes minutes.",
                ),
            ),
        ),
    ),
    claims=("accuracy", "improvement", "compute"),
    kinds=("adaptation", "sft", "evaluate"),
    terms=("peft", "rag", "hallucination", "paired-comparison", "confidence-interval", "minimum-effect"),
    case="healthcare",
    sources=("lora", "survey"),
)
