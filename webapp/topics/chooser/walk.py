"""The walk to a test-time strategy: one question at a time, the answers so far in the address.

`walk=1-0-2` holds the number of each answer, from the first question on.
"""

from dataclasses import dataclass

from webapp.topics.content.schema import Question, Strategy
from webapp.topics.content.test_time import QUESTIONS, START, STRATEGIES


@dataclass(frozen=True)
class Option:
    """An answer that can be given: its words, why it matters, and the walk with it."""

    text: str
    why: str
    walk: str


@dataclass(frozen=True)
class Step:
    """A question answered: what was said, why it matters, and the walk that leads back to it."""

    question: Question
    answer: str
    why: str
    back: str


@dataclass(frozen=True)
class Walk:
    """The steps so far, and either the next question with its options or the strategy at the end."""

    steps: list[Step]
    question: Question | None
    options: list[Option]
    strategy: Strategy | None

    @property
    def reasons(self) -> list[str]:
        """Why it ends where it ends."""
        return [step.why for step in self.steps]


def walk(text: str) -> Walk:
    """The walk that `text` describes; from the first number on that is no answer, the rest is dropped."""
    key, steps, taken = START, list[Step](), list[str]()
    for part in text[:40].split("-"):
        question = QUESTIONS.get(key)
        if question is None or not part.isascii() or not part.isdecimal() or int(part) >= len(question.answers):
            break
        answer, why, key = question.answers[int(part)]
        steps.append(Step(question, answer, why, "-".join(taken)))
        taken.append(str(int(part)))
    question = QUESTIONS.get(key)
    options = [
        Option(answer, why, "-".join([*taken, str(number)]))
        for number, (answer, why, _) in enumerate(question.answers if question else ())
    ]
    return Walk(steps, question, options, STRATEGIES.get(key))


def shortest(strategy: str) -> str:
    """The shortest walk that ends at this strategy. Raises `KeyError` if none does."""
    waiting = [(START, "")]
    for key, so_far in waiting:
        if key == strategy:
            return so_far
        for number, (_, _, target) in enumerate(QUESTIONS[key].answers if key in QUESTIONS else ()):
            waiting.append((target, f"{so_far}-{number}".lstrip("-")))
    raise KeyError(strategy)
