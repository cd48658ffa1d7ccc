"""What is wrong with the content: told as Django checks, so that the site does not start with a broken page."""

from collections.abc import Container, Iterable, Iterator

from .content.benchmarks import FAMILIES
from .content.cases import CASES
from .content.claims import CLAIMS
from .content.glossary import TERMS
from .content.methods import METHODS
from .content.path import PHASES
from .content.rlhf import STAGES
from .content.schema import Topic
from .content.sources import SOURCES
from .content.test_time import QUESTIONS, START, STRATEGIES
from .content.topics import TOPICS

_SEARCH_ENGINES_SHOW = 170
"""Characters of a description before it is cut."""


_PAGE_ANCHORS = ("in-short", "case", "flow", "methods", "try", "published", "run", "main", "toasts")
"""Which a topic's page has by itself."""


def faults() -> list[str]:
    """Every fault of the content in a sentence; empty if it is whole."""
    return [*_topics(), *_claims(), *_references(), *_decisions()]


def _topics() -> Iterator[str]:
    for key, topic in TOPICS.items():
        where = f"topic {key}"
        if not (topic.title and topic.summary and topic.takeaways and topic.parts and topic.sources):
            yield f"{where}: needs a title, a summary, takeaways, sections and sources"
        if len(topic.description) > _SEARCH_ENGINES_SHOW:
            yield f"{where}: the description has {len(topic.description)} characters, at most {_SEARCH_ENGINES_SHOW}"
        anchors = [*(part.key for part in topic.parts), *topic.claims, *_PAGE_ANCHORS]
        if len(set(anchors)) < len(anchors):
            yield f"{where}: two sections, or a section and a claim, have the same key"
        yield from _topic_references(where, topic)


def _topic_references(where: str, topic: Topic) -> Iterator[str]:
    yield from _unknown(where, "claim", topic.claims, CLAIMS)
    yield from _unknown(where, "term", topic.terms, TERMS)
    yield from _unknown(where, "source", topic.sources, SOURCES)
    yield from _unknown(where, "case study", (topic.case,) if topic.case else (), CASES)


def _claims() -> Iterator[str]:
    for key, claim in CLAIMS.items():
        yield from _unknown(f"claim {key}", "source", (claim.source,), SOURCES)
        if not (claim.figure and claim.statement and claim.caveat and claim.kinds):
            yield f"claim {key}: needs a figure, a statement, a caveat and the kinds of jobs that could measure it"


def _references() -> Iterator[str]:
    for method in METHODS.values():
        yield from _unknown(f"method {method.key}", "source", (method.source,), SOURCES)
        if not all(1 <= rank <= 5 for rank in (method.cost, method.care, method.hacking)):
            yield f"method {method.key}: ranks go from 1 to 5"
    stages = {stage.key for stage in STAGES}
    for stage in STAGES:
        yield from _unknown(f"stage {stage.key}", "source", (stage.source,), SOURCES)
        yield from _unknown(f"stage {stage.key}", "stage", stage.after, stages)
    for term in TERMS.values():
        yield from _unknown(f"term {term.key}", "term", term.see, TERMS)
        yield from _unknown(f"term {term.key}", "topic", (term.topic,) if term.topic else (), TOPICS)
        if not term.sentence.endswith(".") or ". " in term.sentence:
            yield f"term {term.key}: is one sentence"
    for family in FAMILIES:
        yield from _unknown(f"benchmarks {family.key}", "source", (one.source for one in family.benchmarks), SOURCES)
    for phase in PHASES:
        yield from _unknown(f"phase {phase.key}", "topic", phase.topics, TOPICS)
    for case in CASES.values():
        yield from _unknown(f"case study {case.key}", "claim", case.claims, CLAIMS)


def _decisions() -> Iterator[str]:
    """Every question and strategy can be reached from the first question, and every answer leads somewhere."""
    reached, waiting = set(), [START]
    while waiting:
        key = waiting.pop()
        if key in reached:
            continue
        reached.add(key)
        if key in QUESTIONS:
            waiting += [target for _, _, target in QUESTIONS[key].answers]
        elif key not in STRATEGIES:
            yield f"the decision flow leads to {key!r}, which is neither a question nor a strategy"
    for key in {*QUESTIONS, *STRATEGIES} - reached:
        yield f"the decision flow never leads to {key!r}"
    for strategy in STRATEGIES.values():
        where = f"strategy {strategy.key}"
        yield from _unknown(where, "source", (strategy.source,), SOURCES)
        yield from _unknown(where, "claim", (strategy.claim,) if strategy.claim else (), CLAIMS)


def _unknown(where: str, what: str, keys: Iterable[str], known: Container[str]) -> Iterator[str]:
    for key in keys:
        if key not in known:
            yield f"{where}: no {what} is called {key!r}"
