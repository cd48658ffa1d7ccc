"""Case studies as published, with what they leave out."""

from .schema import CaseStudy

_ALL = (
    CaseStudy(
        key="healthcare",
        title="A healthcare company adapts a general model",
        story=(
            "A healthcare AI company needed a model that recognises rare conditions from clinical notes. It adapted "
            "a general model by training a small share of its parameters on its own records, instead of all of them.",
            "It reports 92% accuracy on rare conditions, 30% better than the base model, for 80% less compute than "
            "full fine-tuning; and that new records could be trained in quickly and often.",
            "Answers were grounded in external knowledge bases as well, to hold down invented facts.",
        ),
        missing=(
            "Which base model, how many records, and how the test cases were kept apart from training.",
            "How rare is rare: with 1% of cases positive, 92% accuracy is worse than always saying no.",
            "What the knowledge bases contributed and what the adapter did.",
        ),
        claims=("accuracy", "improvement", "compute"),
        study="adaptation",
    ),
    CaseStudy(
        key="finance",
        title="A financial institution asks several times and votes",
        story=(
            "A financial institution ran a specialised model in customer support, where questions about products "
            "combine several conditions: terms, fees, eligibility.",
            "Instead of training further it sampled several lines of reasoning for each question and returned the "
            "conclusion that most of them shared. It reports 15% more factual accuracy on complex product questions.",
        ),
        missing=(
            "How many samples each question took: that is the whole price of the method.",
            "How two free-text answers were found to agree.",
            "Whether 15% is relative or in points, on how many questions, with what interval.",
        ),
        claims=("finance-accuracy",),
        study="test-time",
    ),
)

CASES: dict[str, CaseStudy] = {one.key: one for one in _ALL}
