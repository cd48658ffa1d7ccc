"""Help me choose: a ranking of the methods from four answers, by rules that are stated and shown.

A method is possible if one of the signals that it learns from is there. It then starts at 10 points; each rank of
compute above what the budget allows takes 2, each rank of gaming risk takes what the stakes say, each rank of care a
quarter; a signal that a program or people vouch for adds.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from webapp.topics.content.methods import METHODS
from webapp.topics.content.schema import SIGNAL_WORDS, Method, Signal


class Checkable(StrEnum):
    """Whether a program can check an answer."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Budget(StrEnum):
    """What may be spent on compute beside a supervised fine-tuning run."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Risk(StrEnum):
    """What it costs when the model pleases its signal instead of its purpose."""

    LOW = "low"
    HIGH = "high"


ALLOWED_COST = {Budget.SMALL: 2, Budget.MEDIUM: 3, Budget.LARGE: 5}
POINTS_A_RANK_OVER_BUDGET = 2.0
POINTS_A_RANK_OF_GAMING = {Risk.LOW: 0.25, Risk.HIGH: 1.0}
POINTS_A_RANK_OF_CARE = 0.25
START = 10.0

SIGNAL_POINTS = {
    Signal.CHECKER: 3.0,
    Signal.PAIRS: 2.0,
    Signal.THUMBS: 1.5,
    Signal.REWARD_MODEL: 1.0,
    Signal.AI_JUDGE: 0.5,
}
"""A program is never tired; people's comparisons come next; what stands for people comes last."""

PARTLY_CHECKED_POINTS = 1.0

_WHY = {
    Signal.CHECKER: "A program checks every answer: the one signal that does not tire and is not flattered.",
    Signal.PAIRS: "Your comparisons are used as they are, with no model in between.",
    Signal.THUMBS: "Single marks are enough: it uses the feedback that a product collects anyway.",
    Signal.REWARD_MODEL: "Your reward model scores what the model writes now, not what it wrote before.",
    Signal.AI_JUDGE: "A judge turns your guidelines into preferences; check a sample of them by hand.",
}


@dataclass(frozen=True)
class Situation:
    """The four answers."""

    signals: frozenset[Signal]
    checkable: Checkable
    budget: Budget
    risk: Risk

    def available(self) -> frozenset[Signal]:
        """The signals that are there; a program counts as one where it can check at least a part."""
        return self.signals | ({Signal.CHECKER} if self.checkable is not Checkable.NO else set())


@dataclass(frozen=True)
class Choice:
    """A method in the ranking: its points, what speaks for it, what against."""

    method: Method
    points: float
    speaks_for: list[str]
    speaks_against: list[str]


@dataclass(frozen=True)
class Advice:
    """The possible methods, the best first, and the others with what each would need."""

    ranked: list[Choice]
    missing: list[tuple[Method, str]]
    finding: str


def advise(situation: Situation) -> Advice:
    """The ranking; equal points keep the order of the method table."""
    there = situation.available()
    possible = [method for method in METHODS.values() if there & set(method.signals)]
    ranked = sorted((_choice(method, situation) for method in possible), key=lambda choice: -choice.points)
    missing = [(method, _needs(method.signals)) for method in METHODS.values() if method not in possible]
    return Advice(ranked, missing, _finding(ranked))


def _needs(signals: Collection[Signal]) -> str:
    return " or ".join(SIGNAL_WORDS[signal] for signal in signals)


def _signal_points(signal: Signal, checkable: Checkable) -> float:
    partly = signal is Signal.CHECKER and checkable is Checkable.PARTLY
    return PARTLY_CHECKED_POINTS if partly else SIGNAL_POINTS[signal]


def _choice(method: Method, situation: Situation) -> Choice:
    usable = [signal for signal in method.signals if signal in situation.available()]
    best = max(usable, key=lambda signal: _signal_points(signal, situation.checkable))
    over = max(0, method.cost - ALLOWED_COST[situation.budget])
    points = START + _signal_points(best, situation.checkable)
    points -= POINTS_A_RANK_OVER_BUDGET * over
    points -= POINTS_A_RANK_OF_GAMING[situation.risk] * method.hacking
    points -= POINTS_A_RANK_OF_CARE * method.care
    speaks_for, against = [_WHY[best]], []
    if best is Signal.CHECKER and situation.checkable is Checkable.PARTLY:
        speaks_for = ["A program checks a part of every answer."]
        against.append("What the program does not check will be neglected: watch it by hand.")
    if over:
        against.append(f"It costs more compute than your budget allows: {method.cost} of 5. {method.cost_note}")
    else:
        speaks_for.append(f"It fits the budget: {method.cost} of 5 in compute. {method.cost_note}")
    if situation.risk is Risk.HIGH and method.hacking >= 4:
        against.append("The model learns easily to please its score: too easily for these stakes, unless watched.")
    elif situation.risk is Risk.HIGH and method.hacking <= 2:
        speaks_for.append("It is hard to game, which counts double at these stakes.")
    if method.care >= 4:
        against.append("It has many settings that interact; plan for someone who watches them.")
    return Choice(method, points, speaks_for, against)


def _finding(ranked: list[Choice]) -> str:
    if not ranked:
        return (
            "No preference method is possible yet: start with supervised fine-tuning on good answers, and collect "
            "pairs of a better and a worse one on the way."
        )
    first = ranked[0]
    if len(ranked) > 1 and first.points - ranked[1].points < 0.5:
        return f"{first.method.name} and {ranked[1].method.name} fit best, and nearly alike: measure both."
    return f"{first.method.name} fits best: {first.method.long_name.lower()}."
