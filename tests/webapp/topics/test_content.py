"""The content holds together: sources, terms, kinds, the decision flow."""

import dataclasses
import re
from collections.abc import Iterator

import pytest

from training.claims import CLAIMS as JUDGED
from training.spec import KINDS
from webapp.topics import faults
from webapp.topics.content.benchmarks import FAMILIES
from webapp.topics.content.claims import CLAIMS
from webapp.topics.content.glossary import TERMS
from webapp.topics.content.methods import METHODS
from webapp.topics.content.path import PHASES
from webapp.topics.content.rlhf import STAGES
from webapp.topics.content.schema import Branch, Claim, Question
from webapp.topics.content.sources import SOURCES
from webapp.topics.content.test_time import QUESTIONS, STRATEGIES
from webapp.topics.content.topics import TOPICS, topics_of
from webapp.topics.starts import STUDIES


def test_the_content_is_whole() -> None:
    assert faults.faults() == []


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_every_claim_has_a_source_that_was_read_and_a_caveat(claim: Claim) -> None:
    source = SOURCES[claim.source]
    assert source.title
    # a story without a text cannot be read, and says so
    assert bool(source.read) == bool(source.part) == bool(source.url)
    assert claim.caveat.endswith(".")
    # what was never published says so instead of naming a paper
    assert source.url.startswith("https://arxiv.org/abs/") or "no data published" in source.title


def test_a_day_of_reading_says_what_was_read() -> None:
    assert {bool(source.part) for source in SOURCES.values() if source.read} == {True}
    assert {bool(source.part) for source in SOURCES.values() if not source.read} == {False}
    figures = [one.source for family in FAMILIES for one in family.benchmarks]
    assert all(SOURCES[key].read for key in figures)


def test_every_claim_stands_on_a_topic() -> None:
    shown = {key for topic in TOPICS.values() for key in topic.claims}
    assert shown == set(CLAIMS)


@pytest.mark.parametrize("kind", [*KINDS, "adaptation"])
def test_every_kind_of_job_is_on_a_topic(kind: str) -> None:
    assert any(kind in topic.kinds for topic in TOPICS.values())


def test_topics_name_only_kinds_that_are_planned() -> None:
    planned = {"sft", "reward", "ppo", "dpo", "grpo", "rlaif", "distill", "evaluate", "test_time", "merge"}
    assert {kind for topic in TOPICS.values() for kind in topic.kinds} <= planned | set(STUDIES)


def test_the_figures_that_must_be_on_the_wall() -> None:
    told = " ".join(f"{one.figure} {one.statement} {SOURCES[one.source].arxiv}" for one in CLAIMS.values())
    asked = {
        "+17.9", "2203.11171", "7.9", "2305.11860", "4x", "14x", "2408.03314", "78.2%",
        "2305.20050", "10,000x", "3x", "2106.09685", "51.7%", "2402.03300", "2403.07691", "2309.00267",
        "1.3B", "175B", "40%", "60%", "97%", "92%", "80%", "15%",
    }  # fmt: skip
    for figure in asked:
        assert figure in told, figure


def test_the_claims_that_studies_judge_are_the_ones_published() -> None:
    assert {claim.code for claim in JUDGED} <= set(CLAIMS)


def test_three_branches_have_topics() -> None:
    assert [len(topics_of(branch)) for branch in Branch] == [4, 4, 3]


def test_methods_and_strategies_that_were_asked_for() -> None:
    assert set(METHODS) == {"dpo", "grpo", "rlaif", "ppo", "rloo", "kto", "orpo", "ipo"}
    assert len(STRATEGIES) == 8
    assert [stage.key for stage in STAGES][:5] == ["demonstrations", "sft", "preferences", "reward-model", "ppo"]
    assert len(PHASES) == 3


def test_no_decision_has_one_outcome_only() -> None:
    for question in QUESTIONS.values():
        assert len({target for _, _, target in question.answers}) == len(question.answers), question.key


def texts(thing: object) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple | list):
        for part in thing:
            yield from texts(part)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            yield from texts(getattr(thing, field.name))


def test_sentences_have_no_slips() -> None:
    everything = (TOPICS, CLAIMS, TERMS, METHODS, STRATEGIES, QUESTIONS)
    for text in texts([*(one for table in everything for one in table.values()), *FAMILIES, *PHASES, *STAGES]):
        assert not re.search(r"  | ,|\.\.|\b(\w{3,}) \1\b", text.replace(",  ", ", ").replace(")  ", ") ")), text


@pytest.mark.parametrize("broken", ["claim", "flow", "term"])
def test_a_slip_is_told_at_start(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    if broken == "claim":
        monkeypatch.setitem(CLAIMS, "x", Claim("x", "1", "One.", "nowhere", "", ("sft",)))
        told = ["claim x: no source is called 'nowhere'", "claim x: needs a figure"]
    elif broken == "flow":
        monkeypatch.setitem(QUESTIONS, "lost", Question("lost", "?", ".", ()))
        told = ["the decision flow never leads to 'lost'"]
    else:
        monkeypatch.setitem(TERMS, "x", dataclasses.replace(TERMS["sft"], key="x", see=("nothing",)))
        told = ["term x: no term is called 'nothing'"]
    found = faults.faults()
    assert all(any(fault.startswith(start) for fault in found) for start in told), found
