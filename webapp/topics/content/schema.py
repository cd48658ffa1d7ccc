"""The shapes of the content: topics, claims with their sources, methods, stages, strategies, terms."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Branch(StrEnum):
    """The three branches of post-training; the value is the part of the address."""

    FINE_TUNING = "fine-tuning"
    REINFORCEMENT_LEARNING = "reinforcement-learning"
    TEST_TIME_SCALING = "test-time-scaling"


@dataclass(frozen=True)
class Source:
    """A paper or a page that a figure comes from; `url` may be empty for one that was never published.

    part: what of it was read for these pages, in a public copy; read: when. Without a part it is named for its method
    or for further reading, and nothing claims that it was read.
    """

    key: str
    title: str
    authors: str
    year: int
    url: str
    part: str = ""
    read: date | None = None

    @property
    def arxiv(self) -> str:
        """The number of the paper on arXiv, or nothing."""
        return self.url.rpartition("/")[2] if "arxiv.org/abs/" in self.url else ""


@dataclass(frozen=True)
class Claim:
    """A published figure with what must be known to read it rightly.

    figure: the number alone ("+17.9 points"); statement: what it says; caveat: what it does not say; kinds: job kinds
    that could measure it here, or a study's kind.
    """

    key: str
    figure: str
    statement: str
    source: str
    caveat: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A section of a topic: paragraphs of plain text, then points as (term, sentence)."""

    key: str
    title: str
    paragraphs: tuple[str, ...]
    points: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Topic:
    """A page of the public site.

    claims: keys of `claims.CLAIMS`; flow and explorers: keys that the flows and explorers register; kinds: job kinds
    and study kinds a reader may want to launch; terms: keys of the glossary; case: key of a case study.
    """

    key: str
    branch: Branch
    title: str
    summary: str
    description: str
    takeaways: tuple[str, ...]
    parts: tuple[Part, ...]
    claims: tuple[str, ...] = ()
    flow: str = ""
    explorers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    case: str = ""
    sources: tuple[str, ...] = ()
    has_methods: bool = False
    has_strategies: bool = False


class Signal(StrEnum):
    """What tells a method which answer is better."""

    PAIRS = "pairs"
    THUMBS = "thumbs"
    REWARD_MODEL = "reward model"
    CHECKER = "checker"
    AI_JUDGE = "AI judge"


SIGNAL_WORDS = {
    Signal.PAIRS: "pairs of a better and a worse answer",
    Signal.THUMBS: "single answers marked good or bad",
    Signal.REWARD_MODEL: "a reward model",
    Signal.CHECKER: "a program that checks the answer",
    Signal.AI_JUDGE: "a stronger model that judges",
}


@dataclass(frozen=True)
class Method:
    """A way to learn from preferences or rewards.

    signals: any one of these is enough; online: it samples new answers while it trains; models_held: the networks in
    memory while it trains; cost, care, hacking: 1 (least) to 5 (most): compute beside supervised fine-tuning, settings
    that have to be watched, and how easily the model learns to please the signal instead of the purpose; formula: plain
    text; says: the formula in words; symbols: what each symbol stands for; kind: the job kind that runs it, with
    `settings` for the launch form.
    """

    key: str
    name: str
    long_name: str
    advantage: str
    relevance: str
    data: str
    signals: tuple[Signal, ...]
    cost_note: str
    models_held: tuple[str, ...]
    online: bool
    cost: int
    care: int
    hacking: int
    breaks: str
    formula: str
    says: str
    symbols: tuple[tuple[str, str], ...]
    source: str
    kind: str
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Stage:
    """A station of a flow. after: stages whose output it takes; kinds: job kinds that run it, none for human work."""

    key: str
    name: str
    summary: str
    goes_in: tuple[str, ...]
    comes_out: tuple[str, ...]
    breaks: tuple[str, ...]
    cost: str
    who: str
    after: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Strategy:
    """A way to spend compute while answering.

    needs: what has to be there; calls: model calls for one question at budget N; latency: of one question when samples
    run side by side; wins and breaks: where it pays and where not; claim: key of a published figure, or nothing.
    """

    key: str
    name: str
    summary: str
    needs: tuple[str, ...]
    calls: str
    budget: str
    latency: str
    wins: str
    breaks: str
    source: str
    claim: str = ""
    kind: str = "test_time"


@dataclass(frozen=True)
class Question:
    """A fork of the decision flow. answers: (an answer, what it means, key of the next question or strategy)."""

    key: str
    text: str
    why: str
    answers: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Term:
    """A word of the field with one plain sentence; see: keys of related terms; topic: key of a deeper topic."""

    key: str
    word: str
    sentence: str
    see: tuple[str, ...] = ()
    topic: str = ""
    also: str = ""


@dataclass(frozen=True)
class Benchmark:
    """One public test set. items: how many, as published; scored: how an answer is judged."""

    name: str
    asks: str
    items: str
    scored: str
    source: str


@dataclass(frozen=True)
class Family:
    """Benchmarks that test the same ability. tests: what; trust: what a good score does not tell."""

    key: str
    name: str
    tests: str
    trust: str
    benchmarks: tuple[Benchmark, ...]


@dataclass(frozen=True)
class Phase:
    """A phase of the road. gates: what must be shown before the next one opens; kinds: job kinds used in it."""

    key: str
    name: str
    question: str
    summary: str
    steps: tuple[tuple[str, str], ...]
    gates: tuple[str, ...]
    people: str
    risk: str
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseStudy:
    """A published story beside what was measured here. claims: keys of `claims.CLAIMS`; study: the kind to test it."""

    key: str
    title: str
    story: tuple[str, ...]
    missing: tuple[str, ...]
    claims: tuple[str, ...]
    study: str
